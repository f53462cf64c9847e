#pragma once

#include <cstdint>

namespace sluice::verify {

/// A sum of row hashes modulo 2^128: the low half of SHA-256's sums, all of XXH3's.
struct HashSum {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const HashSum&, const HashSum&) = default;
  HashSum& operator+=(const HashSum& other) noexcept {
    const std::uint64_t before = low;
    low += other.low;
    high += other.high + (low < before ? 1 : 0);
    return *this;
  }
  HashSum& operator-=(const HashSum& other) noexcept {
    const std::uint64_t before = low;
    low -= other.low;
    high -= other.high + (low > before ? 1 : 0);
    return *this;
  }
};

}  // namespace sluice::verify
