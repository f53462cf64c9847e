#pragma once

#include "sluice/config/config.h"
#include "sluice/mapping/mapper.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

#include "plan/findings.h"
#include "plan/side_table.h"

/// What is to be said about tables, one function for each subject. Each looks at finished catalogue
/// data and adds to `findings`.
namespace sluice::plan {

/// Kind, snapshots of the storage engine, row security, inheritance, charsets.
void look_at_source(model::Engine engine, const model::Table& table, Findings& findings);
/// Kind, live rows, triggers, row security, foreign keys, indexes that are not valid, shared
/// sequences.
void look_at_target(const model::Table& table, const config::Table& config, bool is_new,
                    const SideOf& side_of, Findings& findings);
/// The names that the side table and its parts will have. Whether they are free is asked when a run
/// begins: only the ledger knows who has taken one.
void look_at_names(const TablePlan& table, const SideOf& side_of, Findings& findings);
/// Columns whose values may not all fit their target, as far as types can tell: such rows would go
/// to quarantine.
void look_at_values(model::Engine source, const TablePlan& table, Findings& findings);
/// Columns that both sides compute by themselves: nothing is moved. A warning for those that cannot
/// be compared either.
void look_at_computed(model::Engine source, const TablePlan& table, Findings& findings);
/// Columns of the target that are filled by nobody but the target itself, without a rule that says
/// so.
void look_at_unfilled(const model::Table& target, const TablePlan& table, Findings& findings);
/// Unique keys of the target that no unique key of the source vouches for.
void look_at_unique_keys(const model::Table& source, const model::Table& target,
                         const TablePlan& table, Findings& findings);

}  // namespace sluice::plan
