#pragma once

#include <set>
#include <string>

#include "sluice/copy/run.h"
#include "sluice/db/source.h"

#include "copy/mapped_batch.h"

namespace sluice::copy {

/// The key of a row to write, as the JSON array of its target key columns' texts. REQUIRES:
/// table.target_key is not empty.
[[nodiscard]] std::string target_key_json(const plan::TablePlan& table,
                                          std::string_view target_row);

/// The source rows from which the target rows with these keys (target_key_json) were made, found by
/// reading the source table again and mapping it: the only way that works for every mapping. Rows
/// that changed since they were copied may be missing; those that equal one of `elsewhere`, which
/// are accounted for otherwise, are left out.
[[nodiscard]] db::SourceBatch trace_rows(const RunContext& run, const plan::TablePlan& table,
                                         const std::set<std::string>& keys,
                                         const codec::RowBuffer& elsewhere, BatchMapper& mapper);

/// The digest of the side table's rows with these keys, as they stand there now.
[[nodiscard]] codec::RowSetDigest side_digest(const RunContext& run, const plan::TablePlan& table,
                                              const std::set<std::string>& keys);

}  // namespace sluice::copy
