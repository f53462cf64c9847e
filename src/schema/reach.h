#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/model/schema.h"

namespace sluice::schema {

/// How far a number goes: below 2^bits, and down to 0 or to -2^bits. Of a decimal what it is when
/// rounded to a whole number.
struct Reach {
  int bits = 0;
  bool below_zero = false;
};

/// Of the values of an integer or decimal column; a year is one.
[[nodiscard]] std::optional<Reach> reach_of(const model::ColumnType& type);
/// Of a number written out, without a sign: "15", "1.5".
[[nodiscard]] Reach reach_of_literal(const std::string& number);
/// Of a + b, a - b or a * b of the source: where whole numbers would leave its 64 bits, it fails.
[[nodiscard]] Reach computed(const std::string& sign, Reach a, Reach b, bool whole);
/// Whether the column takes every such number as it is. A mode that is not strict makes others the
/// nearest ones that the column can hold.
[[nodiscard]] bool takes(const model::ColumnType& column, Reach value);

/// What a text may hold: at most so many bytes in UTF-8, of characters of a charset; of none where
/// all are ASCII.
struct TextReach {
  std::uint64_t bytes = 0;
  std::string charset;
};

/// Of the values of a text column.
[[nodiscard]] TextReach text_reach_of(const model::ColumnType& type);
[[nodiscard]] TextReach text_reach_of_literal(const std::string& text);
/// Of one text behind another.
[[nodiscard]] TextReach joined(const TextReach& a, const TextReach& b);
/// Whether the column takes every such text as it is, or PostgreSQL refuses what it does not take:
/// what is too long for char and varchar. A mode that is not strict cuts other texts, and has ? for
/// characters that the column's charset lacks.
[[nodiscard]] bool takes(const model::ColumnType& column, const TextReach& value);

}  // namespace sluice::schema
