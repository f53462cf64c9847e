#include "sluice/cutover/freeze.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/stop.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/old_side.h"

namespace sluice::cli {
namespace {

struct FreezeArguments {
  std::string config;
  std::string run;
  std::string operator_name;
  std::string with;
  std::string sql;
  int interval_s = 60;
  bool undo = false;
  bool watch = false;
  bool once = false;
  bool dry_run = false;
};

void check_usage(const FreezeArguments& arguments, const Console& console) {
  const auto refuse = [](const std::string& what, const std::string& hint) {
    throw model::Error(model::ErrorKind::usage, what, hint);
  };
  const bool prints = arguments.dry_run || !arguments.sql.empty();
  if (arguments.watch && (prints || arguments.undo || !arguments.with.empty())) {
    refuse("--watch changes nothing: it goes with --once and --interval only",
           "freeze first, then watch");
  }
  if (!arguments.watch && arguments.once) refuse("--once goes with --watch", "");
  if (!arguments.watch && !prints && arguments.with.empty()) {
    refuse("--with is missing: as whom may triggers be made in the source?",
           "--with URL does it, --sql FILE writes it for somebody else, --watch looks");
  }
  if (arguments.watch && !arguments.once && console.json()) {
    refuse("a watch that goes on has no one answer in JSON", "--watch --once --json looks once");
  }
}

int print_sql(const FreezeArguments& arguments, const OldSideRun& run, Console& console) {
  const cutover::Freeze freeze = cutover::freeze_of(run.plan, run.run.id);
  const std::string script =
      cutover::source_script(run.plan, arguments.undo ? freeze.undo : freeze.statements);
  if (arguments.dry_run) {
    console.print(script);
  } else {
    os::write_file(arguments.sql, script);
    console.show(fmt::format("{} statements for the source are in {}\n",
                             (arguments.undo ? freeze.undo : freeze.statements).size(),
                             codec::printable_line(arguments.sql)));
  }
  console.next(run.words("freeze"));
  return kDone;
}

/// False: it is to end.
bool wait_for(std::chrono::seconds interval, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  return !condition.wait_for(lock, stop, interval, [&stop] { return stop.stop_requested(); });
}

/// Until somebody writes there, rows are retired, or it is rolled back. A server that is away for a
/// while ends no watch.
int watch_on(const FreezeArguments& arguments, const OldSideRun& run, Console& console) {
  constexpr int kSignalBase = 128;
  const os::SignalStop signals(last_word(command_line(run.words("freeze"))));
  std::unique_ptr<cutover::OldSideWatch> watch;
  std::string said;
  do {
    try {
      const OldSideReport report = look_at_old_side(run, watch);
      const bool is_over = !report.is_cut_over || report.before.retired;
      if (is_over || report.stands_against()) return report_old_side(run, report, console);
      console.status_lines({"the source is as it was; looked at " + report.look.position});
      said.clear();
    } catch (const model::Error& error) {
      if (error.kind() != model::ErrorKind::connection) throw;
      if (said != error.what()) console.note(error.what());
      said = error.what();
    }
  } while (wait_for(std::chrono::seconds(arguments.interval_s), signals.token()));
  console.clear_status();
  return kSignalBase + signals.signal();
}

int run_freeze(const FreezeArguments& arguments, Console& console) {
  check_usage(arguments, console);
  if (!arguments.with.empty()) {
    static_cast<void>(endpoint_of_url(arguments.with, "source", "--with"));
  }
  const OldSideRun run =
      read_old_side_run(arguments.config, arguments.run, arguments.operator_name, console);
  if (arguments.dry_run || !arguments.sql.empty()) return print_sql(arguments, run, console);
  if (arguments.watch && !arguments.once) return watch_on(arguments, run, console);
  if (arguments.undo) {
    thaw_old_side(run, arguments.with, "--with");
    return report_thawed(run, console);
  }
  if (!arguments.watch) {
    return report_old_side(run, freeze_old_side(run, arguments.with, "--with"), console);
  }
  std::unique_ptr<cutover::OldSideWatch> watch;
  return report_old_side(run, look_at_old_side(run, watch), console);
}

}  // namespace

Run declare_freeze(CLI::App& app) {
  const auto arguments = std::make_shared<FreezeArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--operator", arguments->operator_name, "who does it; for the ledger");
  app.add_option("--with", arguments->with,
                 "URL of the source, as a role that may make triggers on its tables");
  app.add_flag("--undo", arguments->undo, "take it away: the source is as it was before");
  app.add_option("--sql", arguments->sql, "write the SQL to this file, change nothing");
  app.add_flag("--watch", arguments->watch,
               "look for writes after the cutover, until rows are retired");
  app.add_flag("--once", arguments->once, "look once");
  app.add_option("--interval", arguments->interval_s, "seconds between two looks")
      ->check(CLI::Range(1, 86'400));
  app.add_flag("--dry-run", arguments->dry_run, "print the SQL, change nothing");
  return [arguments](Console& console) { return run_freeze(*arguments, console); };
}

}  // namespace sluice::cli
