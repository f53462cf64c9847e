#include "sluice/cutover/cutover.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/cutover/freeze.h"
#include "sluice/db/source.h"
#include "sluice/plan/shape.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/run_choice.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"

namespace sluice::cli {
namespace {

struct CutoverArguments {
  std::string config;
  std::string run;
  std::string operator_name;
  int lock_timeout_ms = 3000;
  int retries = cutover::Patience().retries;
  std::uint64_t losing = 0;
  bool accept_moved_source = false;
  bool dry_run = false;
};

cutover::CutoverOptions options_of(const CutoverArguments& arguments) {
  cutover::CutoverOptions options;
  options.patience.lock_timeout = std::chrono::milliseconds(arguments.lock_timeout_ms);
  options.patience.retries = arguments.retries;
  options.losing = arguments.losing;
  return options;
}

/// What the plan was made from has to be what is there, and the side tables what they stand for.
void refuse_other_shapes(const plan::Plan& plan, const ReadConfig& config, Console& console) {
  const Catalogs catalogs = read_catalogs(config.config);
  std::vector<std::string> lines = drift_of(plan, config, catalogs, SourceTables::as_planned);
  for (const plan::TablePlan& table : plan.tables) {
    const model::Table* const side = catalogs.target.find(table.side);
    if (side == nullptr) {
      lines.push_back("target " + table.side.text() + ": table is gone");
    } else if (table.side != table.target) {
      for (const std::string& line : plan::side_differences(plan, table, *side)) {
        lines.push_back("target " + table.side.text() + ": " + line);
      }
    }
  }
  if (lines.empty()) return;
  for (const std::string& line : lines) console.error(line);
  console.error("this is not what was planned, copied and verified",
                "put it back as it was, or copy anew with --new-run");
  throw Exit{kDrift};
}

/// Whether rows of the source may have changed since they were verified.
bool refuse_moved_source(const plan::Plan& plan, const ReadConfig& config,
                         const cutover::Readiness& readiness, const CutoverArguments& arguments,
                         Console& console) {
  const auto moved = cutover::source_moved(plan, config.config.source, readiness.source);
  if (moved.empty()) return false;
  for (const std::string& line : moved) {
    arguments.accept_moved_source ? console.note(line) : console.error(line);
  }
  if (arguments.accept_moved_source) return true;
  console.error("the source has moved since it was verified",
                "stop its writers, then: " +
                    command_line(words_on_run("verify", arguments.config, arguments.run)) +
                    "; or take it on yourself: --accept-moved-source");
  throw Exit{kDrift};
}

int print_dry_run(db::SqlSession& session, const cutover::Request& request,
                  const cutover::Readiness& readiness, const CutoverArguments& arguments,
                  Console& console) {
  const cutover::Swap swap = cutover::read_cutover(session, request.plan, request.run.id);
  cutover::Result result;
  result.findings = readiness.findings;
  for (auto& finding : cutover::findings_of(swap)) result.findings.push_back(std::move(finding));
  for (auto& finding : cutover::lock_findings(session, swap.lock_count)) {
    result.findings.push_back(std::move(finding));
  }
  const bool is_refused = model::has_errors(result.findings);
  if (is_refused) result.kind = cutover::Result::Kind::refused;
  if (console.json()) {
    console.print(to_json({"cutover", request.run.id, &swap, &result, ""}, ""));
  } else {
    console.print(cutover::script_of(swap, options_of(arguments).patience));
    static_cast<void>(console.findings(result.findings));
    console.next(words_on_run(is_refused ? "status" : "cutover", arguments.config, arguments.run));
  }
  return is_refused ? kStopRule : kDone;
}

std::string freeze_script(const plan::Plan& plan, const std::string& run_id) {
  return cutover::source_script(plan, cutover::freeze_of(plan, run_id).statements);
}

int run_cutover(const CutoverArguments& arguments, Console& console) {
  const ReadConfig config = read_config(arguments.config, console);
  ledger::Run run;
  plan::Plan plan;
  {
    const auto ledger = open_ledger(ledger_of(config.config), console);
    run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
    plan = plan_of(*ledger, run);
  }
  const model::Endpoint target = plan::held_to(plan.target, config.config.target);
  const auto session = db::open_session(target, db::Purpose::target);
  const cutover::Readiness readiness = cutover::read_readiness(*session, run, plan);
  cutover::Request request{
      cutover::Request::Act::cutover, run, plan,
      arguments.operator_name.empty() ? config.config.operator_name : arguments.operator_name};
  if (arguments.dry_run) return print_dry_run(*session, request, readiness, arguments, console);
  cutover::CutoverOptions options = options_of(arguments);
  const cutover::Swap swap = cutover::read_cutover(*session, plan, run.id);
  if (!model::has_errors(readiness.findings)) {
    refuse_other_shapes(plan, config, console);
    options.source_moved = refuse_moved_source(plan, config, readiness, arguments, console);
  }
  const cutover::Result result = cutover::cut_over(
      approve_swap(std::move(request)), *session,
      [&target] { return db::open_session(target, db::Purpose::target); }, readiness, options);
  const bool is_done = result.kind == cutover::Result::Kind::done;
  const SwapReport report{"cutover", run.id, &swap, &result,
                          is_done ? freeze_script(plan, run.id) : ""};
  const Words next = words_on_run("status", arguments.config, arguments.run);
  console.json() ? console.print(to_json(report, command_line(next))) : show(report, console);
  console.next(next);
  return exit_code_of(result);
}

}  // namespace

Run declare_cutover(CLI::App& app) {
  const auto arguments = std::make_shared<CutoverArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--operator", arguments->operator_name, "who does it; for the ledger");
  app.add_option("--lock-timeout", arguments->lock_timeout_ms,
                 "milliseconds to wait for the first lock, each time")
      ->check(CLI::Range(1, 3'600'000));
  app.add_option("--retries", arguments->retries, "how often to try again where locks are held")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--losing", arguments->losing,
                 "rows written to live tables meanwhile that may be lost: the exact number");
  app.add_flag("--accept-moved-source", arguments->accept_moved_source,
               "though the source has moved since it was verified; goes on record");
  app.add_flag("--dry-run", arguments->dry_run, "print the SQL, change nothing");
  return [arguments](Console& console) { return run_cutover(*arguments, console); };
}

}  // namespace sluice::cli
