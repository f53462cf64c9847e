#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// Makes the partitioned tables that this run has not made yet, each in a transaction of its own.
/// Returns why not, by table: what the target refuses, or somebody else has made.
[[nodiscard]] std::map<model::QualifiedName, std::string> make_parents(const RunContext& run,
                                                                       db::SqlSession& ledger);

/// Once tables bear their names: inheritance, foreign keys of and to partitioned tables, where
/// their sequences go on; as far as all that it needs is there. What is done is not done again.
/// Returns why, for what the target refuses.
[[nodiscard]] std::vector<std::string> join_families(const RunContext& run, db::SqlSession& ledger);

}  // namespace sluice::copy
