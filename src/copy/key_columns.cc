#include "copy/key_columns.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

namespace sluice::copy {
namespace {

using codec::Carrier;
using model::Engine;

/// Types that both engines order alike and print alike. Text never: collations differ.
bool is_portable(Carrier carrier) noexcept {
  switch (carrier) {
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::uuid:
    case Carrier::date:
      return true;
    default:
      return false;
  }
}

const mapping::Rule* rule_of(const plan::TablePlan& table, const std::string& target) {
  for (const mapping::Rule& rule : table.rules.rules) {
    if (rule.target == target) return &rule;
  }
  return nullptr;
}

/// Whether the target column does nothing but copy that source column.
bool copies_plainly(const plan::TablePlan& table, const plan::TargetField& target,
                    const std::string& column) {
  const mapping::Rule* found = rule_of(table, target.name);
  if (found == nullptr || !is_portable(target.carrier)) return false;
  const mapping::Rule& rule = *found;
  if (rule.cases.size() != 1 || rule.cases.front().when) return false;
  const auto* from = std::get_if<mapping::FromColumn>(&rule.cases.front().value);
  return from != nullptr && from->column == column && from->steps.empty();
}

/// "(a, b) >= (1, 2)". A bound may name only the first columns of the key: where a table is cut,
/// no more are looked at.
std::string comparison(const plan::TablePlan& table, const std::vector<std::size_t>& columns,
                       const char* operation, const model::Key& bound) {
  std::string names;
  std::string values;
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    const plan::TargetField& field = table.write[columns.at(i)];
    const char* const separator = i == 0 ? "" : ", ";
    names += separator + model::quote_identifier(Engine::postgresql, field.name);
    values += fmt::format("{}{}::{}", separator,
                          model::quote_literal(Engine::postgresql, bound.values[i]),
                          codec::carrier_sql(field.carrier));
  }
  return fmt::format("({}) {} ({})", names, operation, values);
}

}  // namespace

std::optional<std::vector<std::size_t>> key_in_target(const plan::TablePlan& table) {
  if (table.key.empty()) return std::nullopt;
  std::vector<std::size_t> columns;
  for (const std::size_t key : table.key) {
    const plan::SourceField& source = table.read[key];
    if (!is_portable(source.carrier)) return std::nullopt;
    for (std::size_t i = 0; i < table.write.size(); ++i) {
      if (copies_plainly(table, table.write[i], source.name)) {
        columns.push_back(i);
        break;
      }
    }
  }
  if (columns.size() != table.key.size()) return std::nullopt;
  return columns;
}

std::optional<std::vector<std::size_t>> index_columns(const plan::TablePlan& table,
                                                      const std::vector<std::string>& parts) {
  std::vector<std::size_t> columns;
  for (const std::string& part : parts) {
    // The server quotes a name only where it must.
    const auto field = std::ranges::find_if(table.write, [&part](const plan::TargetField& f) {
      return part == f.name || part == model::quote_identifier(Engine::postgresql, f.name);
    });
    if (field == table.write.end()) return std::nullopt;
    columns.push_back(static_cast<std::size_t>(field - table.write.begin()));
  }
  return columns;
}

std::string range_condition(const plan::TablePlan& table, const std::vector<std::size_t>& columns,
                            const model::KeyRange& range) {
  std::string condition = "true";
  if (range.lower) condition += " AND " + comparison(table, columns, ">=", *range.lower);
  if (range.upper) condition += " AND " + comparison(table, columns, "<", *range.upper);
  return condition;
}

std::string row_condition(const plan::TablePlan& table, const std::vector<std::size_t>& columns,
                          std::string_view target_row) {
  std::vector<codec::Field> fields;
  codec::parse_fields(target_row, fields);
  model::Key key;
  for (const std::size_t column : columns) {
    std::string text;
    if (!codec::to_text(table.write[column].carrier, fields.at(column).bytes, text)) {
      throw model::Error(model::ErrorKind::internal,
                         "a mapped key has no text form: " + table.write[column].name);
    }
    key.values.push_back(std::move(text));
  }
  return comparison(table, columns, "=", key);
}

}  // namespace sluice::copy
