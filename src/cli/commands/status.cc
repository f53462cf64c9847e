#include "sluice/status/status.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/printable.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/governance.h"
#include "cli/inputs.h"
#include "cli/old_side.h"
#include "cli/run_choice.h"

namespace sluice::cli {
namespace {

struct StatusArguments {
  std::string config;
  std::string url;
  std::string run;
};

/// The command that comes next; none where there is nothing to do, or where nobody has said where
/// the config lies.
Words next_words(const StatusArguments& arguments, const status::RunStatus& status) {
  if (status.next_verb.empty() || arguments.config.empty()) return {};
  // A copy goes on with the newest run, whichever is looked at.
  const bool is_copy = status.next_verb == "copy";
  // Whoever continues says which run, whichever is the newest then.
  const std::string run = status.next_verb == "continue" ? status.run.id : arguments.run;
  Words words = words_on_run(status.next_verb, arguments.config, is_copy ? "" : run);
  words.insert(words.end(), status.next_options.begin(), status.next_options.end());
  return words;
}

void say_next(const Words& words, const status::RunStatus& status, Console& console) {
  if (!words.empty()) {
    console.next(words);
  } else if (!status.next_verb.empty()) {
    console.show(fmt::format("Then: sluice {}, with the config {}\n", status.next_verb,
                             codec::printable_line(status.run.name)));
  }
}

int run_status(const StatusArguments& arguments, Console& console) {
  const LedgerPlace place = ledger_of(arguments.config, arguments.url, console);
  const auto ledger = open_ledger(place, console);
  // The run that was asked for, else the newest.
  const ledger::Run run = choose_run(*ledger, place, arguments.run, console);
  status::RunStatus status = status::read_status(*ledger, run.id);
  status.governance = read_governance(*ledger, run.id);
  if (!arguments.config.empty()) {
    status.old_side = old_side_line(read_config(arguments.config, console).config, *ledger, run);
  }
  const Words next = next_words(arguments, status);
  if (console.json()) {
    console.print(status::to_json(status, next.empty() ? "" : command_line(next)));
    return kDone;
  }
  console.show(status::to_text(status));
  say_next(next, status, console);
  return kDone;
}

}  // namespace

Run declare_status(CLI::App& app) {
  const auto arguments = std::make_shared<StatusArguments>();
  app.add_option("--config", arguments->config, "the migration's config file");
  app.add_option("--url", arguments->url, "the target, where the config is not at hand");
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  return [arguments](Console& console) { return run_status(*arguments, console); };
}

}  // namespace sluice::cli
