#include "sluice/cutover/cutover.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/cutover/freeze.h"
#include "sluice/db/source.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/stop.h"
#include "sluice/plan/shape.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/old_side.h"
#include "cli/run_choice.h"
#include "cli/stop_sources.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"
#include "cli/swap_start.h"

namespace sluice::cli {
namespace {

struct CutoverArguments : SwapArguments {
  std::string manifest;
  std::string freeze_with;
  int lock_timeout_ms = 3000;
  int retries = cutover::Patience().retries;
  std::uint64_t losing = 0;
  bool accept_moved_source = false;
};

/// The same command: without its manifest it would be told to verify and to have signed anew.
Words words_again(const CutoverArguments& arguments) {
  Words words = words_on_run("cutover", arguments.config, arguments.run);
  const auto add = [&words](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--manifest", arguments.manifest);
  add("--operator", arguments.operator_name);
  if (arguments.losing > 0) add("--losing", std::to_string(arguments.losing));
  if (arguments.accept_moved_source) words.emplace_back("--accept-moved-source");
  add("--freeze-with", arguments.freeze_with);
  add("--stop-file", arguments.stop_file);
  return words;
}

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

/// What people signed is proved of the source as it was: no option of one person goes past them.
void refuse_unsigned_losses(const SwapStart& start, const CutoverArguments& arguments,
                            Console& console) {
  if (!start.needs_signatures) return;
  if (arguments.losing > 0) {
    console.error("rows of live tables are not lost by one person's word between these servers",
                  "stop what writes to them, and copy anew with --new-run");
    throw Exit{kApproval};
  }
  if (arguments.accept_moved_source) {
    console.error("one person cannot accept a moved source between these servers",
                  "stop its writers, verify anew with --manifest, and let people sign that");
    throw Exit{kApproval};
  }
}

/// Whether rows of the source may have changed since they were verified.
bool refuse_moved_source(const SwapStart& start, const cutover::Readiness& readiness,
                         const CutoverArguments& arguments, Console& console) {
  const auto moved = cutover::source_moved(start.plan(), start.config.config.source,
                                           readiness.source, start.run().seed());
  if (moved.empty()) return false;
  for (const std::string& line : moved) {
    arguments.accept_moved_source ? console.note(line) : console.error(line);
  }
  if (arguments.accept_moved_source) return true;
  const std::string again =
      "stop its writers, then: " +
      command_line(start.needs_signatures
                       ? words_with("verify", start, "--manifest", "manifest.json")
                       : words_on_run("verify", arguments.config, arguments.run));
  console.error("the source has moved since it was verified",
                start.needs_signatures ? again + "; and let people sign that"
                                       : again + "; or take it on yourself: --accept-moved-source");
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
  for (auto& finding : cutover::orphan_findings(session, swap)) {
    result.findings.push_back(std::move(finding));
  }
  const bool is_refused = model::has_errors(result.findings);
  if (is_refused) result.kind = cutover::Result::Kind::refused;
  if (console.json()) {
    console.print(to_json({"cutover", request.run.id, &swap, &result, ""}, ""));
  } else {
    console.print(cutover::script_of(swap, options_of(arguments).patience));
    static_cast<void>(console.findings(result.findings));
    console.next_in_sql(is_refused ? words_on_run("status", arguments.config, arguments.run)
                                   : words_again(arguments));
  }
  return is_refused ? kStopRule : kDone;
}

std::string freeze_script(const SwapStart& start) {
  return cutover::source_script(start.plan(),
                                cutover::freeze_of(start.plan(), start.run().id).statements);
}

/// What is to be said of a cutover.
int report_cutover(const SwapStart& start, const cutover::Swap& swap, const cutover::Result& result,
                   const CutoverArguments& arguments, Console& console) {
  const bool is_done = result.kind == cutover::Result::Kind::done;
  const SwapReport report{"cutover", start.run().id, &swap, &result,
                          is_done ? freeze_script(start) : ""};
  const Words next = words_on_run("status", arguments.config, arguments.run);
  console.json() ? console.print(to_json(report, command_line(next))) : show(report, console);
  console.next(next);
  return exit_code_of(result);
}

std::int64_t newest_event(const SwapStart& start) {
  const auto events = ledger::events(*start.session, start.run().id);
  return events.empty() ? 0 : events.back().number;
}

/// The cutover stands, whatever becomes of this; returns the exit code.
int freeze_after(const SwapStart& start, const cutover::Result& result,
                 const CutoverArguments& arguments, Console& console) {
  if (arguments.freeze_with.empty() || result.kind != cutover::Result::Kind::done) return kDone;
  try {
    const OldSideRun run = old_side_run(start, arguments);
    return say_old_side(run, freeze_old_side(run, arguments.freeze_with, "--freeze-with"), console);
  } catch (const model::Error&) {
    console.error("the tables are cut over, and the source can still be written to",
                  command_line(words_on_run("freeze", arguments.config, arguments.run)) +
                      " --with URL tries it again");
    throw;
  }
}

int cut_over(SwapStart& start, const CutoverArguments& arguments, Console& console) {
  const cutover::Readiness readiness =
      cutover::read_readiness(*start.session, start.run(), start.plan());
  if (arguments.dry_run) {
    return print_dry_run(*start.session, start.request, readiness, arguments, console);
  }
  const std::int64_t last_event = newest_event(start);
  refuse_stopped(start, arguments, console);
  refuse_unsigned_losses(start, arguments, console);
  const auto agreed = approve_cutover(start, arguments.manifest, readiness, console);
  cutover::CutoverOptions options = options_of(arguments);
  options.evidence = agreed.evidence;
  options.still_agreed = [&start, &agreed](db::SqlSession& session) {
    require_still_agreed(start, agreed.not_after, session);
  };
  const cutover::Swap swap = cutover::read_cutover(*start.session, start.plan(), start.run().id);
  if (!model::has_errors(readiness.findings)) {
    refuse_other_shapes(start.plan(), start.config, console);
    options.source_moved = refuse_moved_source(start, readiness, arguments, console);
  }
  adopt_policy(start);
  // From here on a signal, a stop or a stop file ends this between two tries for the locks.
  os::SignalStop signals(last_word(command_line(words_again(arguments))));
  const StopSources sources(
      {start.target, start.run().id, last_event, arguments.stop_file}, signals,
      [&signals](const std::string& /*why*/) { signals.request(kConnection); });
  options.patience.stop = signals.token();
  const cutover::Result result =
      cutover::cut_over(agreed.what, *start.session, start.reopen(), readiness, options);
  if (result.kind == cutover::Result::Kind::done) {
    start.require_session("the tables are cut over", console);
  }
  const int old_side = freeze_after(start, result, arguments, console);
  const int code = report_cutover(start, swap, result, arguments, console);
  if (result.kind != cutover::Result::Kind::stopped) return code == kDone ? old_side : code;
  return report_heard(sources, signals, start.run().id, arguments.config, console);
}

int run_cutover(const CutoverArguments& arguments, Console& console) {
  if (!arguments.freeze_with.empty()) {
    static_cast<void>(endpoint_of_url(arguments.freeze_with, "source", "--freeze-with"));
  }
  SwapStart start = start_swap(arguments, plan_of, console);
  return unless_locked(start, console, [&] { return cut_over(start, arguments, console); });
}

}  // namespace

Run declare_cutover(CLI::App& app) {
  const auto arguments = std::make_shared<CutoverArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--manifest", arguments->manifest,
                 "what verify --manifest wrote and people have signed");
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_option("--lock-timeout", arguments->lock_timeout_ms,
                 "milliseconds to wait for the first lock, each time")
      ->check(CLI::Range(1, 3'600'000));
  app.add_option("--retries", arguments->retries, "how often to try again where locks are held")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--losing", arguments->losing,
                 "rows written to live tables meanwhile that may be lost: the exact number");
  app.add_flag("--accept-moved-source", arguments->accept_moved_source,
               "though the source has moved since it was verified; goes on record");
  app.add_option("--freeze-with", arguments->freeze_with,
                 "URL of the source, as a role that then makes it read-only: see freeze");
  app.add_option("--stop-file", arguments->stop_file,
                 "stop waiting for locks when a file is there; its first line says why");
  app.add_flag("--dry-run", arguments->dry_run, "print the SQL, change nothing");
  return [arguments](Console& console) { return run_cutover(*arguments, console); };
}

}  // namespace sluice::cli
