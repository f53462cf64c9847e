#include "db/mysql/range_sql.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "sluice/codec/hex.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/mysql/literals.h"

namespace sluice::db::mysql {
namespace {

[[noreturn]] void refuse_value(const ReadColumn& column, const std::string& value) {
  throw model::Error(model::ErrorKind::data, "'" + value + "' is no key value of column " +
                                                 column.name + " (" + column.type.sql + ")");
}

bool consists_of(std::string_view text, std::string_view allowed) noexcept {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string number_literal(const ReadColumn& column, const std::string& value) {
  if (!consists_of(value, "0123456789.-")) refuse_value(column, value);
  return value;
}

/// Dates and times as the server writes them. The offset of timestamptz is always +00, and so is
/// the session's time zone.
std::string clock_literal(const ReadColumn& column, std::string value) {
  if (value.ends_with("+00")) value.resize(value.size() - 3);
  if (!consists_of(value, "0123456789:.- ")) refuse_value(column, value);
  return "'" + value + "'";
}

std::string bytes_literal(const ReadColumn& column, const std::string& value) {
  std::string digits = value;
  if (column.carrier == codec::Carrier::uuid) {
    digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
  } else if (digits.starts_with("\\x")) {
    digits.erase(0, 2);
  } else {
    refuse_value(column, value);
  }
  const std::optional<std::string> bytes = codec::from_hex(digits);
  if (!bytes) refuse_value(column, value);
  return binary_literal(*bytes);
}

/// One side of a range: for key (a, b, c) and comparison ">=": a > x OR (a = x AND (b > y OR (b = y
/// AND c >= z))). `strict` is the comparison with "=" taken away, which all but the last column
/// use.
std::string bound_condition(const TableRead& table, const model::Key& bound, const char* comparison,
                            const char* strict) {
  if (bound.values.empty() || bound.values.size() > table.key.size()) {
    throw model::Error(model::ErrorKind::internal,
                       "a bound of " + table.table.text() + " does not fit its key");
  }
  std::string condition = "(";
  std::string ends;
  for (std::size_t i = 0; i < bound.values.size(); ++i) {
    const ReadColumn& column = table.columns.at(table.key[i]);
    const std::string name = quoted(column.name);
    const std::string literal = key_literal(column, bound.values[i]);
    const bool last = i + 1 == bound.values.size();
    condition.append(name).append(last ? comparison : strict).append(literal);
    if (last) break;
    condition.append(" OR (").append(name).append(" = ").append(literal).append(" AND (");
    ends += "))";
  }
  return condition + ends + ")";
}

std::string key_order(const TableRead& table) {
  std::string order;
  for (const std::size_t i : table.key) {
    if (!order.empty()) order += ", ";
    order += quoted(table.columns.at(i).name);
  }
  return order;
}

}  // namespace

std::string quoted(const std::string& name) {
  return model::quote_identifier(model::Engine::mysql, name);
}

std::string key_literal(const ReadColumn& column, const std::string& value) {
  using codec::MysqlKind;
  if (!codec::mysql_can_key(column.type, column.carrier)) {
    throw model::Error(model::ErrorKind::internal,
                       "column " + column.name + " (" + column.type.sql + ", read as " +
                           std::string(to_string(column.carrier)) + ") cannot be a key");
  }
  switch (codec::mysql_kind(column.type)) {
    case MysqlKind::date:
    case MysqlKind::datetime:
    case MysqlKind::timestamp:
    case MysqlKind::time:
      return clock_literal(column, value);
    case MysqlKind::character:
    case MysqlKind::uuid:
      return text_literal(value);
    case MysqlKind::binary:
      return bytes_literal(column, value);
    default:
      return number_literal(column, value);
  }
}

std::string range_condition(const TableRead& table, const model::KeyRange& range) {
  std::string condition;
  if (range.lower) condition = bound_condition(table, *range.lower, " >= ", " > ");
  if (range.upper) {
    if (!condition.empty()) condition += " AND ";
    condition += bound_condition(table, *range.upper, " < ", " < ");
  }
  return condition;
}

std::uint64_t count_of(const model::Key& key) {
  std::uint64_t count = 0;
  const std::string& text = key.values.at(0);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw model::Error(model::ErrorKind::internal, text + " is no number of rows");
  }
  return count;
}

std::string part_of_whole(const model::KeyRange& range) {
  // Without an index the rows come in the order in which they are stored: the same for all streams
  // of one snapshot.
  std::string sql = " USE INDEX ()";
  if (!range.lower && !range.upper) return sql;
  const std::uint64_t first = range.lower ? count_of(*range.lower) : 0;
  const std::uint64_t end =
      range.upper ? count_of(*range.upper) : std::numeric_limits<std::uint64_t>::max();
  return sql + fmt::format(" LIMIT {}, {}", first, end - std::min(first, end));
}

std::string select_range(const TableRead& table, const model::KeyRange& range,
                         const std::string& index, const std::vector<std::string>& expressions) {
  std::string sql = "SELECT ";
  for (const std::string& expression : expressions) {
    if (&expression != &expressions.front()) sql += ", ";
    sql += expression;
  }
  sql += " FROM " + model::quote_name(model::Engine::mysql, table.table);
  if (range.kind == model::RangeKind::whole) return sql + part_of_whole(range);
  if (!index.empty()) sql += " FORCE INDEX (" + quoted(index) + ")";
  const std::string condition = range_condition(table, range);
  if (!condition.empty()) sql += " WHERE " + condition;
  return sql + " ORDER BY " + key_order(table);
}

}  // namespace sluice::db::mysql
