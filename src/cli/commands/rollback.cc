#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/loss.h"
#include "sluice/cutover/lost_archive.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/new_file.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/old_side.h"
#include "cli/run_choice.h"
#include "cli/swap_approval.h"
#include "cli/swap_report.h"
#include "cli/swap_start.h"

namespace sluice::cli {
namespace {

struct RollbackArguments : SwapArguments {
  DocumentFiles files;
  std::string thaw_with;
  std::string archive;
  int lock_timeout_ms = 3000;
  int retries = cutover::Patience().retries;
  std::uint64_t losing = 0;
};

cutover::Patience patience_of(const RollbackArguments& arguments) {
  cutover::Patience patience;
  patience.lock_timeout = std::chrono::milliseconds(arguments.lock_timeout_ms);
  patience.retries = arguments.retries;
  return patience;
}

/// Of this rollback and of earlier ones: whatever is in no archive yet.
std::optional<cutover::LostArchive> archive_rest(const SwapStart& start,
                                                 const RollbackArguments& arguments) {
  auto tables = cutover::not_archived(ledger::events(*start.session, start.run().id));
  if (arguments.archive.empty() || tables.empty()) return std::nullopt;
  return cutover::archive_lost(*start.session, start.target, start.request, std::move(tables),
                               arguments.archive);
}

/// It is back, whatever becomes of this.
std::optional<cutover::LostArchive> archive_after(const SwapStart& start,
                                                  const cutover::Result& result,
                                                  const RollbackArguments& arguments,
                                                  Console& console) {
  if (result.kind != cutover::Result::Kind::done || result.written.empty()) return std::nullopt;
  Words again = words_on_run("rollback", arguments.config, arguments.run);
  again.insert(again.end(), {"--archive", "DIR"});
  try {
    auto archive = archive_rest(start, arguments);
    if (!archive && arguments.archive.empty()) {
      console.note("what was put aside is in no archive yet: " + command_line(again));
    }
    return archive;
  } catch (const model::Error&) {
    console.error("it is rolled back, and the rows that were put aside are in no archive yet",
                  command_line(again));
    throw;
  }
}

/// Of a run that is not cut over: what earlier rollbacks put aside.
int archive_only(const SwapStart& start, const RollbackArguments& arguments, Console& console) {
  const auto archive = archive_rest(start, arguments);
  if (!archive) {
    console.error(
        fmt::format("run {} is not cut over, and no rows are left to be archived", start.run().id),
        "sluice status says where it stands");
    throw Exit{kUsage};
  }
  const Words next = words_on_run("status", arguments.config, arguments.run);
  const cutover::Swap nothing;
  const cutover::Result done;
  console.json() ? console.print(to_json({"archive", start.run().id, &nothing, &done, "", archive},
                                         command_line(next)))
                 : console.show(archive_text(*archive));
  console.next(next);
  return kDone;
}

/// Before anything is changed.
void refuse_used_folder(const RollbackArguments& arguments, Console& console) {
  if (arguments.archive.empty() || !os::is_there(arguments.archive + "/archive.json")) return;
  console.error(arguments.archive + " holds an archive already", "name another folder");
  throw Exit{kUsage};
}

cutover::Cut require_cut(db::SqlSession& ledger, const ledger::Run& run, Console& console) {
  auto cut = cutover::standing_cut(ledger::events(ledger, run.id));
  if (cut) return *std::move(cut);
  console.error(fmt::format("run {} is not cut over: there is nothing to roll back", run.id),
                "sluice status says where it stands");
  throw Exit{kUsage};
}

int print_dry_run(const SwapStart& start, const cutover::Cut& cut,
                  const RollbackArguments& arguments, Console& console) {
  db::SqlSession& session = *start.session;
  const cutover::Swap swap = cutover::read_rollback(session, cut, start.run().id);
  cutover::Result result;
  result.findings = cutover::check_identity(session, cut);
  for (auto& finding : cutover::findings_of(swap)) result.findings.push_back(std::move(finding));
  const bool is_refused = model::has_errors(result.findings);
  if (is_refused) {
    result.kind = cutover::Result::Kind::refused;
  } else {
    result.written = cutover::written_since(session, start.plan(), cut);
  }
  const SwapReport report{"rollback", start.run().id, &swap, &result, ""};
  if (console.json()) {
    console.print(to_json(report, ""));
    return is_refused ? exit_code_of(result) : kDone;
  }
  console.print(cutover::script_of(swap, patience_of(arguments)));
  const std::uint64_t lost = cutover::changes(result.written);
  console.print(fmt::format("-- row changes since the cutover, which would be lost: {}\n", lost));
  static_cast<void>(console.findings(result.findings));
  Words next = words_on_run("rollback", arguments.config, arguments.run);
  if (lost > 0) next.insert(next.end(), {"--losing", std::to_string(lost)});
  console.next_in_sql(next);
  return is_refused ? exit_code_of(result) : kDone;
}

/// Writes what people sign; nothing is changed yet.
int propose(const SwapStart& start, const cutover::Cut& cut, const RollbackArguments& arguments,
            Console& console) {
  const cutover::Loss loss = cutover::loss_of(*start.session, start.request, cut);
  if (loss.changes == 0 && loss.retired.begun == 0) {
    console.error(
        "this rollback loses nothing: nobody has to sign for it",
        command_line(words_on_run("rollback", arguments.config, start.run().id)) + " does it");
    throw Exit{kUsage};
  }
  std::string sha256;
  if (!arguments.dry_run) sha256 = propose_loss(start, loss, arguments.files.propose);
  console.json() ? console.print(loss_json(loss, arguments.files.propose, sha256))
                 : console.show(loss_text(loss));
  console.next({"approve", arguments.files.propose, "--config", arguments.config});
  return kDone;
}

/// It is back, whatever becomes of this.
void thaw_after(const SwapStart& start, const cutover::Result& result,
                const RollbackArguments& arguments, Console& console) {
  if (result.kind != cutover::Result::Kind::done) return;
  const std::string undo =
      command_line(words_on_run("freeze", arguments.config, arguments.run)) + " --undo --with URL";
  if (arguments.thaw_with.empty()) {
    if (!cutover::is_frozen(ledger::events(*start.session, start.run().id))) return;
    console.note("the source is still read-only; the way to write there again: " + undo);
    return;
  }
  try {
    thaw_old_side(old_side_run(start, arguments), arguments.thaw_with, "--thaw-with");
  } catch (const model::Error&) {
    console.error("it is rolled back, and the source is still read-only", undo);
    throw;
  }
}

int roll_back(SwapStart& start, const RollbackArguments& arguments, Console& console) {
  check_files(arguments.files, start, console);
  refuse_used_folder(arguments, console);
  const bool is_cut_over =
      cutover::standing_cut(ledger::events(*start.session, start.run().id)).has_value();
  if (!is_cut_over && !arguments.archive.empty() && !arguments.dry_run) {
    return archive_only(start, arguments, console);
  }
  // A stop does not stand against it: this is the way back.
  const cutover::Cut cut = require_cut(*start.session, start.run(), console);
  if (!arguments.files.propose.empty()) return propose(start, cut, arguments, console);
  if (arguments.dry_run) return print_dry_run(start, cut, arguments, console);
  auto agreed = approve_loss(start, cut, arguments.files.approved, arguments.losing, console);
  const cutover::Swap swap = cutover::read_rollback(*start.session, cut, start.run().id);
  cutover::RollbackOptions options{patience_of(arguments), agreed ? agreed->evidence : ""};
  std::optional<approve::Approved<cutover::Loss>> loss;
  if (agreed) loss.emplace(std::move(agreed->what));
  const cutover::Result result =
      cutover::roll_back(start.request, loss, *start.session, start.reopen(), cut, options);
  const bool is_done = result.kind == cutover::Result::Kind::done;
  if (is_done) start.require_session("it is rolled back", console);
  thaw_after(start, result, arguments, console);
  auto archive = archive_after(start, result, arguments, console);
  const SwapReport report{"rollback", start.run().id, &swap, &result, "", std::move(archive)};
  const Words next = words_on_run("status", arguments.config, arguments.run);
  console.json() ? console.print(to_json(report, command_line(next))) : show(report, console);
  console.next(next);
  return exit_code_of(result);
}

int run_rollback(const RollbackArguments& arguments, Console& console) {
  if (!arguments.thaw_with.empty()) {
    static_cast<void>(endpoint_of_url(arguments.thaw_with, "source", "--thaw-with"));
  }
  SwapStart start = start_swap(arguments, plan_at_start, console);
  return unless_locked(start, console, [&] { return roll_back(start, arguments, console); });
}

}  // namespace

Run declare_rollback(CLI::App& app) {
  const auto arguments = std::make_shared<RollbackArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--run", arguments->run, "a run's id; without it, the newest of this config");
  app.add_option("--operator", arguments->operator_name, "the person who runs this");
  app.add_option("--lock-timeout", arguments->lock_timeout_ms,
                 "milliseconds to wait for the first lock, each time")
      ->check(CLI::Range(1, 3'600'000));
  app.add_option("--retries", arguments->retries, "how often to try again where locks are held")
      ->check(CLI::Range(0, 10'000));
  app.add_option("--losing", arguments->losing,
                 "row changes since the cutover that may be lost: the exact number");
  app.add_option("--propose", arguments->files.propose,
                 "write what would be lost, for people to sign; change nothing");
  app.add_option("--approved", arguments->files.approved, "the document that they signed");
  app.add_option("--archive", arguments->archive,
                 "folder to be made: archive the rows that are taken from applications");
  app.add_option("--thaw-with", arguments->thaw_with,
                 "URL of the source, as a role that then lets it be written to again");
  app.add_flag("--dry-run", arguments->dry_run,
               "print the SQL and count what would be lost, change nothing");
  return [arguments](Console& console) { return run_rollback(*arguments, console); };
}

}  // namespace sluice::cli
