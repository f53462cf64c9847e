#include "support/row_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice::test {

std::string Hash128::bytes() const { return big_endian(high, 8) + big_endian(low, 8); }

std::string big_endian(std::uint64_t number, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(number >> (8 * i));
  return out;
}

std::string row_field(const std::string& bytes) { return big_endian(bytes.size(), 4) + bytes; }

std::uint64_t seed_of(const std::string& run_nonce) {
  constexpr int kHex = 16;
  return std::stoull(run_nonce.substr(0, 16), nullptr, kHex);
}

Hash128 row_hash(const std::string& tuple, std::uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(tuple.data(), tuple.size(), seed);
  return {hash.high64, hash.low64};
}

}  // namespace sluice::test
