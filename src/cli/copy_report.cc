#include "cli/copy_report.h"

#include <fmt/format.h>

#include "sluice/codec/columns.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"

#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kNameColumns = 28;

std::string account_line(const plan::TablePlan& table, const ledger::Account& account) {
  std::string line = fmt::format("{} {:>11} {:>11} {:>7} {:>8} {:>7}",
                                 codec::cell(escaped(table.target.table), kNameColumns),
                                 account.read.count(), account.arrived(), account.open,
                                 account.filtered.count(), account.existing.count());
  return line + (account.closes() ? "\n" : "  does not close\n");
}

void print_accounts(const copy::RunContext& run, const copy::CopyResult& result, Console& console) {
  console.print(fmt::format("{:<{}} {:>11} {:>11} {:>7} {:>8} {:>7}\n", "table", kNameColumns,
                            "source", "arrived", "quarant", "filtered", "kept"));
  for (const ledger::Account& account : result.accounts) {
    console.show(account_line(run.table(account.table_no), account));
  }
  for (const ledger::RunTable& table : result.tables) {
    if (table.state != ledger::TableState::failed) continue;
    console.error(
        fmt::format("{} failed: {}", run.table(table.number).source.text(), table.reason));
  }
}

void put_account(codec::JsonWriter& json, const plan::TablePlan& table,
                 const ledger::Account& account) {
  json.begin_object();
  json.member("source", table.source.text());
  json.member("target", table.target.text());
  json.member("side", table.side.text());
  json.member("rows_read", account.read.count());
  json.member("arrived", account.arrived());
  json.member("decided", account.decided);
  json.member("quarantined", account.open);
  json.member("left_behind", account.left_behind);
  json.member("filtered", account.filtered.count());
  json.member("kept", account.existing.count());
  json.member("bytes", account.bytes);
  json.member("batches", account.batches);
  json.member("closes", account.closes());
  json.end_object();
}

std::string to_json(const copy::RunContext& run, const copy::CopyResult& result) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.copy/1");
  json.member("run", run.run.id);
  json.member("plan_sha256", run.run.plan_sha256);
  json.member("finished", result.is_good());
  if (!result.weaker_snapshot.empty()) json.member("weaker_snapshot", result.weaker_snapshot);
  json.key("tables").begin_array();
  for (const ledger::Account& account : result.accounts) {
    put_account(json, run.table(account.table_no), account);
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::uint64_t open_rows(const copy::CopyResult& result) {
  std::uint64_t open = 0;
  for (const ledger::Account& account : result.accounts) open += account.open;
  return open;
}

/// What a person does about the reason before the run goes on.
std::string way_on(model::ErrorKind kind, const std::string& config) {
  std::string go_on = "everything that was committed stays, and the same command goes on from here";
  switch (kind) {
    case model::ErrorKind::stop_rule:
      return fmt::format(
          "decide about the rows (sluice quarantine), or raise \"quarantine_limit\" of the table, "
          "or "
          "\"quarantine_rows\", in {}: limits may change within a run; {}",
          config, go_on);
    case model::ErrorKind::storage:
      return fmt::format("make room on the target's disk, or lower \"min_free_bytes\" in {}; {}",
                         config, go_on);
    default:
      return go_on;
  }
}

Words next_after(const copy::CopyResult& result, const CopyArguments& arguments) {
  if (!result.is_good()) return {"status", "--config", arguments.config};
  if (open_rows(result) > 0) return {"quarantine", "--config", arguments.config, "--group"};
  return {"verify", "--config", arguments.config};
}

}  // namespace

int report_finished(const ledger::Run& run, const CopyArguments& arguments, Console& console) {
  console.note(fmt::format("run {} finished at {}; nothing to do", run.id, run.ended_at));
  console.next({"verify", "--config", arguments.config});
  return kDone;
}

int report_joined(const copy::RunContext& run, db::SqlSession& ledger,
                  const CopyArguments& arguments, Console& console) {
  ledger::end_process(ledger, run.process_id);
  console.note(
      fmt::format("nothing is left to copy in run {}; the process that was there first "
                  "builds the indexes",
                  run.run.id));
  console.next({"status", "--config", arguments.config});
  return kDone;
}

int report_stop(const copy::RunContext& run, db::SqlSession& ledger,
                const copy::StopReason::Why& why, const os::SignalStop& signals,
                const CopyArguments& arguments, Console& console) {
  copy::record_stop(run, ledger, why);
  console.error(fmt::format("run {} stopped: {}", run.run.id, why.text),
                way_on(why.kind, arguments.config));
  console.next(why.kind == model::ErrorKind::stop_rule
                   ? Words{"quarantine", "--config", arguments.config, "--group"}
                   : copy_words(arguments));
  if (why.kind != model::ErrorKind::interrupted) return exit_code_of(why.kind);
  constexpr int kSignalBase = 128;
  return kSignalBase + signals.signal();
}

int report_drift(const copy::RunContext& run, db::SqlSession& ledger,
                 const std::vector<std::string>& changes, const CopyArguments& arguments,
                 Console& console) {
  copy::record_stop(run, ledger, {model::ErrorKind::drift, changes.front()});
  explain_drift(changes, arguments.config, console);
  return kDrift;
}

int report_copy(const copy::RunContext& run, const copy::CopyResult& result,
                const CopyArguments& arguments, Console& console) {
  if (console.json()) {
    console.print(to_json(run, result));
  } else {
    print_accounts(run, result, console);
  }
  if (!result.weaker_snapshot.empty()) {
    console.note("how the source was read: " + result.weaker_snapshot);
  }
  if (result.tables_failed) {
    console.error("tables failed; the others are whole",
                  fmt::format("mend the cause, then '{}' copies the failed ones anew",
                              command_line(copy_words(arguments))));
  }
  console.next(next_after(result, arguments));
  return result.is_good() ? kDone : kStopRule;
}

}  // namespace sluice::cli
