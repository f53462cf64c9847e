#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/cutover/cutover.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"

namespace sluice::cli {
namespace {

struct RollbackArguments {
  std::string config;
  std::string run;
  std::string operator_name;
  int lock_timeout_ms = 3000;
  int retries = cutover::Patience().retries;
  std::uint64_t losing = 0;
  bool dry_run = false;
};

cutover::RollbackOptions options_of(const RollbackArguments& arguments) {
  cutover::RollbackOptions options;
  options.patience.lock_timeout = std::chrono::milliseconds(arguments.lock_timeout_ms);
  options.patience.retries = arguments.retries;
  options.losing = arguments.losing;
  return options;
}

cutover::Cut require_cut(db::SqlSession& ledger, const ledger::Run& run, Console& console) {
  auto cut = cutover::standing_cut(ledger::events(ledger, run.id));
  if (cut) return *std::move(cut);
  console.error(fmt::format("run {} is not cut over: there is nothing to roll back", run.id),
                "sluice status says where it stands");
  throw Exit{kUsage};
}

int print_dry_run(db::SqlSession& session, const plan::Plan& plan, const ledger::Run& run,
                  const cutover::Cut& cut, const RollbackArguments& arguments, Console& console) {
  const cutover::Swap swap = cutover::read_rollback(session, cut, run.id);
  cutover::Result result;
  result.findings = cutover::check_identity(session, cut);
  for (auto& finding : cutover::findings_of(swap)) result.findings.push_back(std::move(finding));
  const bool is_refused = model::has_errors(result.findings);
  if (is_refused) {
    result.kind = cutover::Result::Kind::refused;
  } else {
    result.written = cutover::written_since(session, plan, cut);
  }
  const SwapReport report{"rollback", run.id, &swap, &result, ""};
  if (console.json()) {
    console.print(to_json(report, ""));
    return is_refused ? exit_code_of(result) : kDone;
  }
  console.print(cutover::script_of(swap, options_of(arguments).patience));
  const std::uint64_t lost = cutover::changes(result.written);
  console.print(fmt::format("-- row changes since the cutover, which would be lost: {}\n", lost));
  static_cast<void>(console.findings(result.findings));
  Words next = words_on_run("rollback", arguments.config, arguments.run);
  if (lost > 0) next.insert(next.end(), {"--losing", std::to_string(lost)});
  console.next(next);
  return is_refused ? exit_code_of(result) : kDone;
}

int run_rollback(const RollbackArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  ledger::Run run;
  plan::Plan plan;
  {
    const auto ledger = open_ledger(ledger_of(config.config), console);
    run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
    plan = plan::from_json(ledger::plan_of_run(*ledger, run.id));
  }
  const model::Endpoint target = plan::held_to(plan.target, config.config.target);
  const auto session = db::open_session(target, db::Purpose::target);
  const cutover::Cut cut = require_cut(*session, run, console);
  if (arguments.dry_run) return print_dry_run(*session, plan, run, cut, arguments, console);
  const cutover::Swap swap = cutover::read_rollback(*session, cut, run.id);
  cutover::Request request{
      cutover::Request::Act::rollback, run, std::move(plan),
      arguments.operator_name.empty() ? config.config.operator_name : arguments.operator_name};
  const cutover::Result result = cutover::roll_back(
      approve_swap(std::move(request)), *session,
      [&target] { return db::open_session(target, db::Purpose::target); }, cut,
      options_of(arguments));
  const SwapReport report{"rollback", run.id, &swap, &result, ""};
  const Words next = words_on_run("status", arguments.config, arguments.run);
  console.json() ? console.print(to_json(report, command_line(next))) : show(report, console);
  console.next(next);
  return exit_code_of(result);
}

}  // namespace

Run declare_rollback(CLI::App& app) {
  const auto arguments = std::make_shared<RollbackArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--operator", arguments->operator_name, "who does it; for the ledger");
  app.add_option("--lock-timeout", arguments->lock_timeout_ms,
                 "milliseconds to wait for the first lock, each time")
      ->check(CLI::Range(1, 3'600'000));
  app.add_option("--retries", arguments->retries, "how often to try again where locks are held")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--losing", arguments->losing,
                 "row changes since the cutover that may be lost: the exact number");
  app.add_flag("--dry-run", arguments->dry_run,
               "print the SQL and count what would be lost, change nothing");
  return [arguments](Console& console) { return run_rollback(*arguments, console); };
}

}  // namespace sluice::cli
