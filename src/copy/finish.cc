#include "sluice/copy/finish.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/db/source.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"

namespace sluice::copy {
namespace {

using ledger::RunState;

/// Within the transaction that changes the state: the one is never there without the other.
void append(db::SqlSession& ledger, const RunContext& run, const char* kind,
            const std::string& reason, std::string_view cause = {}) {
  codec::JsonWriter body;
  body.begin_object();
  if (!cause.empty()) body.member("cause", cause);
  body.member("process", run.process_id);
  body.member("reason", reason);
  body.end_object();
  ledger::append_event_within(ledger, run.run.id, kind, body.take());
  SLUICE_KILL_POINT("before_state_commit");
}

/// What status goes by when it says what comes next. DO NOT CHANGE: the words stand in ledgers.
std::string_view cause_of(model::ErrorKind kind) noexcept {
  switch (kind) {
    case model::ErrorKind::stop_rule:
      return "limit";
    case model::ErrorKind::storage:
      return "storage";
    case model::ErrorKind::drift:
      return "drift";
    default:
      return "";
  }
}

/// The same for a run that came to its end; where tables failed or an account does not close, they
/// say so themselves.
std::string_view cause_of(const CopyResult& result) noexcept {
  const bool is_whole = !result.tables_failed && result.accounts_close;
  return is_whole && !result.unjoined.empty() ? "unjoined" : "";
}

RunState state_after(model::ErrorKind kind) noexcept {
  return kind == model::ErrorKind::interrupted ? RunState::stopped : RunState::paused;
}

/// Rows that were never read stand on neither side of an account: only the ranges know of them.
void require_all_copied(const RunContext& run, db::SqlSession& ledger) {
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    if (table.state != ledger::TableState::pending) continue;
    throw model::Error(model::ErrorKind::locked,
                       fmt::format("{} has ranges that nobody has finished",
                                   run.table(table.number).source.text()),
                       "start the same command again: it goes on with them");
  }
}

/// Of the points in time of the source that rows of the side tables are from, one that is no real
/// one: the newest where there are several.
std::string weaker_snapshot(const RunContext& run, db::SqlSession& ledger) {
  const std::set<int> used =
      ledger::snapshots_of_batches(ledger, run.run.id, ledger::Origin::source);
  std::string weaker;
  for (const ledger::Snapshot& snapshot : ledger::snapshots(ledger, run.run.id)) {
    if (!used.contains(snapshot.number) || snapshot.label.starts_with(db::kOnePointInTime)) {
      continue;
    }
    weaker = snapshot.label;
  }
  return weaker;
}

}  // namespace

CopyResult finish_run(const RunContext& run, db::SqlSession& ledger,
                      std::vector<std::string> unjoined) {
  CopyResult result;
  result.unjoined = std::move(unjoined);
  result.accounts = ledger::accounts(ledger, run.run.id, run.plan.digest);
  result.tables = ledger::run_tables(ledger, run.run.id);
  result.unseen_counters = ledger::unseen_counters(ledger, run.run.id);
  result.left_out = ledger::left_out_indexes(ledger, run.run.id);
  result.weaker_snapshot = weaker_snapshot(run, ledger);
  for (const ledger::Account& account : result.accounts) result.accounts_close &= account.closes();
  for (const ledger::RunTable& table : result.tables) {
    result.tables_failed |= table.state == ledger::TableState::failed;
  }
  db::flush_commits(ledger);
  const std::string why = result.why();
  ledger.begin();
  require_current(ledger, run);
  ledger::set_run_stage(ledger, run.run.id, result.is_good() ? "done" : "checking");
  ledger::set_run_state(ledger, run.run.id,
                        result.is_good() ? RunState::finished : RunState::paused, why);
  append(ledger, run, result.is_good() ? "run-finished" : "run-paused", why, cause_of(result));
  ledger.commit();
  SLUICE_KILL_POINT("after_state_commit");
  ledger::end_process(ledger, run.process_id);
  return result;
}

void finish_copying(const RunContext& run, db::SqlSession& ledger) {
  ledger.begin();
  require_current(ledger, run);
  ledger::mark_copied(ledger, run.run.id);
  require_all_copied(run, ledger);
  ledger::set_run_stage(ledger, run.run.id, "building");
  SLUICE_KILL_POINT("before_copied_commit");
  ledger.commit();
  SLUICE_KILL_POINT("after_copied_commit");
}

void record_stop(const RunContext& run, db::SqlSession& ledger, const StopReason::Why& why) {
  const RunState state = state_after(why.kind);
  // A person stops the whole run, whichever of its processes hears it first.
  const bool leaves = run.joined && state == RunState::stopped && !why.by_person;
  ledger.begin();
  require_current(ledger, run);
  if (!leaves) ledger::set_run_state(ledger, run.run.id, state, why.text);
  append(ledger, run,
         leaves                       ? "process-left"
         : state == RunState::stopped ? "run-stopped"
                                      : "run-paused",
         why.text, cause_of(why.kind));
  ledger.commit();
  ledger::end_process(ledger, run.process_id);
}

model::Error record_failure(const RunContext& run, const model::Error& error) {
  try {
    // The run's own session may be what failed.
    const auto session = db::open_session(run.target, db::Purpose::target);
    session->begin();
    require_current(*session, run);
    if (!run.joined) {
      ledger::set_run_state(*session, run.run.id, RunState::failed, error.what());
    }
    append(*session, run, run.joined ? "process-failed" : "run-failed", error.what());
    session->commit();
    ledger::end_process(*session, run.process_id);
  } catch (const model::Error& second) {
    if (second.kind() == model::ErrorKind::locked) return second;
    // Otherwise the target is out of reach; the ledger keeps what it has.
  }
  return error;
}

}  // namespace sluice::copy
