#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::codec {

/// What stands in the header of a numeric's binary form.
inline constexpr std::size_t kNumericHeaderBytes = 8;
inline constexpr int kNumericBase = 10'000;
inline constexpr int kNumericGroupDigits = 4;
inline constexpr std::uint16_t kNumericPositive = 0x0000;
inline constexpr std::uint16_t kNumericNegative = 0x4000;
inline constexpr std::uint16_t kNumericNaN = 0xc000;
inline constexpr std::uint16_t kNumericInfinity = 0xd000;
inline constexpr std::uint16_t kNumericMinusInfinity = 0xf000;
/// PostgreSQL sends infinities with this display scale: bits of its header that mean something else
/// there.
inline constexpr std::uint16_t kNumericInfinityScale = 0x20;

/// A numeric's binary form, taken apart. The view must outlive it.
class NumericForm {
 public:
  /// False where the bytes are not a numeric that PostgreSQL would accept.
  [[nodiscard]] bool parse(std::string_view binary) noexcept;

  [[nodiscard]] int digits() const noexcept { return digits_; }
  /// A digit to base 10000. REQUIRES: 0 <= i < digits().
  [[nodiscard]] int digit(int i) const noexcept;
  [[nodiscard]] int weight() const noexcept { return weight_; }
  [[nodiscard]] int scale() const noexcept { return scale_; }
  [[nodiscard]] std::uint16_t sign() const noexcept { return sign_; }
  [[nodiscard]] bool is_special() const noexcept { return (sign_ & 0xc000) == 0xc000; }
  [[nodiscard]] bool is_negative() const noexcept { return sign_ == kNumericNegative; }
  /// True where no zero group stands at either end and the scale hides no digit: the one form
  /// PostgreSQL sends.
  [[nodiscard]] bool is_canonical() const noexcept;

 private:
  std::string_view digit_bytes_;
  int digits_ = 0;
  int weight_ = 0;
  int scale_ = 0;
  std::uint16_t sign_ = 0;
};

}  // namespace sluice::codec
