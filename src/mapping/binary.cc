#include "mapping/binary.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "sluice/model/error.h"

namespace sluice::mapping {
namespace {

// Sign words of a numeric (PostgreSQL's numeric.c).
constexpr std::uint16_t kNegative = 0x4000;
constexpr std::uint16_t kNan = 0xC000;
constexpr std::uint16_t kInfinity = 0xD000;
constexpr std::uint16_t kMinusInfinity = 0xF000;
constexpr std::size_t kHeaderBytes = 8;

/// A look into the binary form of a numeric.
struct NumericView {
  explicit NumericView(std::string_view value) {
    if (value.size() < kHeaderBytes) require_bytes(value, kHeaderBytes);
    digits = word(value, 0);
    weight = static_cast<std::int16_t>(word(value, 2));
    sign = word(value, 4);
    require_bytes(value, kHeaderBytes + 2U * digits);
    bytes = value;
  }

  static std::uint16_t word(std::string_view value, std::size_t at) {
    return codec::load_big_endian<std::uint16_t>(value.data() + at);
  }
  [[nodiscard]] std::uint16_t digit(std::size_t i) const {
    return word(bytes, kHeaderBytes + 2 * i);
  }

  /// Orders the special values around the finite ones: -inf, finite, inf, NaN.
  [[nodiscard]] int rank() const {
    switch (sign) {
      case kMinusInfinity:
        return -1;
      case kInfinity:
        return 1;
      case kNan:
        return 2;
      default:
        return 0;
    }
  }
  [[nodiscard]] int signum() const { return digits == 0 ? 0 : sign == kNegative ? -1 : 1; }

  std::size_t digits = 0;
  int weight = 0;
  std::uint16_t sign = 0;
  std::string_view bytes;
};

int compare_int(int a, int b) { return a < b ? -1 : a > b ? 1 : 0; }

/// Compares magnitudes. REQUIRES: both finite and not zero; leading and trailing zero digits
/// stripped.
int compare_magnitude(const NumericView& a, const NumericView& b) {
  if (a.weight != b.weight) return compare_int(a.weight, b.weight);
  for (std::size_t i = 0; i < std::min(a.digits, b.digits); ++i) {
    if (a.digit(i) != b.digit(i)) return compare_int(a.digit(i), b.digit(i));
  }
  return compare_int(static_cast<int>(a.digits), static_cast<int>(b.digits));
}

template <typename Integer, typename Unsigned>
bool assign_if_fits(std::int64_t value, std::string& out) {
  if (value < std::numeric_limits<Integer>::min() || value > std::numeric_limits<Integer>::max())
    return false;
  assign(static_cast<Unsigned>(value), out);
  return true;
}

}  // namespace

void require_bytes(std::string_view value, std::size_t bytes) {
  if (value.size() == bytes) return;
  throw model::Error(
      model::ErrorKind::data,
      fmt::format("a field has {} bytes where its carrier has {}", value.size(), bytes));
}

std::int64_t load_integer(codec::Carrier carrier, std::string_view value) {
  switch (carrier) {
    case codec::Carrier::int2:
      return static_cast<std::int16_t>(load<std::uint16_t>(value));
    case codec::Carrier::int4:
      return load_int32(value);
    case codec::Carrier::oid:
      return load<std::uint32_t>(value);
    default:
      return load_int64(value);
  }
}

bool assign_integer(codec::Carrier carrier, std::int64_t value, std::string& out) {
  switch (carrier) {
    case codec::Carrier::int2:
      return assign_if_fits<std::int16_t, std::uint16_t>(value, out);
    case codec::Carrier::int4:
      return assign_if_fits<std::int32_t, std::uint32_t>(value, out);
    case codec::Carrier::oid:
      return assign_if_fits<std::uint32_t, std::uint32_t>(value, out);
    default:
      assign(static_cast<std::uint64_t>(value), out);
      return true;
  }
}

int compare_numeric(std::string_view a, std::string_view b) {
  const NumericView left(a);
  const NumericView right(b);
  if (left.rank() != 0 || right.rank() != 0) return compare_int(left.rank(), right.rank());
  if (left.signum() != right.signum()) return compare_int(left.signum(), right.signum());
  if (left.signum() == 0) return 0;
  return left.signum() * compare_magnitude(left, right);
}

}  // namespace sluice::mapping
