#include "verify/value_map_check.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/latin1.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "verify/row_key.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

/// A map's column has few values; one with more is not what a map is for ("otherwise": "keep" on
/// free text), and its counts would fill the memory.
constexpr std::size_t kMaxValues = 10000;

template <typename Field>
std::size_t index_of(const std::vector<Field>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return static_cast<std::size_t>(found - fields.begin());
}

std::optional<std::string> text_of(std::string_view row, std::size_t index,
                                   codec::Carrier carrier) {
  std::vector<codec::Field> fields;
  codec::parse_fields(row, fields);
  if (fields.at(index).null) return std::nullopt;
  return field_text(carrier, fields[index]);
}

/// Blanks at the end of char(n) are no part of the value.
void strip_padding(const model::ColumnType& type, std::optional<std::string>& text) {
  if (!text || (type.base != "bpchar" && type.base != "char" && type.base != "character")) return;
  text->erase(std::min(text->find_last_not_of(' ') + 1, text->size()));
}

/// The value as the target prints it: a map's new value is text as people wrote it.
void bring_to_form(const plan::TargetField& field, std::optional<std::string>& text) {
  strip_padding(field.type, text);
  std::string binary;
  std::string printed;
  if (!text || !codec::from_text(field.carrier, *text, binary)) return;
  if (codec::to_text(field.carrier, binary, printed)) {
    const ValueClass value = value_class(field.type);
    text = normalized(value, std::move(printed));
    // text_expression() asks for '1' and '0', so that both engines answer alike.
    if (value == ValueClass::boolean) text = *text == "t" ? "1" : "0";
  }
}

/// The old value as the mapping sees it: the carrier's own text, whatever the server prints.
void bring_to_form(const plan::SourceField& field, std::optional<std::string>& text) {
  strip_padding(field.type, text);
  std::string binary;
  std::string printed;
  if (!text || !codec::from_text(field.carrier, *text, binary)) return;
  if (codec::to_text(field.carrier, binary, printed)) text = std::move(printed);
}

/// What text_expression() makes of a text that was read as latin1.
void read_anew(const ValueType& type, std::optional<std::string>& text) {
  std::string bytes;
  if (!text || type.holds == mapping::Latin1Holds::latin1) return;
  if (!codec::append_latin1(*text, bytes)) return;
  if (type.holds == mapping::Latin1Holds::utf8 || codec::is_utf8(bytes)) text = std::move(bytes);
}

/// Rows per value of a column, of the source's or of the target's kind of field.
template <typename Field>
ValueCounts count_values(db::SqlSession& session, const model::QualifiedName& table,
                         const Field& field, const ValueType& type, const std::string& where) {
  const model::Engine engine = session.engine();
  const char* const count =
      model::is_mysql_family(engine) ? "CAST(count(*) AS CHAR)" : "count(*)::text";
  const auto result = session.query(fmt::format(
      "SELECT {}, {} FROM {}{}{} LIMIT {}", text_expression(engine, field.name, type), count,
      own_rows(engine, table), where, group_by_sql(engine, "1"), kMaxValues + 1));
  if (result.rows.size() > kMaxValues) {
    throw model::Error(
        model::ErrorKind::not_comparable,
        fmt::format("{} of {} has more than {} values", field.name, table.text(), kMaxValues));
  }
  ValueCounts counts;
  for (const auto& row : result.rows) {
    std::optional<std::string> value = row.at(0);
    bring_to_form(field, value);
    counts[value] += std::stoull(row.at(1).value());
  }
  return counts;
}

void subtract(ValueCounts& counts, const ValueCounts& less) {
  for (const auto& [value, rows] : less) {
    const auto found = counts.find(value);
    if (found == counts.end()) continue;  // the source has changed: the rows themselves tell
    found->second -= std::min(found->second, rows);
  }
}

}  // namespace

bool map_value(const mapping::ValueMap& map, const std::optional<std::string>& old,
               std::optional<std::string>& out) {
  out = std::nullopt;
  if (!old) return true;
  for (const auto& [from, to] : map.entries) {
    if (from != *old) continue;
    out = to;
    return true;
  }
  switch (map.otherwise.kind) {
    case mapping::Otherwise::Kind::quarantine:
      return false;
    case mapping::Otherwise::Kind::keep:
      out = old;
      return true;
    case mapping::Otherwise::Kind::value:
      out = map.otherwise.value;
      return true;
    case mapping::Otherwise::Kind::null:
      return true;
  }
  return false;
}

