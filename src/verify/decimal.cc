#include "verify/decimal.h"

#include <algorithm>
#include <charconv>

namespace sluice::verify {
namespace {

/// Beyond every exponent that a server prints (numeric ends at 131072 digits, double at 10^308),
/// and small enough that nobody can make us allocate much.
constexpr int kMaxExponent = 20000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool take_sign(std::string_view& text) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  return negative;
}

std::optional<int> take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  const std::string_view digits = take_digits(text);
  int exponent = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (digits.empty() || read.ec != std::errc() || exponent > kMaxExponent) return std::nullopt;
  return negative ? -exponent : exponent;
}

void strip_leading_zeros(std::string& digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
}

/// Both without leading zeros.
bool less_magnitude(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string add(std::string a, std::string b) {
  if (a.size() < b.size()) a.swap(b);
  b.insert(0, a.size() - b.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int sum = (a[i] - '0') + (b[i] - '0') + carry;
    a[i] = static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  if (carry != 0) a.insert(a.begin(), '1');
  return a;
}

/// |a - b|
std::string subtract(std::string a, std::string b) {
  if (less_magnitude(a, b)) a.swap(b);
  b.insert(0, a.size() - b.size(), '0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int difference = (a[i] - '0') - (b[i] - '0') - borrow;
    borrow = difference < 0 ? 1 : 0;
    if (difference < 0) difference += 10;
    a[i] = static_cast<char>('0' + difference);
  }
  strip_leading_zeros(a);
  return a;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal number;
  number.negative_ = take_sign(text);
  number.digits_ = take_digits(text);
  bool any_digit = !number.digits_.empty();
  int scale = 0;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    const std::string_view fraction = take_digits(text);
    any_digit = any_digit || !fraction.empty();
    number.digits_ += fraction;
    scale = static_cast<int>(fraction.size());
  }
  const std::optional<int> exponent = take_exponent(text);
  if (!any_digit || !exponent || !text.empty()) return std::nullopt;
  scale -= *exponent;
  if (scale < 0) number.digits_.append(static_cast<std::size_t>(-scale), '0');
  number.scale_ = static_cast<std::size_t>(std::max(scale, 0));
  strip_leading_zeros(number.digits_);
  return number;
}

bool Decimal::is_within(const Decimal& other, const Decimal& limit) const {
  const std::size_t scale = std::max({scale_, other.scale_, limit.scale_});
  const auto scaled = [scale](const Decimal& number) {
    std::string digits = number.digits_;
    if (!digits.empty()) digits.append(scale - number.scale_, '0');
    return digits;
  };
  const std::string distance = negative_ == other.negative_ ? subtract(scaled(*this), scaled(other))
                                                            : add(scaled(*this), scaled(other));
  return !less_magnitude(scaled(limit), distance);
}

bool Decimal::equals(const Decimal& other) const { return is_within(other, Decimal()); }

bool same_value(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::optional<Decimal> left = Decimal::parse(a);
  const std::optional<Decimal> right = Decimal::parse(b);
  return left && right && left->equals(*right);
}

}  // namespace sluice::verify
