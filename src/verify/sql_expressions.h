#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/config/config.h"
#include "sluice/mapping/condition.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

/// SQL that means the same on every engine, whatever a column's collation: text is compared byte
/// for byte as UTF-8. Written anew here, apart from the code that maps rows, so that a figure of
/// the servers does not share its mistakes.
namespace sluice::verify {

/// What matters of a type for comparing its values.
enum class ValueClass : std::uint8_t {
  text,
  integer,
  decimal,
  floating,
  boolean,
  date,
  time,
  other
};
[[nodiscard]] ValueClass value_class(const model::ColumnType& type);
[[nodiscard]] constexpr bool is_number(ValueClass value) noexcept {
  return value == ValueClass::integer || value == ValueClass::decimal ||
         value == ValueClass::floating;
}
/// Sums of these do not depend on the order of rows.
[[nodiscard]] constexpr bool is_exact_number(ValueClass value) noexcept {
  return value == ValueClass::integer || value == ValueClass::decimal;
}

/// A column's type, and what a latin1 column is said to hold.
struct ValueType {
  // NOLINTNEXTLINE(google-explicit-constructor): a type alone is the rule
  ValueType(model::ColumnType column_type,
            mapping::Latin1Holds latin1_holds = mapping::Latin1Holds::latin1)
      : type(std::move(column_type)), holds(latin1_holds) {}

  model::ColumnType type;
  mapping::Latin1Holds holds;
};
using ColumnTypes = std::map<std::string, ValueType, std::less<>>;
[[nodiscard]] ColumnTypes column_types(const model::Table& table,
                                       const mapping::Latin1Columns& latin1_holds = {});
/// Of what the plan reads of the table's source.
[[nodiscard]] ColumnTypes source_types(const plan::TablePlan& table);

/// The column's value as text that both engines write alike: exact bytes of text, digits of
/// numbers, 1 and 0 of booleans. normalized() takes away what still differs. A text of latin1 that
/// is said to hold UTF-8 is its stored bytes, whatever they are.
[[nodiscard]] std::string text_expression(model::Engine engine, std::string_view column,
                                          const ValueType& type);
/// Takes away zeros at the end of a fraction, of numbers and times.
[[nodiscard]] std::string normalized(ValueClass value, std::string text);

/// " GROUP BY groups", in no order.
[[nodiscard]] std::string group_by_sql(model::Engine engine, std::string_view groups);

/// The table in FROM, without the rows of tables that inherit from it: those are moved by
/// themselves, and the streams that read rows leave them out too.
[[nodiscard]] std::string own_rows(model::Engine engine, const model::QualifiedName& table);

/// Three-valued, as mapping::Condition defines it. Throws Error{config} for unknown columns,
/// literals that the column's type does not have, and orders of text.
[[nodiscard]] std::string condition_sql(model::Engine engine, const mapping::Condition& condition,
                                        const ColumnTypes& types);

/// One figure as text. Throws Error{not_comparable} for a sum of what is no number.
[[nodiscard]] std::string measure_sql(model::Engine engine, config::Measure measure,
                                      std::string_view column, const ColumnTypes& types);

/// A literal for comparing with a column. Throws Error{config}.
[[nodiscard]] std::string literal_sql(model::Engine engine, ValueClass value,
                                      std::string_view text);

}  // namespace sluice::verify
