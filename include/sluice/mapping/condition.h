#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mapping {

/// A literal of a config, as it was written. It is read as a value of its column's type (codec
/// from_text): a literal that the type does not have is an error when the plan is made.
struct Literal {
  enum class Kind : std::uint8_t { text, number, boolean };

  Kind kind = Kind::text;
  std::string text;  ///< "true" and "false" for booleans

  friend bool operator==(const Literal&, const Literal&) = default;
};

/// A condition on the columns of one row: row filters, "when" of a rule's cases, filters of checks.
///
/// Logic is SQL's, three-valued: a comparison with NULL is unknown, not(unknown) is unknown, and a
/// row counts only where the whole is true. Text is compared byte for byte, never by a collation,
/// and only for being equal; blanks at the end of a blank-padded char(n) do not count. Whoever
/// turns a condition into SQL must keep to that.
struct Condition {
  enum class Op : std::uint8_t {
    all_of,    ///< and: `children`
    any_of,    ///< or: `children`
    negation,  ///< not: one child
    equal,     ///< the comparisons have one value
    not_equal,
    less,  ///< the four orders: not for text, json and bytea
    less_equal,
    greater,
    greater_equal,
    in,           ///< one of `values`
    is_null,      ///< no value
    is_blank,     ///< text only: NULL, or nothing but white space (what trim removes)
    starts_with,  ///< text only: with one of `values`
    ends_with,
    contains,
  };

  Op op = Op::equal;
  std::string column;
  std::vector<Literal> values;
  std::vector<Condition> children;

  friend bool operator==(const Condition&, const Condition&) = default;
};

/// The operator as a config writes it: "and", "or", "not", "=", "<>", "<", "<=", ">", ">=", "in",
/// "is_null", ...
[[nodiscard]] std::string_view to_string(Condition::Op op) noexcept;

/// Appends the names of the columns that the condition looks at, each once, to `out` where it lacks
/// them.
void collect_columns(const Condition& condition, std::vector<std::string>& out);

}  // namespace sluice::mapping
