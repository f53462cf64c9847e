#include "numeric_form.h"

#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"

namespace sluice::codec {
namespace {

bool is_sign(std::uint16_t sign) {
  return sign == kNumericPositive || sign == kNumericNegative || sign == kNumericNaN ||
         sign == kNumericInfinity || sign == kNumericMinusInfinity;
}

std::uint16_t load16(std::string_view bytes, std::size_t at) {
  return load_big_endian<std::uint16_t>(bytes.data() + at);
}

/// Zeros at the decimal end of a digit to base 10000; 4 for digit 0.
int trailing_zeros(int digit) {
  int zeros = 0;
  for (; zeros < kNumericGroupDigits && digit % 10 == 0; digit /= 10) ++zeros;
  return zeros;
}

}  // namespace

bool NumericForm::parse(std::string_view binary) noexcept {
  if (binary.size() < kNumericHeaderBytes) return false;
  digits_ = load16(binary, 0);
  weight_ = static_cast<std::int16_t>(load16(binary, 2));
  sign_ = load16(binary, 4);
  scale_ = load16(binary, 6);
  digit_bytes_ = binary.substr(kNumericHeaderBytes);
  if (digit_bytes_.size() != static_cast<std::size_t>(digits_) * 2) return false;
  if (!is_sign(sign_) || scale_ > kNumericMaxScale) return false;
  if (is_special() && digits_ != 0) return false;
  for (int i = 0; i < digits_; ++i) {
    if (digit(i) >= kNumericBase) return false;
  }
  return true;
}

int NumericForm::digit(int i) const noexcept {
  return load16(digit_bytes_, static_cast<std::size_t>(i) * 2);
}

bool NumericForm::is_canonical() const noexcept {
  if (is_special()) {
    return weight_ == 0 && scale_ == (sign_ == kNumericNaN ? 0 : kNumericInfinityScale);
  }
  if (digits_ == 0) return weight_ == 0 && sign_ == kNumericPositive;
  if (digit(0) == 0 || digit(digits_ - 1) == 0) return false;
  const int digits_after_point =
      (digits_ - 1 - weight_) * kNumericGroupDigits - trailing_zeros(digit(digits_ - 1));
  return digits_after_point <= scale_;
}

}  // namespace sluice::codec
