// Decimal text and integers into PostgreSQL's numeric.

#include <algorithm>
#include <array>
#include <charconv>

#include "sluice/codec/ascii.h"
#include "sluice/codec/numeric.h"

#include "numeric_form.h"

namespace sluice::codec {
namespace {

/// A decimal number as its digits stand in a text: no exponent, no leading zeros before the point.
struct Decimal {
  bool negative = false;
  std::string_view integer;
  std::string_view fraction;
};

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && is_ascii_digit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

/// The value of up to four digits.
int group_value(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

int full_group_value(const char* digits) {
  return (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10 +
         (digits[3] - '0');
}

std::size_t max_encoded_bytes(const Decimal& decimal) {
  return kNumericHeaderBytes + 2 * (decimal.integer.size() / 4 + decimal.fraction.size() / 4 + 2);
}

/// Writes groups one after the other, leaving out zero groups at the start.
class GroupWriter {
 public:
  GroupWriter(char* to, int weight) : start_(to), at_(to), last_(to), weight_(weight) {}

  void put(int group) {
    if (group == 0 && at_ == start_) {
      --weight_;
      return;
    }
    store_big_endian(at_, static_cast<std::uint16_t>(group));
    at_ += 2;
    if (group != 0) last_ = at_;
  }
  [[nodiscard]] bool is_zero() const { return last_ == start_; }
  [[nodiscard]] int weight() const { return is_zero() ? 0 : weight_; }
  /// Without the zero groups at the end.
  [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(last_ - start_); }

 private:
  char* start_;
  char* at_;
  char* last_;
  int weight_;
};

std::size_t write_header(char* to, const GroupWriter& groups, bool negative, std::size_t scale) {
  store_big_endian(to, static_cast<std::uint16_t>(groups.bytes() / 2));
  store_big_endian(to + 2, static_cast<std::uint16_t>(groups.weight()));
  store_big_endian(to + 4, negative && !groups.is_zero() ? kNumericNegative : kNumericPositive);
  store_big_endian(to + 6, static_cast<std::uint16_t>(scale));
  return kNumericHeaderBytes + groups.bytes();
}

/// REQUIRES: within numeric's limits. Returns the bytes written.
std::size_t encode(const Decimal& decimal, char* to) {
  const std::size_t integer_digits = decimal.integer.size();
  GroupWriter groups(to + kNumericHeaderBytes, static_cast<int>((integer_digits + 3) / 4) - 1);
  const std::size_t head = integer_digits % 4;
  if (head != 0) groups.put(group_value(decimal.integer.substr(0, head)));
  for (std::size_t i = head; i < integer_digits; i += 4) {
    groups.put(full_group_value(decimal.integer.data() + i));
  }
  const std::size_t scale = decimal.fraction.size();
  const std::size_t full = scale - scale % 4;
  for (std::size_t i = 0; i < full; i += 4) {
    groups.put(full_group_value(decimal.fraction.data() + i));
  }
  if (full < scale) {
    constexpr std::array<int, 4> kPad = {1, 1000, 100, 10};
    groups.put(group_value(decimal.fraction.substr(full)) * kPad[scale - full]);
  }
  return write_header(to, groups, decimal.negative, scale);
}

bool is_within_limits(const Decimal& decimal) {
  return decimal.integer.size() <= kNumericMaxIntegerDigits &&
         decimal.fraction.size() <= kNumericMaxScale;
}

/// The sign word of NaN and the infinities; 0 where the text is none of them.
std::uint16_t special_sign(std::string_view text) {
  if (equals_ignoring_case(text, "nan")) return kNumericNaN;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!equals_ignoring_case(text, "infinity") && !equals_ignoring_case(text, "inf")) return 0;
  return negative ? kNumericMinusInfinity : kNumericInfinity;
}

std::array<char, kNumericHeaderBytes> special_form(std::uint16_t sign) {
  std::array<char, kNumericHeaderBytes> form{};
  store_big_endian(form.data() + 4, sign);
  const std::uint16_t scale = sign == kNumericNaN ? std::uint16_t{0} : kNumericInfinityScale;
  store_big_endian(form.data() + 6, scale);
  return form;
}

/// Writes out what an exponent means, so that the rest sees plain digits: 1.5e3 is 1500, 1e-2 is
/// 0.01.
Problem apply_exponent(Decimal& decimal, std::string_view exponent_text, std::string& storage) {
  // PostgreSQL refuses exponents from INT_MAX / 2 on.
  constexpr int kMaxExponent = 0x3fffffff;
  if (exponent_text.starts_with('+')) {
    exponent_text.remove_prefix(1);
    if (exponent_text.starts_with('-')) return Problem::not_a_number;
  }
  int exponent = 0;
  const char* const end = exponent_text.data() + exponent_text.size();
  const auto [stop, error] = std::from_chars(exponent_text.data(), end, exponent);
  if (stop != end || error == std::errc::invalid_argument) return Problem::not_a_number;
  if (error != std::errc{} || exponent >= kMaxExponent || exponent <= -kMaxExponent) {
    return Problem::out_of_range;
  }
  const auto point = static_cast<std::int64_t>(decimal.integer.size()) + exponent;
  const auto scale =
      std::max<std::int64_t>(0, static_cast<std::int64_t>(decimal.fraction.size()) - exponent);
  if (scale > kNumericMaxScale) return Problem::out_of_range;
  std::string digits(decimal.integer);
  digits += decimal.fraction;
  const std::string_view significant = without_leading_zeros(digits);
  if (significant.empty()) {
    storage.assign(static_cast<std::size_t>(scale), '0');
    decimal = {false, {}, storage};
    return Problem::none;
  }
  const std::int64_t integer_digits =
      point - static_cast<std::int64_t>(digits.size() - significant.size());
  if (integer_digits > kNumericMaxIntegerDigits) return Problem::out_of_range;
  storage.assign(static_cast<std::size_t>(std::max<std::int64_t>(0, -integer_digits)), '0');
  storage += significant;
  const auto whole = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_digits));
  storage.resize(whole + static_cast<std::size_t>(scale), '0');
  decimal.integer = std::string_view(storage).substr(0, whole);
  decimal.fraction = std::string_view(storage).substr(whole);
  return Problem::none;
}

/// `storage` holds the digits where they do not stand in the text.
Problem parse_decimal(std::string_view text, Decimal& out, std::string& storage) {
  out.negative = text.starts_with('-');
  if (out.negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view integer = take_digits(text);
  out.fraction = {};
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    out.fraction = take_digits(text);
  }
  if (integer.empty() && out.fraction.empty()) return Problem::not_a_number;
  out.integer = without_leading_zeros(integer);
  if (!text.empty()) {
    if (text[0] != 'e' && text[0] != 'E') return Problem::not_a_number;
    const Problem problem = apply_exponent(out, text.substr(1), storage);
    if (problem != Problem::none) return problem;
  }
  return is_within_limits(out) ? Problem::none : Problem::out_of_range;
}

Decimal decimal_of(std::string_view integer) {
  Decimal out;
  out.negative = integer.starts_with('-');
  out.integer = without_leading_zeros(integer.substr(out.negative ? 1 : 0));
  return out;
}

void put_decimal(RowBuffer& rows, const Decimal& decimal) {
  char* to = rows.begin_field(max_encoded_bytes(decimal));
  rows.end_field(encode(decimal, to));
}

void append_decimal(const Decimal& decimal, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + max_encoded_bytes(decimal));
  out.resize(start + encode(decimal, out.data() + start));
}

