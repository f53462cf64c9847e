#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

/// Hashes of rows as sluice/codec/row_form.md publishes them, made without sluice: what a proof
/// says is held against these.
namespace sluice::test {

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  /// The 16 bytes of a proof, most significant first.
  [[nodiscard]] std::string bytes() const;
};

[[nodiscard]] std::string big_endian(std::uint64_t number, std::size_t bytes);

/// A value with its length before it.
[[nodiscard]] std::string row_field(const std::string& bytes);

/// The first 16 digits of a manifest's run_nonce, as a number.
[[nodiscard]] std::uint64_t seed_of(const std::string& run_nonce);

/// `tuple`: a row, or the fields of its key alone, in row form.
[[nodiscard]] Hash128 row_hash(const std::string& tuple, std::uint64_t seed);

}  // namespace sluice::test
