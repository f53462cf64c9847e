#pragma once

#include <string>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// Brings back what the side tables were filled without: indexes, keys, constraints, positions of
/// sequences, in parallel, stage by stage. Steps that the catalogue shows as done are not run
/// again. Rows at fault are taken out into quarantine first, with everything that refers to them. A
/// table that cannot be built fails alone.
void build_tables(const RunContext& run, db::SqlSession& ledger);

/// Builds what makes kept rows findable before the source's rows come: primary keys and unique
/// indexes of tables with existing_rows "keep", so that a collision is refused, and named, when it
/// happens.
void build_unique_of_kept(const RunContext& run, db::SqlSession& ledger);

/// Drops the foreign keys that refer to side tables, which a run that comes back to copying may
/// have: deleting a row could take those that refer to it along. build_tables() makes them again.
void drop_foreign_keys(const RunContext& run, db::SqlSession& ledger);

/// Builds the unique index over exactly the columns that hold the source's key, where the plan has
/// one and it is not there yet: rows are about to be deleted by ranges of it. No other index: while
/// rows of two points in time stand side by side, their values may collide.
/// REQUIRES: the key reaches the target unchanged.
void build_key_index(const RunContext& run, const plan::TablePlan& table);

/// Gathers statistics and the visibility map: VACUUM (ANALYZE) of every side table.
void vacuum_tables(const RunContext& run, db::SqlSession& ledger);

/// Compares each side table with what the plan says it must have; marks tables `ready`, or `failed`
/// with the first thing that is missing.
void check_built(const RunContext& run, db::SqlSession& ledger);

}  // namespace sluice::copy
