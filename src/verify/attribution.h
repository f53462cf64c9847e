#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/verify/report.h"

#include "verify/row_feed.h"
#include "verify/scan.h"

namespace sluice::verify {

/// A source piece that is exactly one batch of the copy, against what the ledger says of it.
struct PieceEvidence {
  bool source_differs = false;  // its rows are not those that were read
  /// Mapped anew its rows are those that were written. Absent where rows of it went to quarantine
  /// or were decided since: the batch's own digest then says nothing.
  std::optional<bool> mapped_as_written;
};

/// What digests say of a table that differs.
struct Evidence {
  bool source_differs = false;        // not what was read at the copy
  bool source_stood_still = false;    // and nothing was committed there since the copy read it
  bool target_as_written = false;     // exactly what was written at the copy
  bool expected_as_written = false;   // what should be there is what was written at the copy
  std::vector<PieceEvidence> pieces;  // empty where source pieces are no batches of the copy
};

[[nodiscard]] Evidence gather_evidence(const SourceTally& tally,
                                       const codec::RowSetDigest& expected,
                                       const codec::RowSetDigest& actual,
                                       const ledger::Account& account,
                                       const std::vector<ledger::Batch>& piece_batches,
                                       bool source_stood_still);

/// Who made a difference whose source row is (or would be) in `piece`; kNoPiece where unknown.
/// `written_as_expected`: what written_rows.h found out of it, absent where it could not.
[[nodiscard]] Attribution attribute(const Evidence& evidence, PieceNumber piece,
                                    std::optional<bool> written_as_expected = std::nullopt);

}  // namespace sluice::verify
