#include <string>

#include "sluice/codec/convert.h"
#include "sluice/codec/latin1.h"
#include "sluice/codec/utf8.h"
#include "sluice/mapping/mapper.h"
#include "sluice/mapping/rules_json.h"
#include "sluice/model/error.h"

#include "check.h"

using sluice::codec::Carrier;
using sluice::fuzz::require;

namespace {

/// Rules that anyone wrote read back from their own JSON.
void check_rules(std::string_view text) {
  const auto parsed = sluice::codec::parse_json(text, "fuzz.json");
  const auto* document = std::get_if<sluice::codec::JsonDocument>(&parsed);
  if (document == nullptr) return;
  std::vector<sluice::model::Finding> findings;
  sluice::mapping::JsonProblems problems(*document, findings);
  const auto rules = sluice::mapping::rules_from_json(document->root(), problems);
  if (!findings.empty() || !document->duplicates().empty()) return;
  sluice::codec::JsonWriter json;
  sluice::mapping::rules_to_json(rules, json);
  const auto again = sluice::codec::parse_json_or_throw(json.take(), "again.json");
  sluice::mapping::JsonProblems none(again, findings);
  require(sluice::mapping::rules_from_json(again.root(), none) == rules);
  require(findings.empty());
}

/// A table with one column for each step and conversion, all fed with the same text.
sluice::mapping::TableMapping table_of_everything() {
  constexpr std::string_view kRules = R"({"columns": {
    "a": {"from": "t", "steps": ["trim", "collapse_spaces", "lower", {"strip_prefixes": ["dr ", "a"]}, {"truncate": 5}], "lossy": true, "keep_rest": true},
    "b": {"cases": [{"when": {"column": "t", "op": "contains", "values": ["1"]}, "from": "t", "steps": [{"number": {"decimal": ",", "group": "."}}]}, {"constant": "1"}], "lossy": true},
    "c": {"cases": [{"when": {"column": "t", "op": "starts_with", "values": ["2"]}, "from": "t", "steps": [{"date": "%Y-%m-%d"}]}, {"constant": null}], "lossy": true},
    "d": {"concat": [{"column": "t", "missing": "skip"}, {"column": "t", "missing": "skip", "steps": ["trim"]}], "all_missing": "null", "lossy": true, "keep_rest": true}}})";
  const auto document = sluice::codec::parse_json_or_throw(kRules, "rules.json");
  std::vector<sluice::model::Finding> findings;
  sluice::mapping::JsonProblems problems(document, findings);
  sluice::mapping::TableMapping mapping;
  mapping.source = {{"t", Carrier::text, {}, {}, true}};
  mapping.target = {{"a", Carrier::text, {}},
                    {"b", Carrier::numeric, {}},
                    {"c", Carrier::date, {}},
                    {"d", Carrier::text, {}}};
  mapping.rules = sluice::mapping::rules_from_json(document.root(), problems);
  mapping.key = {0};
  require(findings.empty());
  return mapping;
}

/// The same with a text of latin1 that may hold both kinds.
sluice::mapping::TableMapping table_of_latin1() {
  sluice::mapping::TableMapping mapping = table_of_everything();
  mapping.source[0].type.charset = "latin1";
  mapping.rules.latin1_holds = {{"t", sluice::mapping::Latin1Holds::both}};
  return mapping;
}

/// What is found to be UTF-8 is, and what has bytes in latin1 has as many as it has characters.
void check_latin1(std::string_view text) {
  std::string bytes;
  const auto found = sluice::codec::look_at_latin1(text, bytes);
  if (found == sluice::codec::Latin1Bytes::ascii) return;
  require(found != sluice::codec::Latin1Bytes::utf8 || sluice::codec::is_utf8(bytes));
  require(found != sluice::codec::Latin1Bytes::cut_utf8 || !sluice::codec::is_utf8(bytes));
  bytes.clear();
  const bool has_bytes = sluice::codec::append_latin1(text, bytes);
  require(has_bytes ? bytes.size() == sluice::codec::count_chars(text) : bytes.empty());
}

/// A row that maps is well formed in every field; any bytes are a row or an error.
void check_mapper(sluice::mapping::Mapper& mapper, std::string_view row) {
  constexpr Carrier kCarriers[] = {Carrier::text, Carrier::numeric, Carrier::date, Carrier::text};
  sluice::codec::RowBuffer out;
  sluice::codec::RowBuffer rest;
  try {
    if (mapper.map(row, {}, out, rest) != sluice::mapping::Outcome::mapped) {
      require(out.empty() && rest.empty() && !mapper.problems().empty());
      return;
    }
  } catch (const sluice::model::Error&) {
    require(out.empty() && rest.empty());
    return;
  }
  std::vector<sluice::codec::Field> fields;
  sluice::codec::parse_fields(out.row(0), fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    require(fields[i].null || sluice::codec::is_well_formed(kCarriers[i], fields[i].bytes));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static sluice::mapping::Mapper mapper(table_of_everything());
  static sluice::mapping::Mapper latin1_mapper(table_of_latin1());
  const std::string_view text = sluice::fuzz::text_of(data, size);
  check_rules(text);
  check_latin1(text);
  check_mapper(mapper, text);
  check_mapper(latin1_mapper, text);
  // Source texts are valid UTF-8 without U+0000: everything else is marked irregular where it is
  // read.
  std::string scratch;
  if (!sluice::codec::from_text(Carrier::text, text, scratch)) return 0;
  sluice::codec::RowBuffer row;
  row.begin_row(1);
  row.put_bytes(text);
  row.end_row();
  check_mapper(mapper, row.row(0));
  check_mapper(latin1_mapper, row.row(0));
  return 0;
}
