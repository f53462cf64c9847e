#include "verify/sql_expressions.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "verify/decimal.h"

namespace sluice::verify {
namespace {

using mapping::Condition;
using model::Engine;

/// What trim removes: U+00A0 is two bytes of UTF-8.
constexpr std::array<std::string_view, 5> kBlanks{" ", "\t", "\n", "\r", "\xc2\xa0"};

[[noreturn]] void fail(const std::string& message) {
  throw model::Error(model::ErrorKind::config, message);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string text_literal(Engine engine, std::string_view text) {
  // A hex literal is a binary string: no collation, no padding.
  if (model::is_mysql_family(engine)) return fmt::format("x'{}'", codec::to_hex(text));
  return model::quote_literal(engine, text);
}

std::string as_utf8(const std::string& text) {
  return fmt::format("CONVERT({} USING utf8mb4)", text);
}

/// A value of MySQL or MariaDB as its bytes ("BINARY", "binary") or text ("CHAR", "utf8mb4").
/// MariaDB's CAST is NULL of what is longer than max_allowed_packet, and its CONVERT takes a
/// character for a byte where groups are made of it: each is exact where the other is not.
std::string converted(std::string_view type, std::string_view charset, std::string_view value) {
  return fmt::format("IFNULL(CAST({0} AS {1}), CONVERT({0} USING {2}))", value, type, charset);
}

std::string as_bytes(const std::string& text) { return converted("BINARY", "binary", text); }

const ValueType& type_of(const ColumnTypes& types, std::string_view column) {
  const auto found = types.find(column);
  if (found == types.end()) fail(fmt::format("there is no column {}", column));
  return found->second;
}

/// One leaf of a condition: what it is about, ready for comparing.
struct Operand {
  Engine engine;
  ValueClass value;
  std::string sql;  // for text: its bytes
};

Operand operand(Engine engine, const std::string& column, const ColumnTypes& types) {
  const ValueType& type = type_of(types, column);
  const ValueClass value = value_class(type.type);
  if (value == ValueClass::text) return {engine, value, text_expression(engine, column, type)};
  return {engine, value, model::quote_identifier(engine, column)};
}

std::string comparison(const Operand& left, std::string_view op, const std::string& text) {
  return fmt::format("({} {} {})", left.sql, op, literal_sql(left.engine, left.value, text));
}

/// `word` between `each(value)`, in brackets; `none` where there are no values.
template <typename Each>
std::string joined(const std::vector<mapping::Literal>& values, std::string_view word,
                   std::string_view none, Each each) {
  if (values.empty()) return std::string(none);
  std::string sql = "(";
  for (const mapping::Literal& value : values) {
    if (sql.size() > 1) sql += fmt::format(" {} ", word);
    sql += each(value.text);
  }
  return sql + ")";
}

/// Whether a text of MySQL or MariaDB holds nothing but blanks, however long it is: replace() too
/// makes NULL of what is longer than max_allowed_packet.
std::string only_blanks_sql(const Operand& left) {
  std::string blanks;
  for (const std::string_view blank : kBlanks) blanks += blank;
  return fmt::format("(NOT {} REGEXP {})", as_utf8(left.sql),
                     as_utf8(text_literal(left.engine, "[^" + blanks + "]")));
}

std::string blank_sql(const Operand& left) {
  if (model::is_mysql_family(left.engine)) {
    return fmt::format("({} IS NULL OR {})", left.sql, only_blanks_sql(left));
  }
  std::string rest = left.sql;
  for (const std::string_view blank : kBlanks) {
    rest = fmt::format("replace({}, {}, {})", rest, text_literal(left.engine, blank),
                       text_literal(left.engine, ""));
  }
  return fmt::format("({0} IS NULL OR {1} = {2})", left.sql, rest, text_literal(left.engine, ""));
}

std::string part_sql(const Operand& left, Condition::Op op, const std::string& text) {
  const std::string literal = text_literal(left.engine, text);
  if (op == Condition::Op::contains) {
    return model::is_mysql_family(left.engine)
               ? fmt::format("(locate({}, {}) > 0)", literal, left.sql)
               : fmt::format("(strpos({}, {}) > 0)", left.sql, literal);
  }
  const char* const side = op == Condition::Op::starts_with ? "left" : "right";
  return fmt::format("({}({}, length({})) = {})", side, left.sql, literal, literal);
}

std::string_view operator_sql(Condition::Op op) {
  switch (op) {
    case Condition::Op::equal:
      return "=";
    case Condition::Op::not_equal:
      return "<>";
    case Condition::Op::less:
      return "<";
    case Condition::Op::less_equal:
      return "<=";
    case Condition::Op::greater:
      return ">";
    case Condition::Op::greater_equal:
      return ">=";
    default:
      return "";
  }
}

std::string comparison_sql(const Operand& left, const Condition& condition) {
  const bool is_order =
      condition.op != Condition::Op::equal && condition.op != Condition::Op::not_equal;
  if (is_order && left.value == ValueClass::text) {
    fail(fmt::format("text of column {} cannot be ordered", condition.column));
  }
  if (condition.values.size() != 1) fail("a comparison needs exactly one value");
  return comparison(left, operator_sql(condition.op), condition.values.front().text);
}

std::string leaf_sql(Engine engine, const Condition& condition, const ColumnTypes& types) {
  if (condition.op == Condition::Op::is_null) {
    (void)type_of(types, condition.column);
    return fmt::format("({} IS NULL)", model::quote_identifier(engine, condition.column));
  }
  const Operand left = operand(engine, condition.column, types);
  switch (condition.op) {
    case Condition::Op::in:
      return joined(condition.values, "OR", "FALSE",
                    [&](const std::string& text) { return comparison(left, "=", text); });
    case Condition::Op::is_blank:
    case Condition::Op::starts_with:
    case Condition::Op::ends_with:
    case Condition::Op::contains:
      break;
    default:
      return comparison_sql(left, condition);
  }
  if (left.value != ValueClass::text) {
    fail(fmt::format("column {} is no text", condition.column));
  }
  if (condition.op == Condition::Op::is_blank) return blank_sql(left);
  return joined(condition.values, "OR", "FALSE",
                [&](const std::string& text) { return part_sql(left, condition.op, text); });
}

std::string children_sql(Engine engine, const Condition& condition, const ColumnTypes& types,
                         std::string_view word, std::string_view none) {
  if (condition.children.empty()) return std::string(none);
  std::string sql = "(";
  for (const Condition& child : condition.children) {
    if (sql.size() > 1) sql += fmt::format(" {} ", word);
    sql += condition_sql(engine, child, types);
  }
  return sql + ")";
}

mapping::Latin1Holds held_by(const mapping::Latin1Columns& columns, const std::string& name) {
  const auto found = columns.find(name);
  return found == columns.end() ? mapping::Latin1Holds::latin1 : found->second;
}

/// The bytes of a text of the MySQL family in UTF-8, or those that are said to be UTF-8.
std::string bytes_sql(const std::string& name, mapping::Latin1Holds holds) {
  std::string read = as_bytes(as_utf8(name));
  std::string stored = as_bytes(name);
  switch (holds) {
    case mapping::Latin1Holds::latin1:
      return read;
    case mapping::Latin1Holds::utf8:
      return stored;
    case mapping::Latin1Holds::both:
      break;
  }
  // Bytes that are no UTF-8 become question marks or, on MySQL, NULL.
  return fmt::format("IF({0} = {1}, {1}, {2})", as_bytes(as_utf8(stored)), stored, read);
}

/// Of numbers and times.
std::string as_text(Engine engine, const std::string& expression) {
  return model::is_mysql_family(engine) ? fmt::format("CAST({} AS CHAR)", expression)
                                        : fmt::format("({})::text", expression);
}

}  // namespace

ValueClass value_class(const model::ColumnType& type) {
  const std::string& base = type.base;
  if (type.kind == model::TypeKind::enumeration) return ValueClass::text;
  if (type.kind != model::TypeKind::plain) return ValueClass::other;
  if (is_one_of(base, {"int2", "int4", "int8", "tinyint", "smallint", "mediumint", "int", "integer",
                       "bigint", "year"})) {
    return ValueClass::integer;
  }
  if (is_one_of(base, {"numeric", "decimal"})) return ValueClass::decimal;
  if (is_one_of(base, {"float4", "float8", "real", "float", "double", "double precision"})) {
    return ValueClass::floating;
  }
  if (is_one_of(base, {"text", "varchar", "bpchar", "char", "character varying", "character",
                       "tinytext", "mediumtext", "longtext", "enum", "set", "citext", "name"})) {
    return ValueClass::text;
  }
  if (is_one_of(base, {"bool", "boolean"})) return ValueClass::boolean;
  if (base == "date") return ValueClass::date;
  if (is_one_of(base, {"time", "timestamp", "timestamptz", "datetime", "timetz"})) {
    return ValueClass::time;
  }
  return ValueClass::other;
}

ColumnTypes column_types(const model::Table& table, const mapping::Latin1Columns& latin1_holds) {
  ColumnTypes types;
  for (const model::Column& column : table.columns) {
    types.emplace(column.name, ValueType(column.type, held_by(latin1_holds, column.name)));
  }
  return types;
}

ColumnTypes source_types(const plan::TablePlan& table) {
  ColumnTypes types;
  for (const plan::SourceField& field : table.read) {
    types.emplace(field.name, ValueType(field.type, held_by(table.rules.latin1_holds, field.name)));
  }
  return types;
}

std::string text_expression(Engine engine, std::string_view column, const ValueType& type) {
  const std::string name = model::quote_identifier(engine, column);
  const ValueClass value = value_class(type.type);
  if (value == ValueClass::boolean) {
    return fmt::format("CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END", name);
  }
  if (!model::is_mysql_family(engine)) return fmt::format("({}::text COLLATE \"C\")", name);
  if (value == ValueClass::text) {
    return bytes_sql(name, type.holds);
  }
  // JSON may be as long as a text.
  if (value == ValueClass::other) return converted("CHAR", "utf8mb4", name);
  return as_text(engine, name);
}

std::string normalized(ValueClass value, std::string text) {
  if (!is_number(value) && value != ValueClass::time) return text;
  const std::size_t point = text.find('.');
  if (point == std::string::npos || text.find_first_of("eE") != std::string::npos) return text;
  // A time may go on behind the fraction: "12:00:00.500+00".
  std::size_t end = text.find_first_not_of("0123456789", point + 1);
  if (end == std::string::npos) end = text.size();
  std::size_t keep = end;
  while (keep > point && (text[keep - 1] == '0')) --keep;
  if (keep == point + 1) keep = point;
  return text.erase(keep, end - keep);
}

std::string group_by_sql(Engine engine, std::string_view groups) {
  // MariaDB sorts groups that nobody wants sorted, and has no memory for keys as long as texts.
  return fmt::format(" GROUP BY {}{}", groups,
                     model::is_mysql_family(engine) ? " ORDER BY NULL" : "");
}

std::string own_rows(Engine engine, const model::QualifiedName& table) {
  const std::string name = model::quote_name(engine, table);
  return model::is_mysql_family(engine) ? name : "ONLY " + name;
}

std::string literal_sql(Engine engine, ValueClass value, std::string_view text) {
  if (value == ValueClass::text) return text_literal(engine, text);
  const bool is_true = text == "true" || text == "1";
  const bool is_false = text == "false" || text == "0";
  if (value == ValueClass::boolean) {
    if (!is_true && !is_false) fail(fmt::format("'{}' is no truth value", text));
    return is_true ? "TRUE" : "FALSE";
  }
  if (!is_number(value)) return model::quote_literal(engine, text);
  // tinyint(1) stands for a truth value on the MySQL family.
  if (text == "true" || text == "false") return is_true ? "1" : "0";
  if (!Decimal::parse(text)) fail(fmt::format("'{}' is no number", text));
  return std::string(text);
}

std::string condition_sql(Engine engine, const Condition& condition, const ColumnTypes& types) {
  switch (condition.op) {
    case Condition::Op::all_of:
      return children_sql(engine, condition, types, "AND", "TRUE");
    case Condition::Op::any_of:
      return children_sql(engine, condition, types, "OR", "FALSE");
    case Condition::Op::negation:
      if (condition.children.size() != 1) fail("a negation needs exactly one condition");
      return fmt::format("(NOT {})", condition_sql(engine, condition.children.front(), types));
    default:
      return leaf_sql(engine, condition, types);
  }
}

std::string measure_sql(Engine engine, config::Measure measure, std::string_view column,
                        const ColumnTypes& types) {
  if (measure == config::Measure::count && column.empty()) return as_text(engine, "count(*)");
  const ValueType& type = type_of(types, column);
  const ValueClass value = value_class(type.type);
  const std::string name = model::quote_identifier(engine, column);
  switch (measure) {
    case config::Measure::count:
      return as_text(engine, fmt::format("count({})", name));
    case config::Measure::null_count:
      return as_text(engine, fmt::format("count(*) - count({})", name));
    case config::Measure::count_distinct:
      return as_text(
          engine,
          fmt::format("count(DISTINCT {})",
                      value == ValueClass::text ? text_expression(engine, column, type) : name));
    case config::Measure::sum:
      if (!is_number(value)) {
        throw model::Error(model::ErrorKind::not_comparable,
                           fmt::format("column {} is no number and has no sum", column));
      }
      return as_text(engine, fmt::format("sum({})", name));
    case config::Measure::min:
    case config::Measure::max:
      break;
  }
  const char* const function = measure == config::Measure::min ? "min" : "max";
  if (value == ValueClass::text || value == ValueClass::boolean) {
    return fmt::format("{}({})", function, text_expression(engine, column, type));
  }
  return as_text(engine, fmt::format("{}({})", function, name));
}

}  // namespace sluice::verify
