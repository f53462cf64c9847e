#pragma once

#include <string>
#include <vector>

#include "sluice/db/sql_session.h"

#include "cli/console.h"

namespace sluice::cli {

/// Says that others work on the run: who, where and since when (ledger::holders), and what to do.
void say_held(const std::string& run_id, const std::vector<std::string>& holders,
              const std::string& hint, Console& console);
/// The same, as the ledger has it now, for a verb that needs the run for itself; throws Exit (6).
[[noreturn]] void refuse_held(db::SqlSession& ledger, const std::string& run_id,
                              const std::string& hint, Console& console);

/// Where nothing better can be said.
inline constexpr const char* kWaitForHolder = "wait until it is done, or stop it, then start again";

}  // namespace sluice::cli
