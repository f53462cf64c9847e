#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sluice/ledger/ledger.h"
#include "sluice/status/status.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

struct RunsArguments {
  std::string config;
  std::string url;
};

int run_runs(const RunsArguments& arguments, Console& console) {
  const LedgerPlace place = ledger_of(arguments.config, arguments.url, console);
  const auto ledger = open_ledger(place, console);
  // All runs of this target, newest first: also those of other configs.
  const std::vector<ledger::Run> runs = ledger::runs(*ledger);
  console.json() ? console.print(status::runs_to_json(runs))
                 : console.show(status::runs_to_text(runs));
  if (runs.empty()) return kDone;
  Words next{"status", place.config.empty() ? "--url" : "--config",
             place.config.empty() ? arguments.url : place.config, "--run", runs.front().id};
  console.next(next);
  return kDone;
}

}  // namespace

Run declare_runs(CLI::App& app) {
  const auto arguments = std::make_shared<RunsArguments>();
  app.add_option("--config", arguments->config, "a config whose target holds the ledger");
  app.add_option("--url", arguments->url, "the target, where no config is at hand");
  return [arguments](Console& console) { return run_runs(*arguments, console); };
}

}  // namespace sluice::cli
