#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/model/schema.h"

#include "schema/reach.h"

namespace sluice::schema {

/// What an expression yields, as far as it matters for whether both servers agree on it.
enum class ValueKind : std::uint8_t {
  integer,
  decimal,
  floating,
  text,
  enumeration,
  date,
  moment,   // without a time zone
  instant,  // a point in time
  boolean,
  null,
  other,  // has no operator here but IS NULL
};

/// How the source compares texts, the loosest last.
enum class TextOrder : std::uint8_t { any, bytes, bytes_but_blanks, collation };

/// A translated expression, or part of one. `refusal`: there is no translation, and this is why.
struct Value {
  std::string sql;
  ValueKind kind = ValueKind::other;
  TextOrder order = TextOrder::any;
  bool literal = false;
  std::string content;  // of a literal
  int scale = 0;        // of decimals; of moments the digits of their seconds' fraction
  Reach reach;          // of integers and decimals
  TextReach text;       // of texts
  bool narrow = false;  // an integer whose type may be smaller than bigint
  bool wide = false;    // an integer that is numeric in PostgreSQL
  bool padded = false;  // an integer that the source may show with zeros in front
  const model::Column* column = nullptr;
  bool reads_columns = false;
  std::string refusal;
  /// `sql` is what was meant, but the servers may differ over some values, for this reason.
  std::string doubt;

  [[nodiscard]] bool is_number() const {
    return kind == ValueKind::integer || kind == ValueKind::decimal || kind == ValueKind::floating;
  }
};

[[nodiscard]] Value refused(std::string why);

/// A new value that is made of `parts`: refused where one of them is, with their doubts.
[[nodiscard]] Value made_of(const std::vector<Value>& parts, ValueKind kind, std::string sql);

/// As an operand: integers of MySQL are computed in 64 bits, whatever their columns' types.
[[nodiscard]] std::string in_full_width(const Value& value);

/// What a call of MySQL's function yields. `name` in lower case.
[[nodiscard]] Value call(const std::string& name, const std::vector<Value>& arguments);

/// a = b and the like: `sign` is one of = <> <=> < <= > >=.
[[nodiscard]] Value comparison(const std::string& sign, const Value& left, const Value& right);

/// Why the servers may differ over the equality of two texts, or over LIKE; empty: they do not.
[[nodiscard]] std::string text_doubt(const Value& left, const Value& right);

/// As a condition: numbers are true where they are not 0.
[[nodiscard]] Value condition(const Value& value);

/// The one kind that values of CASE or COALESCE have, which become `sql`.
[[nodiscard]] Value one_of(const std::vector<Value>& values, std::string sql);

}  // namespace sluice::schema
