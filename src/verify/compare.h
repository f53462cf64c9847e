#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "verify/buckets.h"
#include "verify/drill.h"
#include "verify/row_key.h"
#include "verify/row_pictures.h"
#include "verify/row_sink.h"

namespace sluice::verify {

/// Reads one side again and gives its rows to the sink: all of them, or only those of some pieces.
using Feed = std::function<void(RowSink& sink, const std::set<PieceNumber>* only)>;

/// Both sides of one comparison.
struct Sides {
  Feed expected;
  Feed actual;
  RowKey key;
  std::optional<RowKey> source_key;  // absent: the source has no key
  std::size_t workers = 1;
};

/// A listed difference, and the rows behind it.
struct SeenDifference {
  KeyDifference difference;
  DifferencePictures rows;
};

struct CloserLook {
  /// The two are not the same set of rows, whether or not it could be said in which keys.
  bool differs = false;
  DifferenceCounts counts;
  std::vector<SeenDifference> listed;
  /// The second reading was not what the first was, although each is of one point in time.
  bool unstable = false;
};

/// Finds out in which keys two sides differ whose buckets do: reads both again, keeps only the rows
/// of unequal buckets, in groups of bounded memory, and then fetches the rows that are listed.
[[nodiscard]] CloserLook look_closer(const Sides& sides, const BucketTable& expected,
                                     const BucketTable& actual, std::size_t max_listed);

}  // namespace sluice::verify
