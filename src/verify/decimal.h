#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::verify {

/// A decimal number of any length, exact: what servers print of counts, sums, minima and maxima.
class Decimal {
 public:
  /// [+-] digits [. digits] [e [+-] digits]; absent for every other text, NaN and infinities
  /// included, and for exponents beyond 20000.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  /// |*this - other| <= |limit|.
  [[nodiscard]] bool is_within(const Decimal& other, const Decimal& limit) const;
  /// Equal in value: 1.10 and 1.1 are.
  [[nodiscard]] bool equals(const Decimal& other) const;

 private:
  bool negative_ = false;
  std::string digits_;     // without leading zeros; empty: zero
  std::size_t scale_ = 0;  // digits after the point
};

/// Equal as decimal numbers where both are, else as texts.
[[nodiscard]] bool same_value(std::string_view a, std::string_view b);

}  // namespace sluice::verify
