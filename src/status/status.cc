#include "sluice/status/status.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/plan/plan.h"

namespace sluice::status {
namespace {

TableStatus table_status(const plan::TablePlan& table, const std::vector<ledger::RunTable>& states,
                         const std::vector<ledger::Account>& accounts) {
  TableStatus status;
  status.number = table.number;
  status.source = table.source.text();
  status.target = table.target.text();
  for (const ledger::RunTable& state : states) {
    if (state.number != table.number) continue;
    status.state = state.state;
    status.reason = state.reason;
    status.estimated_rows = state.estimated_rows;
    status.estimated_bytes = state.estimated_bytes;
  }
  for (const ledger::Account& account : accounts) {
    if (account.table_no != table.number) continue;
    status.rows_read = account.read.count();
    status.rows_arrived = account.arrived();
    status.decided = account.decided;
    status.kept = account.existing.count();
    status.bytes = account.bytes;
    status.quarantined = account.all_open();
    status.left_behind = account.all_left_behind();
    status.filtered = account.filtered.count();
    status.closes = account.closes();
  }
  return status;
}

/// After a verification that found no difference.
void advise_equal(RunStatus& status, const std::string& mode) {
  if (mode != "full") {
    status.advice = mode.ends_with("_in_part") ? "copied; some tables were verified"
                                               : "copied; the target holds what was written";
    status.next_verb = "verify";
  } else if (status.total().quarantined > 0) {
    status.advice = "copied and verified, but for the rows in quarantine";
    status.next_verb = "quarantine";
  } else if (status.total().left_behind > 0) {
    status.advice = "copied and verified, but for rows that people decided to leave behind";
    status.next_verb = "quarantine";
    status.next_options = {"--decided"};
  } else if (std::ranges::any_of(status.tables, [](const TableStatus& table) {
               return table.state == ledger::TableState::ready;
             })) {
    status.advice = "copied and verified: ready to go live";
    status.next_verb = "cutover";
  } else {
    status.advice = "copied and verified: nothing is left to do";
  }
}

/// Of a run that is live: what leads back by now, in words that leave room for the time.
std::string way_back(const RunStatus& status) {
  if (status.retire == "retire-finished") return "retired: sluice restore brings source rows back";
  if (!status.retire.empty()) return "its retire has begun: sluice restore goes back";
  return status.is_kept ? "sluice rollback is the way back"
                        : "its old tables were dropped: no way back";
}

/// Of a run that went live, whatever became of it since; false where it never did.
bool advise_swapped(RunStatus& status) {
  if (status.swap == "cutover") {
    status.advice = "live since " + status.swapped_at + "; " + way_back(status);
  } else if (status.swap == "rollback" && !status.retire.empty()) {
    status.advice = "rolled back " + status.swapped_at + "; as rows were retired, it stays so";
  } else if (status.swap == "rollback") {
    status.advice = "rolled back " + status.swapped_at + "; verified again, it can go live again";
    status.next_verb = "verify";
  } else if (status.swap == "discarded") {
    status.advice = "its tables were dropped " + status.swapped_at + "; copy --new-run begins anew";
  }
  return !status.swap.empty();
}

/// By the chain of events, in which each stands with what it did.
void read_swap(const std::vector<ledger::Event>& events, RunStatus& status) {
  const std::int64_t verified = status.last_verification ? status.last_verification->last_event : 0;
  for (const ledger::Event& event : events) {
    if (event.kind == "retire-begun" || event.kind == "retire-finished") status.retire = event.kind;
    const bool is_swap =
        event.kind == "cutover" || event.kind == "rollback" || event.kind == "discarded";
    if (!is_swap) continue;
    status.is_kept = event.kind == "cutover";
    // Old tables that were dropped leave the new ones live.
    if (event.kind == "discarded" && status.swap == "cutover") continue;
    const bool is_past =
        event.kind == "rollback" && event.number <= verified && status.retire.empty();
    status.swap = is_past ? "" : event.kind;
    status.swapped_at = is_past ? "" : event.at;
  }
}

/// A pause has one cause; what a person does about it depends on it.
void advise_paused(RunStatus& status) {
  const auto is_failed = [](const TableStatus& table) {
    return table.state == ledger::TableState::failed;
  };
  status.next_verb = "copy";
  if (status.pause == PauseCause::storage) {
    status.advice = "make room on the target's disk, or lower \"min_free_bytes\"; then it goes on";
  } else if (status.pause == PauseCause::drift) {
    status.advice = "put back what has changed, then it goes on; or begin anew with --new-run";
  } else if (std::ranges::any_of(status.tables, is_failed)) {
    status.advice = "tables failed: mend the cause, then it goes on with them";
  } else if (!status.total().closes) {
    status.advice = "an account does not add up: verify finds the rows";
    status.next_verb = "verify";
  } else if (status.pause == PauseCause::unjoined) {
    status.advice = "every table is whole: mend what keeps them from being joined, then it goes on";
  } else if (status.total().quarantined > 0) {
    status.advice = "a limit was crossed: decide about rows in quarantine, or raise the limit";
    status.next_verb = "quarantine";
  } else {
    status.advice = "a limit was crossed, and nothing stands against going on any more";
  }
}

PauseCause pause_cause(std::string_view cause) {
  if (cause == "limit") return PauseCause::limit;
  if (cause == "storage") return PauseCause::storage;
  if (cause == "unjoined") return PauseCause::unjoined;
  return cause == "drift" ? PauseCause::drift : PauseCause::unknown;
}

/// The cause that the first process of the last pause gave: others stop because it did.
PauseCause last_pause(const std::vector<ledger::Event>& events) {
  PauseCause cause = PauseCause::unknown;
  for (const ledger::Event& event : events) {
    if (event.kind == "run-resumed") cause = PauseCause::unknown;
    if (event.kind != "run-paused" || cause != PauseCause::unknown) continue;
    const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
    if (const auto* said = body.root().find("cause")) cause = pause_cause(said->as_string());
  }
  return cause;
}

/// Whether people decided about rows that the verification saw in quarantine. By number: a
/// verification ends long after it has looked at the ledger, and its times are another clock's.
bool decided_since(const std::vector<ledger::Event>& events,
                   const ledger::Verification& verification) {
  return std::ranges::any_of(events, [&verification](const ledger::Event& event) {
    return event.kind == "quarantine-decided" && event.number > verification.last_event;
  });
}

/// Whatever else there is to say of the run: nothing goes on while a person's stop is in force.
void advise_stopped(RunStatus& status) {
  if (status.is_held && status.run.state == ledger::RunState::running) {
    status.advice = "a person stops it: its processes end within seconds";
    status.next_verb = "status";
    return;
  }
  status.advice = "a person has stopped it; when that is settled, one who may continues it";
  status.next_verb = "continue";
}

void advise_finished(RunStatus& status) {
  const auto& verified = status.last_verification;
  if (verified && status.decided_since) {
    status.advice = "copied; rows were decided since the last verification";
    status.next_verb = "verify";
    return;
  }
  if (verified && verified->outcome.starts_with("equal")) {
    advise_equal(status, verified->mode);
    return;
  }
  status.next_verb = "verify";
  status.advice = !verified ? "copied, not verified yet"
                  : verified->outcome == "different"
                      ? "copied; the last verification found differences"
                      : "copied; the last verification could not tell";
}

}  // namespace

const char* TableStatus::state_word() const noexcept {
  const bool has_begun = state == ledger::TableState::pending && rows_read > 0;
  return has_begun ? "copying" : ledger::to_string(state);
}

TableStatus RunStatus::total() const {
  TableStatus total;
  for (const TableStatus& table : tables) {
    total.rows_read += table.rows_read;
    total.estimated_rows += table.estimated_rows;
    total.rows_arrived += table.rows_arrived;
    total.decided += table.decided;
    total.kept += table.kept;
    total.bytes += table.bytes;
    total.estimated_bytes += table.estimated_bytes;
    total.quarantined += table.quarantined;
    total.left_behind += table.left_behind;
    total.filtered += table.filtered;
    total.closes = total.closes && table.closes;
  }
  return total;
}

void advise(RunStatus& status) {
  status.next_verb.clear();
  status.next_options.clear();
  if (status.stop) return advise_stopped(status);
  switch (status.run.state) {
    case ledger::RunState::running:
      if (status.is_held) {
        status.advice = "under way";
        return;
      }
      status.advice = "nobody works on it: its process died without a word";
      break;
    case ledger::RunState::stopped:
      status.advice = "stopped; goes on where it was";
      break;
    case ledger::RunState::paused:
      advise_paused(status);
      return;
    case ledger::RunState::failed:
      status.advice = "ended by an error; goes on when its cause is gone";
      break;
    case ledger::RunState::finished:
      if (!advise_swapped(status)) advise_finished(status);
      return;
  }
  status.next_verb = "copy";
}

RunStatus read_status(db::SqlSession& session, const std::string& run_id) {
  const std::optional<ledger::Run> run = ledger::find_run(session, run_id);
  if (!run) {
    throw model::Error(model::ErrorKind::usage, fmt::format("the ledger has no run {}", run_id),
                       "sluice runs lists them");
  }
  RunStatus status;
  status.run = *run;
  const plan::Plan plan = plan::from_json(ledger::plan_of_run(session, run_id));
  const auto states = ledger::run_tables(session, run_id);
  const auto accounts = ledger::accounts(session, run_id, plan.digest);
  for (const plan::TablePlan& table : plan.tables) {
    status.tables.push_back(table_status(table, states, accounts));
  }
  for (ledger::LeftOutIndex& index : ledger::left_out_indexes(session, run_id)) {
    // Tables stand in plan order, which is that of their numbers.
    auto& table = status.tables.at(static_cast<std::size_t>(index.table_no - 1));
    table.left_out.push_back(std::move(index));
  }
  status.is_held = ledger::is_held(session, run_id);
  status.holders = ledger::processes(session, run_id);
  const std::vector<ledger::Event> events = ledger::events(session, run_id);
  status.pause = last_pause(events);
  status.stop = ledger::stop_in_force(session, run_id);
  const auto verifications = ledger::verifications(session, run_id);
  if (!verifications.empty()) {
    status.last_verification = verifications.front();
    status.decided_since = decided_since(events, verifications.front());
  }
  read_swap(events, status);
  advise(status);
  return status;
}

}  // namespace sluice::status
