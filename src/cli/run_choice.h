#pragma once

#include <memory>
#include <string>

#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

#include "cli/console.h"

/// Which run a verb speaks of, for verbs that look at runs and do not make any.
namespace sluice::cli {

/// A session on the target's ledger. Says so and throws Exit (2) where there is none yet.
[[nodiscard]] std::unique_ptr<db::SqlSession> open_ledger(const config::Config& config,
                                                          db::Purpose purpose, Console& console);

/// The run of that id, or the newest run of the config's name where the id is empty. Says so and
/// throws Exit (2) where there is none.
[[nodiscard]] ledger::Run choose_run(db::SqlSession& ledger, const config::Config& config,
                                     const std::string& run_id, Console& console);

[[nodiscard]] plan::Plan plan_of(db::SqlSession& ledger, const ledger::Run& run);

}  // namespace sluice::cli
