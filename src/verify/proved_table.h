#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/manifest/manifest.h"
#include "sluice/plan/plan.h"

#include "verify/row_feed.h"

namespace sluice::verify {

/// What a manifest says of a table beyond its report. Of source rows only: rows of the live table
/// that were kept are nobody's to delete.
struct ProvedTable {
  codec::RowSetDigest proved;  // source rows that arrived as they are
  codec::RowSetDigest target;  // all rows of the side table
  model::RangeKind read_by{};
  std::vector<manifest::Batch> batches;
  std::uint64_t open = 0;
  std::uint64_t left_behind = 0;
  std::uint64_t kept_left_out = 0;  // of the live table: on top, open ones too
  std::map<std::string, std::uint64_t> open_reasons;
  std::vector<std::uint64_t> lost;  // SourceTally::lost
};

[[nodiscard]] ProvedTable proved_table(const plan::TablePlan& table,
                                       const std::vector<Piece>& pieces, const SourceTally& tally,
                                       const codec::RowSetDigest& target);

/// The pieces as one chain over all keys, neighbors put together so that there are at most `most`.
/// One batch where the pieces are not of keys. REQUIRES: they cover everything once.
[[nodiscard]] std::vector<manifest::Batch> manifest_batches(
    const std::vector<Piece>& pieces, const std::vector<codec::RowSetDigest>& proved,
    std::size_t most);

}  // namespace sluice::verify
