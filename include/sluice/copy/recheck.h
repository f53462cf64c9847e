#pragma once

#include <cstddef>

#include "sluice/copy/run.h"
#include "sluice/copy/source_reader.h"

namespace sluice::copy {

/// What became of batches that were read under an older point in time than `reader`'s.
struct Recheck {
  std::size_t trusted = 0;    // the source provably has not moved since
  std::size_t confirmed = 0;  // read again: the same rows
  std::size_t replaced =
      0;  // other rows now: deleted, and their ranges are open to be copied again
  std::size_t tables_restarted = 0;  // tables that can only be copied anew as a whole
};

/// The honest consistency rule for resumed and joined runs: batches read under another snapshot are
/// trusted only if the source has not moved; otherwise each is read again and compared with its
/// `read` digest, and what differs is taken out to be copied again. Afterwards every batch that
/// counts is what the source holds at `reader`'s point in time. Call copy_rows again when
/// `replaced` or `tables_restarted` is not 0.
[[nodiscard]] Recheck recheck_older_batches(const RunContext& run, SourceReader& reader,
                                            db::SqlSession& ledger);

}  // namespace sluice::copy
