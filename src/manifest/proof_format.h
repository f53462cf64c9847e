#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"
#include "sluice/manifest/proof.h"

/// The bytes of a proof, as manifest.md states them.
namespace sluice::manifest {

inline constexpr std::string_view kProofMagic = "SLUICEPF";
inline constexpr std::string_view kProofEnd = "SLUICEPE";
inline constexpr std::uint32_t kProofVersion = 1;
inline constexpr std::size_t kHeaderBytes = 32;
inline constexpr std::size_t kPlaceBytes = 24;
inline constexpr std::size_t kTrailerBytes = 24;
inline constexpr std::size_t kKeyBytes = 16;

[[nodiscard]] constexpr std::size_t hash_words(codec::DigestAlgorithm algorithm) noexcept {
  return algorithm == codec::DigestAlgorithm::xxh3_128 ? 2 : 4;
}
[[nodiscard]] constexpr std::size_t entry_bytes(codec::DigestAlgorithm algorithm) noexcept {
  return kKeyBytes + 8 * hash_words(algorithm);
}
[[nodiscard]] constexpr std::uint32_t algorithm_number(codec::DigestAlgorithm algorithm) noexcept {
  return algorithm == codec::DigestAlgorithm::xxh3_128 ? 1 : 2;
}

[[nodiscard]] inline KeyHash load_key(const char* from) noexcept {
  return {codec::load_big_endian<std::uint64_t>(from),
          codec::load_big_endian<std::uint64_t>(from + 8)};
}
[[nodiscard]] inline codec::RowHash load_row(const char* from, std::size_t words) noexcept {
  codec::RowHash row;
  for (std::size_t i = 0; i < words; ++i) {
    row.words.at(words - 1 - i) = codec::load_big_endian<std::uint64_t>(from + 8 * i);
  }
  return row;
}
inline void store_entry(const Entry& entry, std::size_t words, char* to) noexcept {
  codec::store_big_endian(to, entry.key.high);
  codec::store_big_endian(to + 8, entry.key.low);
  for (std::size_t i = 0; i < words; ++i) {
    codec::store_big_endian(to + kKeyBytes + 8 * i, entry.row.words[words - 1 - i]);
  }
}

}  // namespace sluice::manifest
