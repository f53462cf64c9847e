#include "cli/copy_report.h"

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "cli/account_text.h"
#include "cli/copy_json.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

void print_failed(const copy::RunContext& run, const copy::CopyResult& result, Console& console) {
  for (const ledger::RunTable& table : result.tables) {
    if (table.state != ledger::TableState::failed) continue;
    console.error(
        fmt::format("{} failed: {}", run.table(table.number).source.text(), table.reason));
  }
}

void note_unseen_counters(const copy::CopyResult& result, Console& console) {
  if (result.unseen_counters.empty()) return;
  console.note(fmt::format(
      "where {} of the source's sequences stand could not be seen ({}): numbers go on behind the "
      "highest in use; sluice grants has what a role needs to see them",
      result.unseen_counters.size(), result.unseen_counters.front().text()));
}

void note_left_out(const plan::Plan& plan, const std::vector<ledger::LeftOutIndex>& left_out,
                   Console& console) {
  for (const ledger::LeftOutIndex& index : left_out) {
    const plan::TablePlan& table = plan.tables[static_cast<std::size_t>(index.table_no - 1)];
    console.error(fmt::format("{} has no index {}, every row is there all the same: {}",
                              table.target.text(), index.name, index.reason),
                  "a hash index takes values of any length, and so does one on their beginnings: "
                  "CREATE INDEX ... USING hash (...), CREATE INDEX ... (left(..., 500))");
  }
}

/// The answer in JSON, with the accounts as the ledger has them now.
void print_json(const plan::Plan& plan, const ledger::Run& run, db::SqlSession& ledger,
                std::string_view outcome, std::string_view reason, Console& console) {
  if (!console.json()) return;
  console.print(
      copy_json(plan, run,
                {outcome, std::string(reason), ledger::accounts(ledger, run.id, plan.digest), "",
                 ledger::left_out_indexes(ledger, run.id)}));
}

std::uint64_t open_rows(const copy::CopyResult& result) {
  std::uint64_t open = 0;
  for (const ledger::Account& account : result.accounts) open += account.all_open();
  return open;
}

/// What a person does about the reason before the run goes on.
std::string way_on(model::ErrorKind kind, const std::string& config) {
  std::string go_on = "everything that was committed stays, and the same command goes on from here";
  switch (kind) {
    case model::ErrorKind::stop_rule:
      return fmt::format(
          "decide about the rows (sluice quarantine), or raise \"quarantine_limit\" of the table, "
          "or \"quarantine_rows\", in {}: limits may change within a run, unless people signed its "
          "plan, which is for the config as it was; {}",
          config, go_on);
    case model::ErrorKind::storage:
      return fmt::format(
          "make room on the target's disk, or lower \"min_free_bytes\" in {} (not "
          "where people signed the plan: it is for the config as it was); {}",
          config, go_on);
    default:
      return go_on;
  }
}

Words next_after(const copy::CopyResult& result, const CopyArguments& arguments) {
  if (result.tables_failed || !result.unjoined.empty())
    return {"status", "--config", arguments.config};
  // What is in the ledger and what is in the tables differ: reading both again names the rows.
  if (!result.accounts_close) return {"verify", "--config", arguments.config};
  if (open_rows(result) > 0) return {"quarantine", "--config", arguments.config, "--group"};
  return {"verify", "--config", arguments.config};
}

/// A stop by a file becomes one of the ledger, once for all processes that have seen the file.
ledger::Stop put_on_record(const ledger::Stop& stop, const copy::RunContext& run,
                           db::SqlSession& ledger) {
  if (const auto other = ledger::stop_after(ledger, run.run.id, run.start_event)) return *other;
  ledger::Stop recorded = stop;
  recorded.by.database_role = ledger::actor_of(ledger).database_role;
  return ledger::record_stop_request(ledger, run.run.id, recorded);
}

}  // namespace

int report_finished(const copy::Start& start, const plan::Plan& plan,
                    const CopyArguments& arguments, Console& console) {
  const ledger::Run& run = start.run;
  print_json(plan, run, *start.control, "finished_before", "", console);
  console.note(fmt::format("run {} finished at {}; nothing to do", run.id, run.ended_at));
  note_left_out(plan, ledger::left_out_indexes(*start.control, run.id), console);
  console.next({"verify", "--config", arguments.config});
  return kDone;
}

