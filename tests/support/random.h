#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sluice::test {

/// Random choices that are the same for a seed on every machine: the standard fixes the engine,
/// and the distributions are ours. Two choices in one expression have no order: they are to stand
/// in two statements or in braces.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  /// 0 to below - 1.
  std::uint64_t below(std::uint64_t below) { return engine_() % below; }
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }
  /// Few digits are as common as many.
  std::string digits(int most) {
    std::string text;
    for (int left = between(1, most); left > 0; --left) {
      text.push_back(static_cast<char>('0' + below(10)));
    }
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sluice::test
