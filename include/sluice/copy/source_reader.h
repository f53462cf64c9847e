#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/source.h"

namespace sluice::copy {

/// The sessions of one point in time from which this process reads, whose rows they give, and that
/// point's number in the ledger. Destroying it lets the server go.
struct SourceReader {
  ledger::Origin origin = ledger::Origin::source;
  db::SnapshotSessions snapshot;
  int snapshot_no = 0;
};

/// Opens R sessions at one point in time of the source and records it. A joined process on
/// PostgreSQL uses the run's own point while it is held.
[[nodiscard]] SourceReader open_source_reader(const RunContext& run, db::SqlSession& ledger);
/// The same of the live target tables, for rows that are kept; absent where the plan keeps none.
[[nodiscard]] std::optional<SourceReader> open_existing_reader(const RunContext& run,
                                                               db::SqlSession& ledger);

/// Cuts every table that has no ranges of the reader's origin yet and writes them into the ledger,
/// largest tables first.
void cut_tables(const RunContext& run, SourceReader& reader, db::SqlSession& ledger);

}  // namespace sluice::copy
