#pragma once

#include <string>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/records.h"

namespace sluice::copy {

/// How a copy ended.
struct CopyResult {
  std::vector<ledger::Account> accounts;  // one per table of the plan
  std::vector<ledger::RunTable> tables;
  bool accounts_close = true;
  bool tables_failed = false;
  std::vector<std::string> unjoined;  // why, for what new tables are not to each other yet
  std::vector<model::QualifiedName> unseen_counters;  // of the source, which its role may not see
  std::vector<ledger::LeftOutIndex> left_out;         // of new tables
  std::string weaker_snapshot;  // how the source was read, if not at one point in time

  /// What stands in the way of the end; empty where nothing does.
  [[nodiscard]] std::string why() const {
    if (tables_failed) return "tables failed";
    if (!accounts_close) return "an account does not close";
    return unjoined.empty() ? "" : "new tables are not joined: " + unjoined.front();
  }
  [[nodiscard]] bool is_good() const noexcept {
    return accounts_close && !tables_failed && unjoined.empty();
  }
};

/// Gives new tables that are ready their own names, unless the plan keeps them aside; each with its
/// indexes and sequences in one transaction, and with its place where it is a partition. One that
/// cannot have its name fails alone. Then they become what they are to each other
/// (plan::FamilyStep); returns why not, for what the target refuses.
[[nodiscard]] std::vector<std::string> take_names(const RunContext& run, db::SqlSession& ledger);

/// Adds up the accounts, waits until the target has everything on its disk, and records the end:
/// finished, or paused when an account does not close, a table failed, or one is not yet what it is
/// to be to others: `unjoined` says why, for each.
[[nodiscard]] CopyResult finish_run(const RunContext& run, db::SqlSession& ledger,
                                    std::vector<std::string> unjoined = {});

/// Records that every row is copied. From here on the source is asked only for rows that break a
/// constraint, and nothing that becomes of its tables concerns the run.
void finish_copying(const RunContext& run, db::SqlSession& ledger);
/// Records why the run stopped before its end; it goes on with the same command. A process that
/// joined and was asked to stop leaves the run to the others.
void record_stop(const RunContext& run, db::SqlSession& ledger, const StopReason::Why& why);
/// Records an error that ended this process's work, where the target is within reach. Returns what
/// to report: the error, or that the run has been taken over by another process.
[[nodiscard]] model::Error record_failure(const RunContext& run, const model::Error& error);

}  // namespace sluice::copy
