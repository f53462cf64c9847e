#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/count.h"
#include "sluice/os/stop.h"
#include "sluice/os/test_setting.h"
#include "sluice/verify/verify_tables.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/last_word.h"
#include "cli/manifest_document.h"
#include "cli/policy_in_force.h"
#include "cli/restore_record.h"
#include "cli/run_choice.h"
#include "cli/stop_sources.h"
#include "cli/verify_display.h"

namespace sluice::cli {
namespace {

/// Nothing is lost when a verification ends at once, so it waits for no server for long.
constexpr std::chrono::seconds kPatience{5};

/// A difference that is listed is looked up in the rows of both sides, and is in memory until the
/// report is written. Nobody reads more of them.
constexpr int kMaxListed = 10'000;

struct VerifyArguments {
  std::string config;
  std::string run;
  std::string stop_file;
  bool target_only = false;
  bool dry_run = false;
  std::vector<std::string> tables;
  std::string manifest;
  std::string operator_name;
  std::size_t list = verify::Options().max_listed;
};

int exit_code_of(verify::Outcome outcome) {
  switch (outcome) {
    case verify::Outcome::equal:
    case verify::Outcome::equal_except_quarantined:
      return kDone;
    case verify::Outcome::different:
      return kStopRule;
    case verify::Outcome::not_comparable:
    case verify::Outcome::could_not_check:
      return kNotComparable;
  }
  return kInternal;
}

verify::Options options_of(const VerifyArguments& arguments, const config::Config& config,
                           const plan::Plan& plan) {
  verify::Options options;
  options.mode = arguments.target_only ? verify::Mode::target_only : verify::Mode::full;
  options.readers = config.limits.readers;
  options.tables = arguments.tables;
  options.max_listed = arguments.list;
  options.record = !arguments.dry_run;
  options.stall_after = os::test_duration("SLUICE_STALL_AFTER_MS", waits::kStallAfter);
  for (const plan::TablePlan& table : plan.tables) {
    options.quarantine_limits[table.number] = quarantine_limit(config, table);
  }
  return options;
}

/// A manifest is of the whole, or it is none.
void refuse_manifest_of_a_part(const VerifyArguments& arguments, Console& console) {
  const bool is_part = arguments.target_only || !arguments.tables.empty();
  if (arguments.manifest.empty() || !is_part) return;
  console.error(fmt::format("--manifest and {} do not go together",
                            arguments.target_only ? "--target" : "--table"),
                "a manifest says that everything was compared: leave the other option out");
  throw Exit{kUsage};
}

void say_of_manifest(const verify::VerifyReport& report, Console& console) {
  if (report.manifest) {
    console.note(
        fmt::format("manifest {}, SHA-256 {}", report.manifest->file, report.manifest->sha256));
    console.note(fmt::format("its proof {} names {}", report.manifest->proof_file,
                             model::rows_text(report.manifest->entries)));
  } else if (!report.no_manifest.empty()) {
    console.note("no manifest is written: " + report.no_manifest);
  }
}

void refuse_unfinished(const VerifyArguments& arguments, const ledger::Run& run, Console& console) {
  // A run that paused because of one table has the others whole.
  if (run.state == ledger::RunState::finished || run.stage == "checking") return;
  console.error(fmt::format("run {} is {}, {}: there is nothing whole to verify yet", run.id,
                            ledger::to_string(run.state), run.stage),
                fmt::format("{} shows what is missing; {} goes on",
                            command_line(words_on_run("status", arguments.config, arguments.run)),
                            command_line({"copy", "--config", arguments.config})));
  throw Exit{kNotComparable};
}

/// What is verified is what the ledger says: it must be what was written there. Returns the number
/// of the newest event.
std::int64_t refuse_broken_chain(db::SqlSession& ledger, const ledger::Run& run, Console& console) {
  const std::vector<ledger::Event> events = ledger::events(ledger, run.id);
  const auto broken = ledger::broken_link(run.id, events);
  if (!events.empty() && !broken) return events.back().number;
  console.error(
      events.empty()
          ? fmt::format("run {} has no events: somebody has removed them", run.id)
          : fmt::format("event {} of run {} does not follow from the events before it: somebody "
                        "has changed or removed events",
                        broken->number, run.id),
      "what the ledger says of this run cannot be trusted: find out who wrote to schema sluice of "
      "the target, and copy anew with --new-run");
  throw Exit{kStopRule};
}

void say_next(const VerifyArguments& arguments, verify::Outcome outcome, bool is_written,
              Console& console) {
  if (is_written) {
    console.next({"manifest", "show", arguments.manifest});
  } else if (outcome == verify::Outcome::equal_except_quarantined) {
    console.next(words_on_run("quarantine", arguments.config, arguments.run));
  } else if (arguments.target_only) {
    console.next(words_on_run("verify", arguments.config, arguments.run));
  } else {
    console.next(words_on_run("status", arguments.config, arguments.run));
  }
}

/// Who ended a verification, and the exit that follows. A stop of the run lets others begin: they
/// only look.
[[noreturn]] void explain_end(const VerifyArguments& arguments, const ledger::Run& run,
                              const StopSources& sources, const os::SignalStop& signals,
                              const model::Error& error, Console& console) {
  const auto stop = sources.heard();
  if (stop && stop->by_file.empty()) {
    throw Exit{report_person_stop(run.id, *stop, arguments.config, console)};
  }
  if (stop) {
    console.error("the verification was stopped by " + ledger::to_text(*stop),
                  "when it is settled, take the file away and start again");
    throw Exit{kStopRule};
  }
  if (signals.signal() == 0) throw error;
  console.error(error);
  constexpr int kSignalBase = 128;
  throw Exit{kSignalBase + signals.signal()};
}

/// With progress, and an exit of its own where a signal or a person ends it.
verify::VerifyReport verify_shown(const VerifyArguments& arguments, const plan::Plan& plan,
                                  const ledger::Run& run, const config::Config& config,
                                  const verify::Options& options, std::int64_t last_event,
                                  Console& console) {
  os::SignalStop signals(
      last_word(command_line(words_on_run("verify", arguments.config, arguments.run))), kPatience);
  std::atomic<bool> is_watched = true;
  const StopSources sources(
      {plan::held_to(plan.target, config.target), run.id, last_event, arguments.stop_file}, signals,
      [&](const std::string& /*why*/) {
        is_watched = false;
        signals.request(kConnection);
      });
  VerifyDisplay display(console);
  try {
    return verify::verify_tables(
        plan, run, config.source, config.target, options,
        {[&display](const verify::Progress& progress) { display.show(progress); },
         [&display](const std::optional<waits::Stall>& stall) { display.show(stall); }},
        signals.token());
  } catch (const model::Error& error) {
    if (is_watched) explain_end(arguments, run, sources, signals, error, console);
    throw model::Error(model::ErrorKind::connection,
                       "the target does not answer any more whether somebody has stopped the run",
                       "see whether the server can be reached, then start again");
  }
}

int run_verify(const VerifyArguments& arguments, Console& console) {
  refuse_manifest_of_a_part(arguments, console);
  // What people wrote says where both servers are.
  ReadConfig config = read_config(arguments.config, console);
  config.config.operator_name = operator_of(config.config, arguments.operator_name);
  const auto ledger = open_ledger(ledger_of(config.config), console);
  // The run that was asked for, else the newest; and the plan that it was made with.
  const ledger::Run run = choose_run(*ledger, ledger_of(config.config), arguments.run, console);
  const plan::Plan plan = plan_of(*ledger, run);
  refuse_unfinished(arguments, run, console);
  const std::int64_t last_event = refuse_broken_chain(*ledger, run, console);
  refuse_stop_file(arguments.stop_file, console);
  verify::Options options = options_of(arguments, config.config, plan);
  if (!arguments.manifest.empty()) {
    if (!arguments.dry_run) {
      require_admitted(InForce::load(config.config, console), plan::held_to(plan, config.config),
                       config.config.operator_name, Agreement::not_needed, console);
    }
    auto request = manifest_request(arguments.manifest, config.config, plan,
                                    rehearsals(*ledger, run.name), console);
    if (!arguments.dry_run) options.manifest = std::move(request);
  }
  // From here on both sides are read, each at one point in time. Nothing but the result is written.
  const verify::VerifyReport report =
      verify_shown(arguments, plan, run, config.config, options, last_event, console);
  console.json() ? console.print(verify::to_json(report)) : console.show(verify::to_text(report));
  if (arguments.dry_run) {
    console.note(arguments.manifest.empty()
                     ? "a dry run: the result is not recorded"
                     : "a dry run: the result is not recorded, and no manifest is written");
  }
  say_of_manifest(report, console);
  say_next(arguments, report.outcome, report.manifest.has_value(), console);
  return exit_code_of(report.outcome);
}

}  // namespace

Run declare_verify(CLI::App& app) {
  const auto arguments = std::make_shared<VerifyArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--stop-file", arguments->stop_file,
                 "stop as soon as a file is there; its first line says why");
  app.add_flag("--target", arguments->target_only,
               "re-read the target only, against the digests of the copy: quick, proves less");
  app.add_flag("--dry-run", arguments->dry_run,
               "check everything, but do not record the result in the ledger");
  app.add_option("--table", arguments->tables,
                 "schema.table of source or target; may be given more than once");
  app.add_option("--manifest", arguments->manifest,
                 "write what was proved to this file, for people to sign");
  app.add_option("--operator", arguments->operator_name,
                 "with --manifest: the person who runs this, whom it will name");
  app.add_option("--list", arguments->list, "differences that are listed for a table")
      ->check(CLI::Range(0, kMaxListed));
  return [arguments](Console& console) { return run_verify(*arguments, console); };
}

}  // namespace sluice::cli
