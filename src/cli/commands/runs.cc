#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sluice/ledger/ledger.h"
#include "sluice/status/status.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

int run_runs(const std::string& config_path, Console& console) {
  const ReadConfig config = read_config(config_path, console);
  const auto ledger = open_ledger(config.config, db::Purpose::catalog, console);
  // All runs of this target, newest first: also those of other configs.
  const std::vector<ledger::Run> runs = ledger::runs(*ledger);
  console.print(console.json() ? status::runs_to_json(runs) : status::runs_to_text(runs));
  return kDone;
}

}  // namespace

Run declare_runs(CLI::App& app) {
  const auto config = std::make_shared<std::string>();
  app.add_option("--config", *config, "a config whose target holds the ledger")->required();
  return [config](Console& console) { return run_runs(*config, console); };
}

}  // namespace sluice::cli
