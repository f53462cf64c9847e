#include "schema/reach.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "sluice/codec/ascii.h"
#include "sluice/codec/mysql_types.h"

namespace sluice::schema {
namespace {

using codec::MysqlKind;

/// Years end at 2155.
constexpr int kYearBits = 12;

int width_of(MysqlKind kind) {
  switch (kind) {
    case MysqlKind::tinyint:
      return 8;
    case MysqlKind::smallint:
      return 16;
    case MysqlKind::mediumint:
      return 24;
    case MysqlKind::integer:
      return 32;
    default:
      return 64;
  }
}

bool is_integer(MysqlKind kind) {
  return kind == MysqlKind::tinyint || kind == MysqlKind::smallint ||
         kind == MysqlKind::mediumint || kind == MysqlKind::integer || kind == MysqlKind::bigint;
}

/// Enough for a number of so many digits, and for 1, to which 0.5 is rounded.
int bits_of_digits(int digits) { return std::max(1, (10 * digits + 2) / 3); }

int whole_digits(const model::ColumnType& decimal) {
  return decimal.precision.value_or(10) - decimal.scale.value_or(0);
}

/// No character of any charset has more in UTF-8.
constexpr std::uint64_t kMaxCharacterBytes = 4;

/// In the column's own charset; none for char and varchar, which are bounded in characters.
std::optional<std::uint64_t> bound_of_text(const model::ColumnType& type) {
  if (type.base == "tinytext") return 0xFFU;
  if (type.base == "text") return 0xFFFFU;
  if (type.base == "mediumtext") return 0xFFFFFFU;
  if (type.base == "longtext") return 0xFFFFFFFFU;
  return std::nullopt;
}

int bit_width(std::uint64_t number) {
  int bits = 0;
  for (; number > 0; number >>= 1U) ++bits;
  return bits;
}

}  // namespace

std::optional<Reach> reach_of(const model::ColumnType& type) {
  const MysqlKind kind = codec::mysql_kind(type);
  if (kind == MysqlKind::year) return Reach{kYearBits, false};
  if (kind == MysqlKind::decimal) {
    return Reach{bits_of_digits(whole_digits(type)), !type.is_unsigned};
  }
  if (!is_integer(kind)) return std::nullopt;
  return Reach{width_of(kind) - (type.is_unsigned ? 0 : 1), !type.is_unsigned};
}

Reach reach_of_literal(const std::string& number) {
  const std::size_t point = std::min(number.find('.'), number.size());
  std::uint64_t whole = 0;
  const auto read = std::from_chars(number.data(), number.data() + point, whole);
  const bool fits = read.ec == std::errc() && point == number.size();
  return {fits ? bit_width(whole) : bits_of_digits(static_cast<int>(point)), false};
}

Reach computed(const std::string& sign, Reach a, Reach b, bool whole) {
  Reach result;
  result.below_zero = a.below_zero || b.below_zero || sign == "-";
  // -2^a times -2^b is 2^(a + b).
  result.bits = sign == "*" ? a.bits + b.bits + (a.below_zero && b.below_zero ? 1 : 0)
                            : std::max(a.bits, b.bits) + 1;
  if (whole) {
    const int most = result.below_zero ? std::max({63, a.bits, b.bits}) : 64;
    result.bits = std::min(result.bits, most);
  }
  return result;
}

bool takes(const model::ColumnType& column, Reach value) {
  const MysqlKind kind = codec::mysql_kind(column);
  if (kind == MysqlKind::float4 || kind == MysqlKind::float8) return true;
  // 70 becomes 1970.
  if (kind == MysqlKind::year) return false;
  std::optional<Reach> room = reach_of(column);
  if (!room) return false;
  // So few that no number of them has more digits: 9 of three digits.
  if (kind == MysqlKind::decimal) room->bits = whole_digits(column) * 33219 / 10000;
  return value.bits <= room->bits && (room->below_zero || !value.below_zero);
}

TextReach text_reach_of(const model::ColumnType& type) {
  const auto characters = static_cast<std::uint64_t>(type.length.value_or(0));
  return {bound_of_text(type).value_or(characters) * kMaxCharacterBytes, type.charset};
}

TextReach text_reach_of_literal(const std::string& text) {
  return {text.size(), codec::is_ascii(text) ? "" : "utf8mb4"};
}

TextReach joined(const TextReach& a, const TextReach& b) {
  const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - a.bytes;
  const bool mixed = !a.charset.empty() && !b.charset.empty() && a.charset != b.charset;
  return {a.bytes + std::min(b.bytes, room),
          mixed ? "utf8mb4" : (a.charset.empty() ? b : a).charset};
}

bool takes(const model::ColumnType& column, const TextReach& value) {
  const bool has_characters =
      value.charset.empty() || value.charset == column.charset || column.charset == "utf8mb4";
  return has_characters && value.bytes <= bound_of_text(column).value_or(value.bytes);
}

}  // namespace sluice::schema
