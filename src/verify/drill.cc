#include "verify/drill.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <tuple>

namespace sluice::verify {
namespace {

auto order_of(const Entry& entry) {
  return std::tie(entry.key, entry.row_low, entry.row_high, entry.is_expected);
}

bool same_row(const Entry& a, const Entry& b) {
  return a.row_low == b.row_low && a.row_high == b.row_high;
}

/// The entries of one key, sorted by row.
class KeyEntries {
 public:
  explicit KeyEntries(std::span<const Entry> entries) : entries_(entries) { cancel_equal_rows(); }

  void report(const std::function<void(const KeyDifference&)>& found) const {
    const std::uint64_t changed = std::min(left_expected_, left_actual_);
    if (changed != 0) found(difference(DifferenceKind::changed));
    if (left_expected_ > changed) found(difference(DifferenceKind::missing));
    if (left_actual_ > changed) {
      found(difference(expected_ == 0 ? DifferenceKind::extra : DifferenceKind::duplicated));
    }
  }

 private:
  void cancel_equal_rows() {
    for (std::size_t first = 0; first < entries_.size();) {
      std::size_t end = first;
      std::uint64_t expected = 0;
      for (; end < entries_.size() && same_row(entries_[first], entries_[end]); ++end) {
        if (entries_[end].is_expected) ++expected;
      }
      count_row(first, end, expected, end - first - expected);
      first = end;
    }
  }

  void count_row(std::size_t first, std::size_t end, std::uint64_t expected, std::uint64_t actual) {
    expected_ += expected;
    actual_ += actual;
    if (expected > actual) left_expected_ += expected - actual;
    if (actual > expected) left_actual_ += actual - expected;
    // A row that differs says where to look; an equal one does where there is no other.
    for (std::size_t i = first; i < end; ++i) {
      PieceNumber& piece = entries_[i].is_expected ? expected_piece_ : actual_piece_;
      if (piece == kNoPiece || expected != actual) piece = entries_[i].piece;
      HashSum& sum = entries_[i].is_expected ? expected_sum_ : actual_sum_;
      sum += {entries_[i].row_low, entries_[i].row_high};
    }
  }

  [[nodiscard]] KeyDifference difference(DifferenceKind kind) const {
    return {kind,          entries_.front().key, expected_,  actual_, expected_piece_,
            actual_piece_, expected_sum_,        actual_sum_};
  }

  std::span<const Entry> entries_;
  std::uint64_t expected_ = 0;
  std::uint64_t actual_ = 0;
  std::uint64_t left_expected_ = 0;  // without an equal row on the other side
  std::uint64_t left_actual_ = 0;
  PieceNumber expected_piece_ = kNoPiece;
  PieceNumber actual_piece_ = kNoPiece;
  HashSum expected_sum_;
  HashSum actual_sum_;
};

}  // namespace

void find_differences(std::vector<Entry>& entries,
                      const std::function<void(const KeyDifference&)>& found) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return order_of(a) < order_of(b); });
  for (auto first = entries.begin(); first != entries.end();) {
    const auto end = std::find_if(first, entries.end(),
                                  [&](const Entry& entry) { return entry.key != first->key; });
    KeyEntries({first, end}).report(found);
    first = end;
  }
}

EntrySink::EntrySink(std::size_t workers, const BucketGroup& group, const RowKey& key)
    : wanted_(kBuckets), keys_(workers, key), entries_(group.entries) {
  for (const std::size_t bucket : group.buckets) wanted_[bucket] = true;
}

void EntrySink::take(std::size_t worker, const SeenRow& row) {
  const KeyHash key = keys_[worker].hash(row.row, row.hash);
  if (!wanted_[bucket_of(key)]) return;
  const std::size_t place = next_.fetch_add(1, std::memory_order_relaxed);
  if (place >= entries_.size()) return;
  entries_[place] = {key, row.hash.words[0], row.hash.words[1], row.piece, is_expected_};
}

std::vector<Entry>& EntrySink::entries() {
  if (next_ < entries_.size()) entries_.resize(next_);
  return entries_;
}

void DifferenceList::add(const KeyDifference& difference) {
  switch (difference.kind) {
    case DifferenceKind::missing:
      ++counts_.missing;
      break;
    case DifferenceKind::extra:
      ++counts_.extra;
      break;
    case DifferenceKind::changed:
      ++counts_.changed;
      break;
    case DifferenceKind::duplicated:
      ++counts_.duplicated;
      break;
  }
  std::vector<KeyDifference>& kept = kept_[static_cast<std::size_t>(difference.kind)];
  if (kept.size() < max_listed_) kept.push_back(difference);
}

std::vector<KeyDifference> DifferenceList::listed() const {
  std::vector<KeyDifference> listed;
  std::size_t turns = 0;
  for (const std::vector<KeyDifference>& kind : kept_) turns = std::max(turns, kind.size());
  for (std::size_t turn = 0; turn < turns; ++turn) {
    for (const std::vector<KeyDifference>& kind : kept_) {
      if (turn < kind.size() && listed.size() < max_listed_) listed.push_back(kind[turn]);
    }
  }
  std::stable_sort(listed.begin(), listed.end(),
                   [](const KeyDifference& a, const KeyDifference& b) { return a.kind < b.kind; });
  return listed;
}

}  // namespace sluice::verify
