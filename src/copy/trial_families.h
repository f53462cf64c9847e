#pragma once

#include <set>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/plan/new_tables.h"

namespace sluice::copy {

/// (tx) Makes the partitioned tables and puts the tables that stand now, under their own names,
/// into their places; children inherit. What the target refuses becomes a finding, and is left out.
/// Nothing is done to a table that is there already: it would lock others out.
void try_families(db::SqlSession& session, const std::vector<plan::NewTable*>& parents,
                  const std::vector<const plan::NewTable*>& tables, plan::MadeTables& result);

/// Takes from the target's catalogue the tables of these names, with what it does not show.
[[nodiscard]] std::vector<model::Table> shown_tables(db::SqlSession& session,
                                                     const std::set<model::QualifiedName>& names);

}  // namespace sluice::copy
