#include "verify/compare.h"

#include <utility>

namespace sluice::verify {
namespace {

/// One group of buckets: both sides read again. False where it was not what was read before.
bool look_into(const Sides& sides, const BucketGroup& group, DifferenceList& differences) {
  EntrySink sink(sides.workers, group, sides.key);
  sink.begin_side(true);
  sides.expected(sink, nullptr);
  sink.begin_side(false);
  sides.actual(sink, nullptr);
  if (sink.overflowed()) return false;
  std::uint64_t found = 0;
  find_differences(sink.entries(), [&](const KeyDifference& difference) {
    ++found;
    differences.add(difference);
  });
  return found != 0;
}

std::vector<SeenDifference> fetch_rows(const Sides& sides,
                                       const std::vector<KeyDifference>& listed) {
  std::set<PieceNumber> expected;
  std::set<PieceNumber> actual;
  for (const KeyDifference& difference : listed) {
    if (difference.expected_piece != kNoPiece) expected.insert(difference.expected_piece);
    if (difference.actual_piece != kNoPiece) actual.insert(difference.actual_piece);
  }
  PictureSink sink(sides.workers, listed, sides.key, sides.source_key);
  sink.begin_side(true);
  if (!expected.empty()) sides.expected(sink, &expected);
  sink.begin_side(false);
  if (!actual.empty()) sides.actual(sink, &actual);
  std::vector<SeenDifference> seen;
  seen.reserve(listed.size());
  for (const KeyDifference& difference : listed) {
    seen.push_back({difference, sink.of(difference.key)});
  }
  return seen;
}

}  // namespace

CloserLook look_closer(const Sides& sides, const BucketTable& expected, const BucketTable& actual,
                       std::size_t max_listed) {
  CloserLook look;
  const std::vector<std::size_t> unequal = unequal_buckets(expected, actual);
  if (unequal.empty()) return look;
  const Grouping grouping = group_buckets(expected, actual, unequal, kMaxEntries);
  DifferenceList differences(max_listed);
  if (grouping.too_large != 0 || grouping.groups.size() > kMaxGroups) {
    differences.mark_incomplete();
  }
  for (std::size_t i = 0; i < grouping.groups.size() && i < kMaxGroups; ++i) {
    if (!look_into(sides, grouping.groups[i], differences)) look.unstable = true;
  }
  look.counts = differences.counts();
  look.differs = look.counts.total() != 0 || !look.unstable;
  look.listed = fetch_rows(sides, differences.listed());
  return look;
}

}  // namespace sluice::verify
