#pragma once

#include <cstddef>

#include "sluice/copy/run.h"
#include "sluice/copy/source_reader.h"

namespace sluice::copy {

/// What became of batches that were read under an older point in time than `reader`'s.
struct Recheck {
  std::size_t trusted = 0;    // the server provably has not moved since
  std::size_t confirmed = 0;  // read again: the same rows
  std::size_t replaced =
      0;  // other rows now: deleted, and their ranges are open to be copied again
  std::size_t tables_restarted = 0;  // tables that can only be copied anew as a whole

  /// Whether there are rows to copy that were copied before.
  [[nodiscard]] bool opened_ranges() const noexcept { return replaced + tables_restarted > 0; }
};

/// The honest consistency rule for resumed and joined runs: batches of the reader's origin that
/// were read under another snapshot are trusted only if the server has not moved; otherwise each is
/// read again and compared with its `read` digest, and what differs is taken out to be copied
/// again. Afterwards every batch that counts, of every table that has not failed, is what the
/// server holds at `reader`'s point in time: also of tables that were complete and built when a
/// run came back for another one. Call it before anything else is copied: a unique value may have
/// moved from a row that is copied to one that is not.
/// REQUIRES: no foreign keys between the side tables.
[[nodiscard]] Recheck recheck_older_batches(const RunContext& run, SourceReader& reader,
                                            db::SqlSession& ledger);

}  // namespace sluice::copy
