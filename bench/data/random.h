#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::demo_data {

/// Finalizer of splitmix64 (Steele, Lea, Flood 2014): one 64-bit value in, one well mixed value
/// out.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

/// What a sequence of random numbers is for. Each table has its own, so that adding a table or a
/// column to one never changes the rows of another.
enum class Stream : std::uint64_t {
  customer = 1,
  customer_id,
  customer_children,
  order,
  order_item,
  refund,
  invoice,
  event,
  session,
  wide,
};

/// Random numbers of one row: the same (seed, stream, index) gives the same numbers with every
/// compiler and library, which std::uniform_int_distribution does not promise.
/// Draw once in an expression: which of two draws in one comes first is up to the compiler.
class Random {
 public:
  Random(std::uint64_t seed, Stream stream, std::uint64_t index) noexcept
      : state_(mix(mix(mix(seed) ^ static_cast<std::uint64_t>(stream)) ^ index)) {}

  [[nodiscard]] std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    return mix(state_);
  }

  /// 0 <= result < bound; bound must not be 0. The bias (bound / 2^32) does not matter for test
  /// rows.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
  }

  /// low <= result <= high.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + below(static_cast<std::uint32_t>(high - low + 1));
  }

  [[nodiscard]] bool percent(std::uint32_t chance) noexcept { return below(100) < chance; }

  template <typename T, std::size_t N>
  [[nodiscard]] const T& pick(const std::array<T, N>& items) noexcept {
    return items[below(static_cast<std::uint32_t>(N))];
  }

  template <typename T>
  [[nodiscard]] const T& pick(std::span<const T> items) noexcept {
    return items[below(static_cast<std::uint32_t>(items.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace sluice::demo_data
