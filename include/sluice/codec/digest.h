#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/row_form.h"

namespace sluice::codec {

/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers, plans and manifests.
enum class DigestAlgorithm : std::uint8_t {
  xxh3_128,  ///< 16 bytes, fast; not a cryptographic hash
  sha256,    ///< 32 bytes
};

/// "xxh3-128" or "sha256".
[[nodiscard]] std::string_view to_string(DigestAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<DigestAlgorithm> digest_algorithm_from_string(
    std::string_view name) noexcept;

/// The hash of one row: a number of 128 or 256 bits, least significant word first. Unused words are
/// 0.
struct RowHash {
  std::array<std::uint64_t, 4> words{};

  friend auto operator<=>(const RowHash&, const RowHash&) = default;
};

/// Hashes rows under one seed (64 bits of the run's nonce): XXH3-128 seeded with it, or SHA-256 of
/// the seed's eight bytes in network order followed by the row.
///
/// Cheap to make and to copy. For one thread at a time: give every thread its own.
class RowHasher {
 public:
  RowHasher(DigestAlgorithm algorithm, std::uint64_t seed);
  RowHasher(const RowHasher& other);
  RowHasher& operator=(const RowHasher& other);
  RowHasher(RowHasher&&) noexcept;
  RowHasher& operator=(RowHasher&&) noexcept;
  ~RowHasher();

  [[nodiscard]] RowHash hash(std::string_view row);
  [[nodiscard]] DigestAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

 private:
  class Sha256State;

  DigestAlgorithm algorithm_;
  std::uint64_t seed_;
  std::unique_ptr<Sha256State> sha256_;  ///< only for sha256
};

/// Order-free digest of rows with repeats: a count and the sum of the row hashes modulo 2^128
/// (2^256 for SHA-256).
///
/// Adding in any order, or merging parts, gives the same value. Published text:
/// "xxh3-128:<count>:<32 hex digits>" or "sha256:<count>:<64 hex digits>", most significant digit
/// first, lower case. The seed is not part of it. Merging or subtracting digests of different
/// algorithms throws Error(internal); they are never equal.
class RowSetDigest {
 public:
  explicit RowSetDigest(DigestAlgorithm algorithm = DigestAlgorithm::xxh3_128) noexcept
      : algorithm_(algorithm) {}

  /// REQUIRES: the hash is of this digest's algorithm.
  void add(const RowHash& hash) noexcept;
  void add(RowHasher& hasher, std::string_view row) { add(hasher.hash(row)); }
  /// Adds every row, or rows [from, to).
  void add_rows(RowHasher& hasher, const RowBuffer& rows);
  void add_rows(RowHasher& hasher, const RowBuffer& rows, std::size_t from, std::size_t to);
  void remove(const RowHash& hash) noexcept;
  void merge(const RowSetDigest& other);
  /// The digest of what is in this set and not in `other`, provided that `other` is a part of it.
  void subtract(const RowSetDigest& other);

  [[nodiscard]] DigestAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  [[nodiscard]] std::string to_text() const;
  /// Strict: nothing but what to_text() writes is read.
  [[nodiscard]] static std::optional<RowSetDigest> from_text(std::string_view text);

  friend bool operator==(const RowSetDigest&, const RowSetDigest&) = default;

 private:
  void add_words(const std::array<std::uint64_t, 4>& words) noexcept;
  void subtract_words(const std::array<std::uint64_t, 4>& words) noexcept;
  void require_same_algorithm(const RowSetDigest& other) const;

  DigestAlgorithm algorithm_;
  std::uint64_t count_ = 0;
  std::array<std::uint64_t, 4> sum_{};  ///< least significant word first
};

}  // namespace sluice::codec

template <>
struct std::hash<sluice::codec::RowHash> {
  std::size_t operator()(const sluice::codec::RowHash& row) const noexcept {
    return static_cast<std::size_t>(row.words[0]);
  }
};
