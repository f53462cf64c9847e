#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

#include "cli/command_line.h"
#include "cli/console.h"

/// Which run a verb speaks of, for verbs that look at runs and do not make any.
namespace sluice::cli {

/// Where a ledger is, and which of its runs are meant.
struct LedgerPlace {
  model::Endpoint target;
  std::string name;    // of the config; empty: runs of all of them
  std::string config;  // the file as it was named; empty: known by the target alone
};
[[nodiscard]] LedgerPlace ledger_of(const config::Config& config);
/// The same for verbs that take either a config or, where nobody knows where that lies, the URL of
/// the target. Says so and throws Exit (2) where both are named, or none.
[[nodiscard]] LedgerPlace ledger_of(const std::string& config, const std::string& url,
                                    Console& console);

/// A session on the target's ledger. Says so and throws Exit (2) where there is none yet.
[[nodiscard]] std::unique_ptr<db::SqlSession> open_ledger(const LedgerPlace& place,
                                                          Console& console);

/// What is asked of a run: a verb, the config and, where a run was named, the run.
[[nodiscard]] Words words_on_run(const std::string& verb, const std::string& config,
                                 const std::string& run_id);

/// The run of that id, or the newest run of the config where the id is empty. Says so and throws
/// Exit (2) where there is none.
[[nodiscard]] ledger::Run choose_run(db::SqlSession& ledger, const LedgerPlace& place,
                                     const std::string& run_id, Console& console);

/// The plan without indexes that a run of it has left out.
[[nodiscard]] plan::Plan without(plan::Plan plan,
                                 const std::vector<ledger::LeftOutIndex>& left_out);

/// The run's plan, new tables that bear their own names as they are now.
[[nodiscard]] plan::Plan plan_of(db::SqlSession& ledger, const ledger::Run& run);

}  // namespace sluice::cli