ValueMapResult compare_counts(const ValueCounts& expected, const ValueCounts& actual) {
  std::set<std::optional<std::string>> values;
  for (const auto& [value, rows] : expected) values.insert(value);
  for (const auto& [value, rows] : actual) values.insert(value);
  ValueMapResult result;
  std::size_t wrong = 0;
  for (const std::optional<std::string>& value : values) {
    const auto count = [&value](const ValueCounts& counts) {
      const auto found = counts.find(value);
      return found == counts.end() ? 0 : found->second;
    };
    const MappedValue mapped{value, count(expected), count(actual)};
    if (mapped.expected == 0 && mapped.actual == 0) continue;
    if (mapped.expected != mapped.actual) ++wrong;
    result.values.push_back(mapped);
  }
  if (wrong != 0) {
    result.outcome = Outcome::different;
    result.reason =
        fmt::format("{} of {} values have another number of rows", wrong, result.values.size());
  }
  return result;
}

ValueMapCheck::ValueMapCheck(const plan::TablePlan& table)
    : table_(table), types_(source_types(table)) {
  for (mapping::ValueMapUse& use : mapping::value_maps(table.rules.rules)) {
    if (!use.alone) continue;
    Use entry;
    entry.source = index_of(table.read, use.source_column);
    entry.target = index_of(table.write, use.target_column);
    entry.use = std::move(use);
    if (entry.source < table.read.size() && entry.target < table.write.size()) {
      uses_.push_back(std::move(entry));
    }
  }
}

void ValueMapCheck::take_held(const ledger::HeldRow& row) {
  for (Use& use : uses_) {
    if (row.kept) {
      const plan::TargetField& field = table_.write[use.target];
      std::optional<std::string> value = text_of(row.row, use.target, field.carrier);
      bring_to_form(field, value);
      ++use.held_kept[value];
      continue;
    }
    const plan::SourceField& field = table_.read[use.source];
    std::optional<std::string> old = text_of(row.row, use.source, field.carrier);
    read_anew(types_.find(field.name)->second, old);
    bring_to_form(field, old);
    ++use.held[old];
  }
}

void ValueMapCheck::take_decided(std::string_view target_row) {
  for (Use& use : uses_) {
    const plan::TargetField& field = table_.write[use.target];
    std::optional<std::string> value = text_of(target_row, use.target, field.carrier);
    bring_to_form(field, value);
    ++use.decided[value];
  }
}

ValueCounts ValueMapCheck::expected(const Use& use, const ValueCounts& old_values) const {
  ValueCounts counts = use.decided;
  for (const auto& [old, rows] : old_values) {
    std::optional<std::string> value;
    if (!map_value(use.use.map, old, value)) continue;
    bring_to_form(table_.write[use.target], value);
    counts[value] += rows;
  }
  return counts;
}

// The server's filter may settle what the mapping's cannot (a date that does not exist, UTF-8 in
// latin1): such a row is in quarantine, and it cannot be told whether the server has counted it.
std::string ValueMapCheck::why_inexact(const OneSided& one_sided) const {
  return table_.rules.filter ? held_not_named(one_sided) : std::string();
}

/// Rows of the source by old value, without those in quarantine.
ValueCounts ValueMapCheck::arriving(const Use& use, db::SqlSession& source,
                                    const OneSided& one_sided) const {
  const bool named = one_sided.held.obstacle().empty();
  const plan::SourceField& from = table_.read[use.source];
  const Conditions conditions =
      filtered_conditions(table_, source.engine(), named ? one_sided : OneSided());
  ValueCounts counts = count_values(source, table_.source, from, types_.find(from.name)->second,
                                    where_sql(conditions));
  if (!named) subtract(counts, use.held);
  return counts;
}

ValueMapResult ValueMapCheck::compare(const Use& use, db::SqlSession& source,
                                      db::SqlSession& target, const OneSided& one_sided) const {
  const plan::TargetField& to = table_.write[use.target];
  ValueCounts wanted = expected(use, arriving(use, source, one_sided));
  if (table_.existing_rows == config::ExistingRows::keep) {
    ValueCounts kept = count_values(target, table_.target, to, to.type, "");
    subtract(kept, use.held_kept);
    for (const auto& [value, rows] : kept) wanted[value] += rows;
  }
  return compare_counts(wanted, count_values(target, table_.side, to, to.type, ""));
}

ValueMapResult ValueMapCheck::check(const Use& use, db::SqlSession& source, db::SqlSession& target,
                                    const OneSided& one_sided) const {
  ValueMapResult result;
  result.reason = why_inexact(one_sided);
  result.compared = result.reason.empty();
  if (!result.compared) return result;
  try {
    return compare(use, source, target, one_sided);
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::not_comparable) throw;
    result.outcome = Outcome::not_comparable;
    result.reason = error.what();
    return result;
  }
}

std::vector<ValueMapResult> ValueMapCheck::run(db::SqlSession& source, db::SqlSession& target,
                                               const OneSided& one_sided) const {
  std::vector<ValueMapResult> results;
  for (const Use& use : uses_) {
    results.push_back(check(use, source, target, one_sided));
    results.back().source_column = use.use.source_column;
    results.back().target_column = use.use.target_column;
  }
  return results;
}

}  // namespace sluice::verify
