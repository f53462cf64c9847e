#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace sluice::codec::test {

/// The seed of a property test: SLUICE_TEST_SEED, or a new one each time. Print it with every
/// failure (CAPTURE).
inline std::uint64_t property_seed() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests run on one thread
  const char* const given = std::getenv("SLUICE_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  /// 0 to below - 1.
  std::uint64_t below(std::uint64_t below) { return engine_() % below; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// A number whose size is random too, so that small ones are as common as large ones.
  std::int64_t integer() {
    return static_cast<std::int64_t>(engine_() >> below(64)) * (one_in(2) ? 1 : -1);
  }
  std::string bytes(std::size_t most) {
    std::string out(below(most + 1), '\0');
    for (char& c : out) c = static_cast<char>(engine_());
    return out;
  }
  std::string digits(std::size_t most) {
    std::string out(below(most + 1), '0');
    // Runs of zeros and nines are where carries and strips go wrong.
    const std::uint64_t kind = below(4);
    for (char& c : out) c = static_cast<char>('0' + (kind == 0 ? 0 : kind == 1 ? 9 : below(10)));
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sluice::codec::test
