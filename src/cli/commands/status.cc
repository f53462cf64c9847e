#include "sluice/status/status.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

struct StatusArguments {
  std::string config;
  std::string run;
};

int run_status(const StatusArguments& arguments, Console& console) {
  // What people wrote says where the ledger is.
  const ReadConfig config = read_config(arguments.config, console);
  const auto ledger = open_ledger(config.config, db::Purpose::catalog, console);
  // The run that was asked for, else the newest.
  const ledger::Run run = choose_run(*ledger, config.config, arguments.run, console);
  const status::RunStatus status = status::read_status(*ledger, run.id);
  console.print(console.json() ? status::to_json(status) : status::to_text(status));
  return kDone;
}

}  // namespace

Run declare_status(CLI::App& app) {
  const auto arguments = std::make_shared<StatusArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  return [arguments](Console& console) { return run_status(*arguments, console); };
}

}  // namespace sluice::cli