/// Room for the digits of any 64-bit integer and its sign.
using IntegerText = std::array<char, 24>;

template <typename Integer>
std::string_view integer_text(Integer value, IntegerText& buffer) {
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
}

}  // namespace

Problem put_numeric(RowBuffer& rows, std::string_view text) {
  Decimal decimal;
  std::string storage;
  const Problem problem = parse_decimal(text, decimal, storage);
  if (problem == Problem::none) {
    put_decimal(rows, decimal);
    return Problem::none;
  }
  const std::uint16_t special = special_sign(text);
  if (special == 0) return problem;
  const auto form = special_form(special);
  rows.put_bytes(std::string_view(form.data(), form.size()));
  return Problem::none;
}

Problem numeric_from_text(std::string_view text, std::string& out) {
  Decimal decimal;
  std::string storage;
  const Problem problem = parse_decimal(text, decimal, storage);
  if (problem == Problem::none) {
    append_decimal(decimal, out);
    return Problem::none;
  }
  const std::uint16_t special = special_sign(text);
  if (special == 0) return problem;
  const auto form = special_form(special);
  out.append(form.data(), form.size());
  return Problem::none;
}

void put_numeric(RowBuffer& rows, std::int64_t value) {
  IntegerText buffer;
  put_decimal(rows, decimal_of(integer_text(value, buffer)));
}

void put_numeric(RowBuffer& rows, std::uint64_t value) {
  IntegerText buffer;
  put_decimal(rows, decimal_of(integer_text(value, buffer)));
}

void numeric_from_integer(std::int64_t value, std::string& out) {
  IntegerText buffer;
  append_decimal(decimal_of(integer_text(value, buffer)), out);
}

void numeric_from_integer(std::uint64_t value, std::string& out) {
  IntegerText buffer;
  append_decimal(decimal_of(integer_text(value, buffer)), out);
}

}  // namespace sluice::codec
