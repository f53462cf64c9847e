#include "sluice/codec/float_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sluice/codec/ascii.h"

namespace sluice::codec {
namespace {

/// The exponent from which PostgreSQL prints d.ddde+XX: the digits the type always holds (DBL_DIG,
/// FLT_DIG).
template <typename Float>
constexpr int kScientificFrom = std::numeric_limits<Float>::digits10;
constexpr int kScientificBelow = -4;

/// A positive float in decimal: 0.d1d2d3... times 10^(exponent + 1), that is d1.d2d3... times
/// 10^exponent.
struct Digits {
  std::array<char, 24> text{};
  int count = 0;
  int exponent = 0;
};

/// Reads what to_chars wrote in scientific form: d[.ddd]e[+-]dd.
Digits split_scientific(const char* at, const char* end) {
  Digits out;
  for (; *at != 'e'; ++at) {
    if (*at != '.') out.text[static_cast<std::size_t>(out.count++)] = *at;
  }
  ++at;
  if (*at == '+') ++at;
  std::from_chars(at, end, out.exponent);
  return out;
}

template <typename Float>
Digits shortest_digits(Float value) {
  std::array<char, 40> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  return split_scientific(buffer.data(), written.ptr);
}

template <typename Float>
Digits rounded_digits(Float value, int count) {
  std::array<char, 40> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific, count - 1);
  return split_scientific(buffer.data(), written.ptr);
}

std::uint64_t integer_of(const Digits& digits) {
  std::uint64_t out = 0;
  for (int i = 0; i < digits.count; ++i) {
    out = out * 10 + static_cast<std::uint64_t>(digits.text[static_cast<std::size_t>(i)] - '0');
  }
  return out;
}

/// A number as odd * 2^twos * 5^fives, with neither factor left in odd.
struct Factors {
  std::uint64_t odd = 0;
  int twos = 0;
  int fives = 0;

  friend bool operator==(const Factors&, const Factors&) = default;
};

Factors factor(std::uint64_t number, int twos, int fives) {
  for (; number % 2 == 0; number /= 2) ++twos;
  for (; number % 5 == 0; number /= 5) ++fives;
  return {number, twos, fives};
}

/// True where the digits are exactly half-way between `value` and one of its neighbors. Readers
/// round them to `value` only because they break ties to even, so PostgreSQL does not print them.
template <typename Float>
bool is_halfway(Float value, const Digits& digits) {
  int exponent = 0;
  const Float fraction = std::frexp(value, &exponent);
  constexpr int kBits = std::numeric_limits<Float>::digits;
  // Below the normal numbers the gap between neighbors stays that of the smallest one.
  const int unit = std::max(exponent - kBits, std::numeric_limits<Float>::min_exponent - kBits);
  const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, exponent - unit));
  const int power = digits.exponent - digits.count + 1;
  const Factors decimal = factor(integer_of(digits), power, power);
  if (decimal == factor(mantissa * 2 + 1, unit - 1, 0)) return true;
  const bool power_of_two = mantissa == std::uint64_t{1} << (kBits - 1);
  return decimal == (power_of_two ? factor(mantissa * 4 - 1, unit - 2, 0)
                                  : factor(mantissa * 2 - 1, unit - 1, 0));
}

template <typename Float>
Float read_back(const Digits& digits) {
  std::array<char, 40> buffer;
  char* at = std::copy_n(digits.text.begin(), digits.count, buffer.begin());
  *at++ = 'e';
  at = std::to_chars(at, buffer.data() + buffer.size(), digits.exponent - digits.count + 1).ptr;
  Float out = 0;
  std::from_chars(buffer.data(), at, out);
  return out;
}

/// The next number with as many digits. All nines do not occur here: they would have been shorter.
Digits one_up(Digits digits) {
  for (int i = digits.count - 1; i >= 0; --i) {
    char& digit = digits.text[static_cast<std::size_t>(i)];
    if (digit != '9') {
      ++digit;
      break;
    }
    digit = '0';
  }
  return digits;
}

template <typename Float>
bool stands_for(Float value, const Digits& digits) {
  return read_back<Float>(digits) == value && !is_halfway(value, digits);
}

/// Shortest digits that lie strictly between the half-way points to the neighbors, as PostgreSQL
/// prints them.
template <typename Float>
Digits postgres_digits(Float value) {
  Digits digits = shortest_digits(value);
  if (!is_halfway(value, digits)) return digits;
  for (int count = digits.count; count <= std::numeric_limits<Float>::max_digits10; ++count) {
    digits = rounded_digits(value, count);
    if (stands_for(value, digits)) return digits;
    const Digits above = one_up(digits);
    if (stands_for(value, above)) return above;
  }
  return digits;
}

void append_fixed(const Digits& digits, std::string& out) {
  const auto count = static_cast<std::size_t>(digits.count);
  if (digits.exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-digits.exponent - 1), '0');
    out.append(digits.text.data(), count);
    return;
  }
  const auto whole = static_cast<std::size_t>(digits.exponent) + 1;
  out.append(digits.text.data(), std::min(whole, count));
  if (count <= whole) {
    out.append(whole - count, '0');
    return;
  }
  out += '.';
  out.append(digits.text.data() + whole, count - whole);
}

void append_scientific(const Digits& digits, std::string& out) {
  out += digits.text[0];
  if (digits.count > 1) {
    out += '.';
    out.append(digits.text.data() + 1, static_cast<std::size_t>(digits.count) - 1);
  }
  out += digits.exponent < 0 ? "e-" : "e+";
  const int exponent = std::abs(digits.exponent);
  if (exponent < 10) out += '0';
  out += std::to_string(exponent);
}

template <typename Float>
void append_float(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += '0';
    return;
  }
  const Digits digits = postgres_digits(std::abs(value));
  if (digits.exponent >= kScientificBelow && digits.exponent < kScientificFrom<Float>) {
    append_fixed(digits, out);
  } else {
    append_scientific(digits, out);
  }
}

/// True where a digit other than 0 stands before the exponent.
bool has_nonzero_digit(std::string_view decimal) {
  const std::size_t found = decimal.find_first_of("123456789eE");
  return found != std::string_view::npos && decimal[found] != 'e' && decimal[found] != 'E';
}

template <typename Float>
Problem parse_unsigned_float(std::string_view text, Float& out) {
  if (equals_ignoring_case(text, "infinity") || equals_ignoring_case(text, "inf")) {
    out = std::numeric_limits<Float>::infinity();
    return Problem::none;
  }
  // from_chars would also read its own names of NaN and infinity, with or without parentheses.
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) {
    return Problem::not_a_number;
  }
  const char* const end = text.data() + text.size();
  Float value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) return Problem::not_a_number;
  if (error != std::errc{} || std::isinf(value)) return Problem::out_of_range;
  if (value == 0 && has_nonzero_digit(text)) return Problem::out_of_range;
  out = value;
  return Problem::none;
}

template <typename Float>
Problem parse_float(std::string_view text, Float& out) {
  if (equals_ignoring_case(text, "nan")) {
    out = std::numeric_limits<Float>::quiet_NaN();
    return Problem::none;
  }
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const Problem problem = parse_unsigned_float(text, out);
  if (problem == Problem::none && negative) out = -out;
  return problem;
}

}  // namespace

void append_float4(float value, std::string& out) { append_float(value, out); }
void append_float8(double value, std::string& out) { append_float(value, out); }
Problem parse_float4(std::string_view text, float& out) { return parse_float(text, out); }
Problem parse_float8(std::string_view text, double& out) { return parse_float(text, out); }

}  // namespace sluice::codec
