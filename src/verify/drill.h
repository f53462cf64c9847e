#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sluice/verify/report.h"

#include "verify/buckets.h"
#include "verify/hash_sum.h"
#include "verify/row_key.h"
#include "verify/row_sink.h"

namespace sluice::verify {

/// One row of an unequal bucket, of either side. 40 bytes.
struct Entry {
  KeyHash key;
  std::uint64_t row_low = 0;  // half of the row's hash: enough to tell two rows of a key apart
  std::uint64_t row_high = 0;
  PieceNumber piece = 0;
  bool is_expected = false;
};

/// What two readings may hold at once while differences are looked for.
inline constexpr std::uint64_t kEntryBytes = 48ULL << 20;
inline constexpr std::uint64_t kMaxEntries = kEntryBytes / sizeof(Entry);
/// Every group of buckets costs a reading of both sides. When so much differs that more are needed,
/// the exact number of differences does not matter any more.
inline constexpr std::size_t kMaxGroups = 4;

/// A key in which the sides differ.
struct KeyDifference {
  DifferenceKind kind{};
  KeyHash key;
  std::uint64_t expected_copies = 0;
  std::uint64_t actual_copies = 0;
  PieceNumber expected_piece = kNoPiece;  // where one of the rows was read
  PieceNumber actual_piece = kNoPiece;
  HashSum expected_sum;  // of all rows of the key that should be there
  HashSum actual_sum;    // of all that are there
};

/// Finds the differences in entries of both sides; sorts them. Calls `found` for each key that
/// differs, once for each kind.
void find_differences(std::vector<Entry>& entries,
                      const std::function<void(const KeyDifference&)>& found);

/// Keeps the rows that fall into a group of buckets. Safe from all workers.
class EntrySink : public RowSink {
 public:
  EntrySink(std::size_t workers, const BucketGroup& group, const RowKey& key);
  /// From now on rows are of this side. Not while rows are taken.
  void begin_side(bool is_expected) noexcept { is_expected_ = is_expected; }
  void take(std::size_t worker, const SeenRow& row) override;
  /// More rows than the first reading had: what is read changes under our eyes.
  [[nodiscard]] bool overflowed() const noexcept { return next_ > entries_.size(); }
  /// The entries taken. REQUIRES: no worker is adding any more.
  [[nodiscard]] std::vector<Entry>& entries();

 private:
  std::vector<bool> wanted_;
  std::vector<RowKey> keys_;  // one for each worker
  bool is_expected_ = true;
  std::vector<Entry> entries_;  // of the size that the first reading found
  std::atomic<std::size_t> next_ = 0;
};

/// Adds up differences and keeps some of each kind for the report.
class DifferenceList {
 public:
  explicit DifferenceList(std::size_t max_listed) : max_listed_(max_listed) {}
  void add(const KeyDifference& difference);
  void mark_incomplete() noexcept { counts_.complete = false; }
  [[nodiscard]] const DifferenceCounts& counts() const noexcept { return counts_; }
  /// At most max_listed, taken in turns from each kind that there is.
  [[nodiscard]] std::vector<KeyDifference> listed() const;

 private:
  std::size_t max_listed_;
  DifferenceCounts counts_;
  std::vector<KeyDifference> kept_[4];  // by DifferenceKind
};

}  // namespace sluice::verify
