#pragma once

#include <set>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::copy {

/// Whether an error is one table's trouble (no permission, a value nobody foresaw) and the others
/// can go on; trouble of servers, disks or people stops all.
[[nodiscard]] bool sinks_only_its_table(const model::Error& error) noexcept;

/// Trouble that the run's own process cannot go on with, whatever table it met it at: the session
/// is gone, or another process has taken the run over.
[[nodiscard]] bool concerns_the_run(const model::Error& error) noexcept;

/// Records that a table failed and why; its ranges are not claimed any more.
void fail_table(db::SqlSession& ledger, const RunContext& run, int table_no,
                const model::Error& error);

/// The side tables of failed tables: nothing can refer to them, nothing is taken from their gaps.
[[nodiscard]] std::set<model::QualifiedName> failed_sides(const RunContext& run,
                                                          db::SqlSession& ledger);

}  // namespace sluice::copy
