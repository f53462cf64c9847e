#include "verify/buckets.h"

namespace sluice::verify {

void BucketTable::merge(const BucketTable& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i].merge(other.buckets_[i]);
}

codec::RowSetDigest BucketTable::total() const {
  codec::RowSetDigest total(buckets_.front().algorithm());
  for (const codec::RowSetDigest& bucket : buckets_) total.merge(bucket);
  return total;
}

std::vector<std::size_t> unequal_buckets(const BucketTable& expected, const BucketTable& actual) {
  std::vector<std::size_t> unequal;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (expected.bucket(i) != actual.bucket(i)) unequal.push_back(i);
  }
  return unequal;
}

Grouping group_buckets(const BucketTable& expected, const BucketTable& actual,
                       std::span<const std::size_t> buckets, std::uint64_t max_entries) {
  Grouping grouping;
  for (const std::size_t bucket : buckets) {
    const std::uint64_t entries = expected.bucket(bucket).count() + actual.bucket(bucket).count();
    if (entries > max_entries) {
      ++grouping.too_large;
      continue;
    }
    if (grouping.groups.empty() || grouping.groups.back().entries + entries > max_entries) {
      grouping.groups.emplace_back();
    }
    grouping.groups.back().buckets.push_back(bucket);
    grouping.groups.back().entries += entries;
  }
  return grouping;
}

BucketSink::BucketSink(std::size_t workers, codec::DigestAlgorithm algorithm, const RowKey& key)
    : workers_(workers, Worker{BucketTable(algorithm), key}) {}

void BucketSink::take(std::size_t worker, const SeenRow& row) {
  Worker& mine = workers_[worker];
  mine.table.add(mine.key.hash(row.row, row.hash), row.hash);
}

BucketTable BucketSink::merged() const {
  BucketTable all(workers_.front().table);
  for (std::size_t i = 1; i < workers_.size(); ++i) all.merge(workers_[i].table);
  return all;
}

}  // namespace sluice::verify