int report_joined(const copy::RunContext& run, db::SqlSession& ledger,
                  const CopyArguments& arguments, Console& console) {
  ledger::end_process(ledger, run.process_id);
  print_json(run.plan, run.run, ledger, "helped", "", console);
  const std::string done = fmt::format("nothing is left to copy in run {}", run.run.id);
  const ledger::RunState state = ledger::find_run(ledger, run.run.id).value().state;
  if (state == ledger::RunState::running) {
    console.note(done + "; the process that was there first builds the indexes, if it lives");
    console.next({"status", "--config", arguments.config});
  } else if (state == ledger::RunState::finished) {
    console.note(done + ", which is finished");
    console.next({"verify", "--config", arguments.config});
  } else {
    console.note(fmt::format("{}, which is {}: nobody builds the indexes until it goes on", done,
                             ledger::to_string(state)));
    console.next({"copy", "--config", arguments.config});
  }
  return kDone;
}

copy::StopReason::Why StopOnRequest::why(const StopSources& sources) {
  if (const auto stop = sources.heard()) {
    return {model::ErrorKind::interrupted, "by " + ledger::to_text(*stop), true};
  }
  return {model::ErrorKind::interrupted, "stopped by a signal"};
}

int report_stop(const copy::RunContext& run, db::SqlSession& ledger, const HeardStop& heard,
                const CopyArguments& arguments, Console& console) {
  const copy::StopReason::Why& why = heard.why;
  std::optional<ledger::Stop> person = why.by_person ? heard.by_person : std::nullopt;
  if (person && person->event == 0) person = put_on_record(*person, run, ledger);
  copy::record_stop(run, ledger, why);
  const bool is_stopped = why.kind == model::ErrorKind::interrupted;
  print_json(run.plan, run.run, ledger, is_stopped ? "stopped" : "paused", why.text, console);
  if (person) return report_person_stop(run.run.id, *person, arguments.config, console);
  console.error(fmt::format("run {} stopped: {}", run.run.id, why.text),
                way_on(why.kind, arguments.config));
  console.next(why.kind == model::ErrorKind::stop_rule
                   ? Words{"quarantine", "--config", arguments.config, "--group"}
                   : copy_words(arguments));
  if (!is_stopped) return exit_code_of(why.kind);
  constexpr int kSignalBase = 128;
  return kSignalBase + heard.signal;
}

int report_drift(const copy::RunContext& run, db::SqlSession& ledger,
                 const std::vector<std::string>& changes, const CopyArguments& arguments,
                 Console& console) {
  copy::record_stop(run, ledger, {model::ErrorKind::drift, changes.front()});
  print_json(run.plan, run.run, ledger, "drift", changes.front(), console);
  explain_drift(changes, arguments.config, console);
  return kDrift;
}

int report_copy(const copy::RunContext& run, const copy::CopyResult& result,
                const CopyArguments& arguments, Console& console) {
  if (console.json()) {
    console.print(
        copy_json(run.plan, run.run,
                  {result.is_good() ? "finished" : "paused", result.why(), result.accounts,
                   result.weaker_snapshot, result.left_out, result.unjoined}));
  } else {
    console.show(accounts_text(run.plan, result.accounts));
  }
  print_failed(run, result, console);
  if (!result.weaker_snapshot.empty()) {
    console.note("how the source was read: " + result.weaker_snapshot);
  }
  note_unseen_counters(result, console);
  note_left_out(run.plan, result.left_out, console);
  for (const std::string& why : result.unjoined) console.error(why);
  if (!result.unjoined.empty() && !result.tables_failed) {
    console.error("every table is whole, but not all of them are what they are to be to others",
                  fmt::format("mend the cause, then '{}' goes on with that",
                              command_line(copy_words(arguments))));
  }
  if (result.tables_failed) {
    console.error("tables failed; the others are whole",
                  fmt::format("mend the cause, then '{}' goes on with the failed ones",
                              command_line(copy_words(arguments))));
  }
  console.next(next_after(result, arguments));
  return result.is_good() ? kDone : kStopRule;
}

}  // namespace sluice::cli
