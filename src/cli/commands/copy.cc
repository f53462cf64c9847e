#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/approve/verifier.h"
#include "sluice/copy/altered.h"
#include "sluice/copy/build.h"
#include "sluice/copy/copying.h"
#include "sluice/copy/finish.h"
#include "sluice/copy/monitor.h"
#include "sluice/copy/space.h"
#include "sluice/copy/start.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/stop.h"
#include "sluice/plan/draft.h"

#include "cli/command.h"
#include "cli/copy_arguments.h"
#include "cli/copy_report.h"
#include "cli/copy_start.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/plan_approval.h"
#include "cli/policy_in_force.h"
#include "cli/progress_display.h"
#include "cli/reconnect.h"
#include "cli/run_choice.h"
#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

/// The stages of a run, each of which goes on where an earlier process left it.
void work(const copy::RunContext& run, db::SqlSession& ledger, const plan::Changes& altered) {
  const copy::Monitor monitor(run);
  const waits::Worker control(run.progress.workers(), waits::Wait::target_statement,
                              "a statement of the run itself", ledger.id());
  // A process that joined lends a hand with the rows; the one that was there first does the rest.
  if (run.joined) return copy::help_copying(run, ledger);
  copy::check_space(run, ledger, copy::space_needed(run, ledger));
  // What people have not decided since the last time stops the run again.
  copy::check_quarantine(run, ledger);
  if (run.stop.token().stop_requested()) return;
  // Every row of the source, exactly once. A run that got further holds one point in time already.
  if (run.run.stage == "copying") {
    copy::fail_altered(run, ledger, altered);
    copy::copy_all_rows(run, ledger);
  }
  if (run.stop.token().stop_requested()) return;
  // The source is let go here: building does not need it.
  copy::finish_copying(run, ledger);
  copy::build_tables(run, ledger);
  if (run.stop.token().stop_requested()) return;
  copy::vacuum_tables(run, ledger);
  // Nothing that the live table has may be missing on the side table.
  copy::check_built(run, ledger);
}

/// What changed on the target while the copy ran; of tables that failed their reason says it.
std::vector<std::string> changes_under(const copy::RunContext& run, db::SqlSession& ledger,
                                       const model::Catalog& target) {
  std::set<int> failed;
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    if (table.state == ledger::TableState::failed) failed.insert(table.number);
  }
  if (failed.empty()) return plan::drift_under_way(run.plan, run.plan.source, target);
  plan::Plan sound = run.plan;
  std::erase_if(sound.tables,
                [&](const plan::TablePlan& table) { return failed.contains(table.number); });
  return plan::drift_under_way(sound, sound.source, target);
}

/// How a run ended that nobody stopped.
struct End {
  std::vector<std::string> changes;  // what somebody changed meanwhile; then there is no result
  copy::CopyResult result;
};

/// Nothing when somebody asks to stop before it is over.
std::optional<End> end_run(const copy::RunContext& run, db::SqlSession& ledger,
                           const config::Config& config) {
  if (run.joined || run.stop.token().stop_requested()) return std::nullopt;
  const copy::Monitor monitor(run);
  End end;
  // The same look as at the beginning: what changed meanwhile makes the result unsound. All that
  // counts of the source is read.
  end.changes = changes_under(run, ledger, read_target_catalog(config));
  if (!end.changes.empty()) return end;
  // Nothing stood where new tables are to be: they take their names, whole and indexed.
  auto unjoined = copy::take_names(run, ledger);
  if (run.stop.token().stop_requested()) return std::nullopt;
  end.result = copy::finish_run(run, ledger, std::move(unjoined));
  return end;
}

StopSources::Watched watched(const copy::RunContext& run, const CopyArguments& arguments) {
  return {run.target, run.run.id, run.start_event, arguments.stop_file};
}

/// The plan with what its run has made of it; nothing where that is no other one, because a plan of
/// thousands of tables is not to be held twice.
std::optional<plan::Plan> changed_plan(const plan::Plan& plan, db::SqlSession& ledger,
                                       const std::string& run_id) {
  const std::set<int> live = ledger::live_tables(ledger, run_id);
  const auto left_out = ledger::left_out_indexes(ledger, run_id);
  if (live.empty() && left_out.empty()) return std::nullopt;
  return plan::with_names_taken(without(plan, left_out), live);
}

/// What this process is, as the ledger knows it, and what it may have been allowed.
struct Pass {
  const copy::RunContext& run;
  db::SqlSession& ledger;
  const plan::Changes& altered;
  const std::optional<SourceOverride>& used;
};

/// The work itself. Nothing when somebody asks to stop before it is over.
std::optional<End> work_to_end(const Pass& pass, const config::Config& config, Console& console) {
  const copy::RunContext& run = pass.run;
  if (pass.used) record_override(pass.ledger, run.run.id, *pass.used);
  copy::create_side_tables(pass.ledger, run.plan, run.run);
  copy::begin_progress(pass.ledger, run.run, run.plan.digest, run.progress);
  note_unseen_space(run, pass.ledger, console);
  const ProgressDisplay display(run, console);
  work(run, pass.ledger, pass.altered);
  return end_run(run, pass.ledger, config);
}

