#pragma once

#include <set>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

#include "copy/mapped_batch.h"

/// Rows that stand in a side table because people decided so. Reading and mapping the source again
/// does not find them: they are made of their recorded source rows and of what was decided.
namespace sluice::copy {

struct DecidedRows {
  std::vector<ledger::QuarantinedSource> sources;  // without the rows themselves
  db::SourceBatch batch;
  MappedBatch mapped;  // one target row for each of `sources`, in the same order
};

/// Those of the table whose names (row_name of trace.h) are in `names`.
[[nodiscard]] DecidedRows decided_rows(db::SqlSession& session, const std::string& run_id,
                                       const plan::TablePlan& table,
                                       const std::set<std::string>& names, BatchMapper& mapper);
/// Those whose source rows that batch read.
[[nodiscard]] DecidedRows decided_rows(db::SqlSession& session, const std::string& run_id,
                                       const plan::TablePlan& table, const ledger::Batch& batch,
                                       BatchMapper& mapper);

/// (tx) Takes the rows, which the caller deletes from the side table, out of the account.
void retract_decided(db::SqlSession& session, const std::string& run_id,
                     const plan::TablePlan& table, const DecidedRows& rows);
/// (tx) Opens them again: the target refuses what was decided.
void reopen_decided(db::SqlSession& session, const std::string& run_id, const DecidedRows& rows,
                    const BatchMapper& mapper, const std::vector<RowRefusal>& refused);

}  // namespace sluice::copy
