#include "cli/run_choice.h"

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "cli/exit_code.h"

namespace sluice::cli {

std::unique_ptr<db::SqlSession> open_ledger(const config::Config& config, db::Purpose purpose,
                                            Console& console) {
  auto session = db::open_session(config.target, purpose);
  switch (ledger::schema_state(*session)) {
    case ledger::SchemaState::usable:
      return session;
    case ledger::SchemaState::absent:
      console.error("the target has no ledger: nothing has been copied to it",
                    "sluice copy --config FILE begins");
      throw Exit{kUsage};
    case ledger::SchemaState::other_version:
      break;
  }
  console.error("the ledger in the target is of another version", "use the sluice that made it");
  throw Exit{kDrift};
}

ledger::Run choose_run(db::SqlSession& ledger, const config::Config& config,
                       const std::string& run_id, Console& console) {
  if (!run_id.empty()) {
    if (auto run = ledger::find_run(ledger, run_id)) return *std::move(run);
    console.error(fmt::format("the ledger has no run {}", run_id), "sluice runs lists them");
    throw Exit{kUsage};
  }
  for (ledger::Run& run : ledger::runs(ledger)) {
    if (run.name == config.name) return std::move(run);
  }
  console.error(fmt::format("the ledger has no run of {}", config.name),
                "sluice copy --config FILE begins one; sluice runs lists those of other configs");
  throw Exit{kUsage};
}

plan::Plan plan_of(db::SqlSession& ledger, const ledger::Run& run) {
  return plan::from_json(ledger::plan_of_run(ledger, run.id));
}

}  // namespace sluice::cli
