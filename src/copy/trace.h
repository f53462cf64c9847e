#pragma once

#include <set>
#include <string>

#include "sluice/copy/run.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"

#include "copy/mapped_batch.h"

namespace sluice::copy {

/// The key of a row to write, as the JSON array of its target key columns' texts. REQUIRES:
/// table.target_key is not empty.
[[nodiscard]] std::string target_key_json(const plan::TablePlan& table,
                                          std::string_view target_row);

/// What was found in the source of rows that stand in a side table.
struct TracedRows {
  db::SourceBatch rows;  // byte for byte as they were copied
  bool moved = false;    // some batches of the table are not what they were: rows may be missing
};

/// The source rows from which the side table's rows with these keys (target_key_json) were made,
/// found by reading the source's batches again and mapping them: the only way that works for every
/// mapping. Rows count only of batches whose digest is that of the copy, so that all of a row is as
/// it was copied, columns that are not mapped too. Rows in quarantine are left out, those that
/// people decided about too: they are not in the side table, or are there by another way.
[[nodiscard]] TracedRows trace_rows(const RunContext& run, db::SqlSession& ledger,
                                    const plan::TablePlan& table, const std::set<std::string>& keys,
                                    BatchMapper& mapper);

}  // namespace sluice::copy
