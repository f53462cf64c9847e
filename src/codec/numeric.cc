// PostgreSQL's numeric out of its binary form: text, another scale, an integer.

#include "sluice/codec/numeric.h"

#include <array>
#include <limits>

#include "numeric_form.h"

namespace sluice::codec {
namespace {

/// The digit to base 10000 with weight 10000^position; 0 where none is stored.
int digit_at(const NumericForm& form, int position) {
  const int i = form.weight() - position;
  return i >= 0 && i < form.digits() ? form.digit(i) : 0;
}

std::array<char, 4> group_text(int group) {
  return {static_cast<char>('0' + group / 1000), static_cast<char>('0' + group / 100 % 10),
          static_cast<char>('0' + group / 10 % 10), static_cast<char>('0' + group % 10)};
}

void append_integer_part(const NumericForm& form, std::string& out) {
  bool started = false;
  for (int position = form.weight(); position >= 0; --position) {
    const std::array<char, 4> group = group_text(digit_at(form, position));
    for (const char digit : group) {
      started = started || digit != '0';
      if (started) out += digit;
    }
  }
  if (!started) out += '0';
}

void append_fraction(const NumericForm& form, std::string& out) {
  if (form.scale() == 0) return;
  out += '.';
  int left = form.scale();
  for (int position = -1; left > 0; --position) {
    const std::array<char, 4> group = group_text(digit_at(form, position));
    const int take = left < kNumericGroupDigits ? left : kNumericGroupDigits;
    out.append(group.data(), static_cast<std::size_t>(take));
    left -= take;
  }
}

std::string_view special_text(std::uint16_t sign) {
  if (sign == kNumericNaN) return "NaN";
  return sign == kNumericInfinity ? "Infinity" : "-Infinity";
}

/// Decimal digits of a digit to base 10000, without leading zeros.
int decimal_digits(int group) {
  if (group >= 1000) return 4;
  if (group >= 100) return 3;
  if (group >= 10) return 2;
  return group > 0 ? 1 : 0;
}

/// Where the first and the last decimal digit other than 0 stand: the value is below 10^above and a
/// multiple of 10^lowest.
struct Extent {
  int above = 0;
  int lowest = 0;
};

/// REQUIRES: not zero, not special.
Extent extent_of(const NumericForm& form) {
  int first = 0;
  while (form.digit(first) == 0) ++first;
  int last = form.digits() - 1;
  while (form.digit(last) == 0) --last;
  Extent out;
  out.above = (form.weight() - first) * kNumericGroupDigits + decimal_digits(form.digit(first));
  out.lowest = (form.weight() - last) * kNumericGroupDigits;
  for (int group = form.digit(last); group % 10 == 0; group /= 10) ++out.lowest;
  return out;
}

bool is_zero(const NumericForm& form) {
  for (int i = 0; i < form.digits(); ++i) {
    if (form.digit(i) != 0) return false;
  }
  return true;
}

}  // namespace

bool numeric_to_text(std::string_view binary, std::string& out) {
  NumericForm form;
  if (!form.parse(binary)) return false;
  if (form.is_special()) {
    out += special_text(form.sign());
    return true;
  }
  if (form.is_negative()) out += '-';
  append_integer_part(form, out);
  append_fraction(form, out);
  return true;
}

Problem rescale_numeric(std::string_view binary, int precision, int scale, std::string& out) {
  NumericForm form;
  if (!form.parse(binary)) return Problem::not_a_number;
  if (form.is_special()) {
    if (form.sign() != kNumericNaN) return Problem::out_of_range;
    out += binary;
    return Problem::none;
  }
  if (!is_zero(form)) {
    const Extent extent = extent_of(form);
    if (extent.above > precision - scale) return Problem::out_of_range;
    if (extent.lowest < -scale) return Problem::not_exact;
  }
  const std::size_t start = out.size();
  out += binary;
  store_big_endian(out.data() + start + 6, static_cast<std::uint16_t>(scale > 0 ? scale : 0));
  return Problem::none;
}

Problem numeric_to_int64(std::string_view binary, std::int64_t& out) {
  NumericForm form;
  if (!form.parse(binary)) return Problem::not_a_number;
  if (form.is_special()) return Problem::out_of_range;
  // Summed as a negative number: the smallest int64 has no positive counterpart.
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  std::int64_t sum = 0;
  for (int i = 0; i < form.digits(); ++i) {
    if (form.weight() - i < 0 && form.digit(i) != 0) return Problem::not_exact;
  }
  for (int position = form.weight(); position >= 0; --position) {
    const int digit = digit_at(form, position);
    if (sum < kMin / kNumericBase) return Problem::out_of_range;
    sum *= kNumericBase;
    if (sum < kMin + digit) return Problem::out_of_range;
    sum -= digit;
  }
  if (!form.is_negative() && sum == kMin) return Problem::out_of_range;
  out = form.is_negative() ? sum : -sum;
  return Problem::none;
}

bool is_numeric(std::string_view binary) noexcept {
  NumericForm form;
  return form.parse(binary) && form.is_canonical();
}

}  // namespace sluice::codec
