#include "mapping/latin1_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/latin1.h"
#include "sluice/mapping/json_object.h"

namespace sluice::mapping {

using codec::Latin1Bytes;
using codec::Problem;

namespace {

/// Other character sets of one byte hold UTF-8 now and then too, but latin1 was the server's
/// default for twenty years.
bool is_latin1_text(const SourceField& field) {
  const bool is_text =
      field.carrier == codec::Carrier::text || field.carrier == codec::Carrier::json;
  return is_text && field.type.charset == "latin1";
}

void check_answer(const TableMapping& mapping, const std::string& column, const std::string& where,
                  std::vector<model::Finding>& findings) {
  const auto field = std::ranges::find(mapping.source, column, &SourceField::name);
  const std::string at = where + "." + column;
  if (field == mapping.source.end()) {
    std::vector<std::string_view> names;
    for (const SourceField& known : mapping.source) names.push_back(known.name);
    const std::string_view near = nearest(column, names);
    findings.push_back({model::Severity::error, "unknown-source-column", at,
                        "\"latin1_holds\" names a column that nothing reads",
                        near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near)});
  } else if (!is_latin1_text(*field)) {
    const std::string& charset = field->type.charset;
    findings.push_back(
        {model::Severity::error, "not-latin1", at,
         fmt::format("\"latin1_holds\" says what a text of MySQL's latin1 holds, and "
                     "the column is {}",
                     charset.empty() ? field->type.sql : charset),
         "leave the column out of \"latin1_holds\""});
  }
}

}  // namespace

Latin1Fields::Latin1Fields(const TableMapping& mapping, const std::string& where,
                           std::vector<model::Finding>& findings) {
  const auto& answers = mapping.rules.latin1_holds;
  for (const auto& [column, holds] : answers) check_answer(mapping, column, where, findings);
  for (std::size_t i = 0; i < mapping.source.size(); ++i) {
    if (!is_latin1_text(mapping.source[i])) continue;
    const auto answer = answers.find(mapping.source[i].name);
    if (answer == answers.end()) {
      fields_.push_back({i, std::nullopt, {}});
    } else if (answer->second != Latin1Holds::latin1) {
      fields_.push_back({i, answer->second, {}});
    }
  }
}

bool Latin1Fields::may_change(std::size_t field) const noexcept {
  return std::ranges::any_of(
      fields_, [field](const Field& f) { return f.index == field && f.holds.has_value(); });
}

bool Latin1Fields::settle(RowFields& row) {
  bool settled = true;
  for (Field& field : fields_) {
    FieldValue& value = row.value(field.index);
    if (value.null || value.problem != Problem::none) continue;
    settled = settle(field, value) && settled;
  }
  return settled;
}

bool Latin1Fields::settle(Field& field, FieldValue& value) {
  const Latin1Bytes found = codec::look_at_latin1(value.bytes, field.bytes);
  if (found == Latin1Bytes::ascii) return true;
  const bool is_utf8 = found == Latin1Bytes::utf8;
  if (is_utf8 && field.holds) {
    value.bytes = field.bytes;
    value.lost = field.holds == Latin1Holds::both;
  } else if (field.holds == Latin1Holds::utf8) {
    value.problem = Problem::latin1_not_utf8;
  } else if (is_utf8 || found == Latin1Bytes::cut_utf8) {
    value.problem = Problem::utf8_in_latin1;
  }
  return value.problem == Problem::none;
}

}  // namespace sluice::mapping
