#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/codec/digest.h"

#include "verify/row_key.h"
#include "verify/row_sink.h"

namespace sluice::verify {

/// Rows fall into so many buckets by the hash of their key. 4096 digests are 200 KiB for each
/// worker and side, and one wrong row of 2,000,000 leads to some 500 rows to look at.
inline constexpr std::size_t kBuckets = 4096;

[[nodiscard]] inline std::size_t bucket_of(const KeyHash& key) noexcept {
  return static_cast<std::size_t>(key.high % kBuckets);
}

/// A digest for each bucket: two sets of rows are equal if and only if their tables are.
class BucketTable {
 public:
  explicit BucketTable(codec::DigestAlgorithm algorithm)
      : buckets_(kBuckets, codec::RowSetDigest(algorithm)) {}

  void add(const KeyHash& key, const codec::RowHash& row) noexcept {
    buckets_[bucket_of(key)].add(row);
  }
  void merge(const BucketTable& other);
  [[nodiscard]] const codec::RowSetDigest& bucket(std::size_t i) const { return buckets_.at(i); }
  [[nodiscard]] codec::RowSetDigest total() const;
  [[nodiscard]] std::uint64_t rows() const { return total().count(); }

 private:
  std::vector<codec::RowSetDigest> buckets_;
};

/// Numbers of the buckets in which the two differ.
[[nodiscard]] std::vector<std::size_t> unequal_buckets(const BucketTable& expected,
                                                       const BucketTable& actual);

/// Buckets that are looked at together, and how many entries both sides have in them.
struct BucketGroup {
  std::vector<std::size_t> buckets;
  std::uint64_t entries = 0;
};
/// Packs buckets into groups of at most `max_entries`; those that are too large by themselves are
/// counted in `too_large` and left out.
struct Grouping {
  std::vector<BucketGroup> groups;
  std::size_t too_large = 0;
};
[[nodiscard]] Grouping group_buckets(const BucketTable& expected, const BucketTable& actual,
                                     std::span<const std::size_t> buckets,
                                     std::uint64_t max_entries);

/// Fills one table for each worker; total() puts them together.
class BucketSink : public RowSink {
 public:
  BucketSink(std::size_t workers, codec::DigestAlgorithm algorithm, const RowKey& key);
  void take(std::size_t worker, const SeenRow& row) override;
  /// REQUIRES: no worker is adding any more.
  [[nodiscard]] BucketTable merged() const;

 private:
  struct Worker {
    BucketTable table;
    RowKey key;
  };
  std::vector<Worker> workers_;
};

}  // namespace sluice::verify
