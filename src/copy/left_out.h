#pragma once

#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/plan/plan.h"

/// Indexes of new tables that have no room for a value. They promise nothing and keep no row out:
/// a table that took hours to copy is worth more without them than not at all.
namespace sluice::copy {

/// Whether the table may do without what the step was to make, and the target refused. Never where
/// it keeps values unique, nor where a live table has it.
[[nodiscard]] bool may_be_left_out(const plan::TablePlan& table, const plan::DeferredStep& step,
                                   const db::Refusal& refusal) noexcept;
/// Keeps on record that the run's table is without the index, for good.
void leave_out(const RunContext& run, db::SqlSession& session, const plan::TablePlan& table,
               const plan::DeferredStep& step, const db::Refusal& refusal);

/// The table without those of the indexes that are its own.
[[nodiscard]] plan::TablePlan as_built(const plan::TablePlan& table,
                                       const std::vector<ledger::LeftOutIndex>& left_out);

}  // namespace sluice::copy