/// A target that does not answer who has stopped the run is one that went away.
void require_watched(const copy::StopReason& stop) {
  const auto why = stop.why();
  if (!why || why->kind != model::ErrorKind::connection) return;
  throw model::Error(why->kind, why->text, model::Retry::new_session);
}

/// Of a pass that nobody stopped: changed underneath, done, or left to the process that it joined.
int report_end(const copy::RunContext& run, db::SqlSession& ledger, const std::optional<End>& end,
               const CopyArguments& arguments, Console& console) {
  if (!end) return report_joined(run, ledger, arguments, console);
  if (!end->changes.empty()) return report_drift(run, ledger, end->changes, arguments, console);
  return report_copy(run, end->result, arguments, console);
}

/// From the first look at both servers to the report; goes on with what earlier passes have
/// committed.
int copy_in_one_pass(const CopyArguments& arguments, const ReadConfig& config,
                     const InForce& in_force, Reconnect& reconnect, Console& console) {
  refuse_stop_file(arguments.stop_file, console);
  // What both servers have now.
  Catalogs catalogs = read_catalogs(config.config);
  if (arguments.new_run && !reconnect.has_begun()) take_earlier_families(config.config, catalogs);
  // Nothing is written before somebody who may has agreed.
  std::optional<PlanGate> gate;
  if (!arguments.dry_run) gate.emplace(in_force, arguments, config, catalogs, console);
  // The plan: the one a person reviewed, else that of the run that is under way, else a new one.
  auto [plan, has_run] = plan_for_copy(arguments, config, catalogs, reconnect.has_begun(), console);
  if (arguments.dry_run) {
    return print_dry_run(plan, config.config, arguments.new_run, console);
  }
  const approve::Approved<plan::Plan> approved = gate->approve(std::move(plan), console);
  // A source role that could delete is refused, or the override is kept for the record.
  const auto used = refuse_deleting_source(config.config, *approved, console);
  copy::Start start = start_or_explain(approved, *gate, config.config, catalogs, arguments, has_run,
                                       reconnect.has_begun(), console);
  if (start.kind == copy::StartKind::finished) {
    return report_finished(start, *approved, arguments, console);
  }
  const plan::Changes altered = plan::altered_sources(*approved, catalogs.source);
  catalogs = {};  // the plan has all of them that is needed
  // From here on a signal ends this process between batches; until here, at once.
  os::SignalStop signals(last_word(command_line(copy_words(arguments))));
  reconnect.begin();
  copy::Progress progress(approved->tables.size());
  copy::StopReason stop;
  const auto changed = changed_plan(*approved, *start.control, start.run.id);
  const copy::RunContext run =
      make_run(changed ? *changed : *approved, start, config.config, progress, stop);
  std::optional<StopSources> sources;
  std::optional<End> end;
  try {
    sources.emplace(watched(run, arguments), signals, [&stop](const std::string& why) {
      stop.request(model::ErrorKind::connection, why);
    });
    const StopOnRequest stop_on_request(signals, *sources, stop);
    end = work_to_end({run, *start.control, altered, used}, config.config, console);
    if (!end) require_watched(stop);
  } catch (const model::Error& error) {
    reconnect.renew_after(progress);
    throw copy::record_failure(run, error);
  }
  if (const auto why = stop.why(); why && !end) {
    return report_stop(run, *start.control, {*why, sources->heard(), signals.signal()}, arguments,
                       console);
  }
  return report_end(run, *start.control, end, arguments, console);
}

int run_copy(const CopyArguments& arguments, Console& console) {
  // What people wrote; every mistake is reported at once.
  const ReadConfig config = read_config(arguments.config, console);
  // Who may do it. The time of its making stands for the whole copy, however often it reconnects.
  const InForce in_force = InForce::load(config.config, console);
  Reconnect reconnect(std::chrono::seconds(config.config.limits.reconnect_seconds), arguments,
                      console);
  for (;;) {
    try {
      return copy_in_one_pass(arguments, config, in_force, reconnect, console);
    } catch (const model::Error& error) {
      // A server went away. What is committed stays, and the next pass goes on from there.
      reconnect.wait_or_throw(error);
    }
  }
}

}  // namespace

Run declare_copy(CLI::App& app) {
  const auto arguments = std::make_shared<CopyArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--plan", arguments->plan, "a plan that 'sluice plan' wrote and people reviewed");
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_option("--stop-file", arguments->stop_file,
                 "stop in order as soon as a file is there; its first line says why");
  app.add_flag("--join", arguments->join, "help a run that another process works on");
  app.add_flag("--new-run", arguments->new_run,
               "leave an earlier run of this config, drop its side tables and begin anew");
  app.add_flag("--dry-run", arguments->dry_run, "print the exact SQL and write nothing");
  return [arguments](Console& console) { return run_copy(*arguments, console); };
}

}  // namespace sluice::cli
