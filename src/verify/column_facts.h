#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/held_keys.h"

namespace sluice::verify {

/// A target column that is one source column, as it is.
struct DirectColumn {
  std::size_t source = 0;  // index into TablePlan::read
  std::size_t target = 0;  // index into TablePlan::write
};
[[nodiscard]] std::vector<DirectColumn> direct_columns(const plan::TablePlan& table);

/// Rows that stand on one side only, for reasons that are on record.
struct OneSided {
  std::uint64_t held = 0;      // source rows in quarantine, whatever was decided of them
  std::uint64_t decided = 0;   // of these: in the target after a decision
  std::uint64_t existing = 0;  // target rows that never were in the source
  /// The source keys of all held rows, as the ledger has them; empty where they are too many to be
  /// named in a statement, or have no key.
  HeldKeys held_keys;
};

/// Rows, null counts, minima, maxima and exact sums of the columns that both sides hold alike,
/// computed by each server's own SQL, in one statement each: nothing of sluice's own reading,
/// mapping or hashing has a part in them.
[[nodiscard]] std::vector<Fact> column_facts(const plan::TablePlan& table, db::SqlSession& source,
                                             db::SqlSession& target, const OneSided& one_sided);

/// The statement for one side: its columns are rows, then the figures of each direct column.
[[nodiscard]] std::string facts_sql(const plan::TablePlan& table, model::Engine engine,
                                    bool is_source, const OneSided& one_sided);

}  // namespace sluice::verify
