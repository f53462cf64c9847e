#pragma once

#include "sluice/copy/run.h"
#include "sluice/db/target.h"
#include "sluice/plan/plan.h"

namespace sluice::copy {

/// Takes the rows that keep a deferred step from being done out of the side table and into
/// quarantine, each with the constraint it breaks. Every row of a group of duplicates goes: which
/// of them is right is for people to say. Throws Error{data}, which sinks the table, when such rows
/// cannot be traced to source rows (no key that reaches the target unchanged), or when they are
/// kept rows of the live table.
void sweep_step(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table,
                const plan::DeferredStep& step, const db::Refusal& refusal);

/// The same for all foreign keys that the tables are to have, those of and to partitioned tables
/// too, again and again until no row refers to a row that is not there. Not for keys that are NOT
/// VALID, under which such rows may be, and not from tables that are live.
void sweep_orphans(const RunContext& run);

}  // namespace sluice::copy
