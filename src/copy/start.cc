#include "sluice/copy/start.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"

#include "copy/dropping.h"

namespace sluice::copy {
namespace {

ledger::Run new_run(const approve::Approved<plan::Plan>& plan, const StartOptions& options) {
  ledger::Run run;
  const std::string nonce = os::random_hex(32);
  run.id = os::utc_stamp() + "-" + nonce.substr(60);
  run.name = plan->name;
  run.plan_sha256 = plan::sha256_of(*plan);
  run.config_sha256 = plan->config_sha256;
  run.nonce = nonce;
  run.stage = "copying";
  run.operator_name = options.operator_name;
  run.approval_rule = plan.rule();
  run.tool_version = options.tool_version;
  return run;
}

/// (tx) Who begins, goes on or helps, by which rule and with which program: each start may have
/// others than the run's first.
void record_start(Start& start, const char* kind, const approve::Approved<plan::Plan>& plan,
                  const StartOptions& options) {
  const os::ProcessIdentity self = os::this_process();
  start.process_id = os::random_hex(8);
  ledger::record_process(*start.control, start.run.id,
                         {start.process_id, self.host, self.pid, self.user, "", "", "", ""});
  codec::JsonWriter body;
  body.begin_object();
  body.member("approval", plan.rule());
  body.member("host", self.host);
  body.member("operator", options.operator_name);
  body.member("os_user", self.user);
  body.member("plan_sha256", start.run.plan_sha256);
  body.member("process", start.process_id);
  body.member("tool_version", options.tool_version);
  body.end_object();
  start.event = ledger::append_event_within(*start.control, start.run.id, kind, body.take()).number;
  if (options.also_record) options.also_record(*start.control, start.run.id);
  SLUICE_KILL_POINT("before_start_commit");
}

/// Whether a living process works on a run that a new one would leave behind. Those whose tables it
/// replaces stay held for as long as the new one.
bool is_left_alone(Start& start, const plan::Plan& plan, const StartOptions& options) {
  db::SqlSession& control = *start.control;
  for (ledger::Run& run : ledger::runs(control)) {
    const auto& replaced = options.replaced;
    const bool is_replaced =
        std::ranges::find(replaced, run.id, &EarlierTables::run_id) != replaced.end();
    if (!is_replaced && run.name != plan.name) continue;
    const bool is_free = is_replaced ? ledger::take_run(control, run.id, ledger::Holding::alone)
                                     : !ledger::is_held(control, run.id);
    if (is_free) continue;
    start.holders = ledger::holders(control, run.id);
    start.run = std::move(run);
    return false;
  }
  return true;
}

/// What was deleted from the source may be nowhere but in these tables and in archives.
void refuse_only_copies(db::SqlSession& control, const std::vector<EarlierTables>& replaced) {
  for (const EarlierTables& of_run : replaced) {
    if (!ledger::newest_event(control, of_run.run_id, "retire-begun")) continue;
    throw model::Error(
        model::ErrorKind::drift,
        fmt::format("tables of run {} may hold the only copy of rows that were retired from the "
                    "source: {} is not dropped",
                    of_run.run_id, of_run.names.empty() ? "what it made" : of_run.names[0].text()),
        "rename what is to stay, then begin the new run");
  }
}

/// Drops what earlier runs made. Each of them keeps on record what becomes of its tables, from
/// before the first is dropped: should this process be killed, the next new run drops the others.
void drop_replaced(Start& start, const plan::Plan& plan, const StartOptions& options) {
  if (options.replaced.empty()) return;
  db::SqlSession& control = *start.control;
  if (earlier_tables(control, plan) != options.replaced) {
    throw model::Error(model::ErrorKind::drift,
                       "the side tables of earlier runs are not what they were a moment ago",
                       "find out who works on them, then start again");
  }
  refuse_only_copies(control, options.replaced);
  control.begin();
  for (const EarlierTables& of_run : options.replaced) {
    codec::JsonWriter body;
    body.begin_object().member("by_run", start.run.id).key("tables").begin_array();
    for (const model::QualifiedName& name : of_run.names) body.value(name.text());
    for (const model::QualifiedName& name : of_run.sequences) body.value(name.text());
    body.end_array().end_object();
    ledger::append_event_within(control, of_run.run_id, "side-tables-dropped", body.take());
    // Not finished any more: whoever comes back to it must not hear that nothing is left to do.
    ledger::set_run_state(control, of_run.run_id, ledger::RunState::failed,
                          "its side tables were dropped for run " + start.run.id);
  }
  control.commit();
  drop_tables(control, options.replaced);
}

/// Makes a new run that is ours from the beginning.
void create(Start& start, const approve::Approved<plan::Plan>& plan,
            const std::vector<ledger::RunTable>& estimates, const StartOptions& options) {
  db::SqlSession& control = *start.control;
  static_cast<void>(ledger::take_run(control, start.run.id, ledger::Holding::alone));
  drop_replaced(start, *plan, options);
  control.begin();
  ledger::create_run(control, start.run, plan::to_json(*plan), estimates);
  record_start(start, "run-started", plan, options);
  control.commit();
  SLUICE_KILL_POINT("after_create_run");
  ledger::open_for_joining(control, start.run.id);
}

/// Whether a person's stop is in force. In the transaction of a start, after lock_run(): whoever
/// stops the run from then on finds a process that looks out for it.
bool is_stopped(Start& start, const std::string& run_id) {
  start.stop = ledger::stop_in_force(*start.control, run_id);
  if (start.stop) start.kind = StartKind::stopped;
  return start.stop.has_value();
}

/// (tx) Whoever stops or continues the run waits for its row.
void lock_run(db::SqlSession& control, const std::string& run_id) {
  control.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
}

/// A new run is no way round a stop: those of the same config, and those whose tables go, count.
bool is_other_stopped(Start& start, const plan::Plan& plan, const StartOptions& options) {
  for (ledger::Run& run : ledger::runs(*start.control)) {
    const bool is_replaced = std::ranges::find(options.replaced, run.id, &EarlierTables::run_id) !=
                             options.replaced.end();
    if (!is_replaced && run.name != plan.name) continue;
    if (!is_stopped(start, run.id)) continue;
    start.run = std::move(run);
    return true;
  }
  return false;
}

/// Makes the run ours. Whoever worked on it is dead or frozen.
void resume(Start& start, const approve::Approved<plan::Plan>& plan, const StartOptions& options) {
  db::SqlSession& control = *start.control;
  ledger::take_over(control, start.run.id);
  control.begin();
  lock_run(control, start.run.id);
  if (is_stopped(start, start.run.id)) return control.rollback();
  ledger::retry_failed_tables(control, start.run.id);
  ledger::set_run_state(control, start.run.id, ledger::RunState::running, "");
  record_start(start, "run-resumed", plan, options);
  control.commit();
  ledger::open_for_joining(control, start.run.id);
  start.run = ledger::find_run(control, start.run.id).value();
}

/// Works beside the processes that are at it.
void join(Start& start, const approve::Approved<plan::Plan>& plan, const StartOptions& options) {
  start.control->begin();
  lock_run(*start.control, start.run.id);
  if (is_stopped(start, start.run.id)) return start.control->rollback();
  record_start(start, "process-joined", plan, options);
  start.control->commit();
}

/// Takes an existing run, or says why not.
void take_existing(Start& start, const approve::Approved<plan::Plan>& plan,
                   const StartOptions& options) {
  db::SqlSession& control = *start.control;
  if (is_stopped(start, start.run.id)) return;
  const auto holding = options.join ? ledger::Holding::joined : ledger::Holding::alone;
  if (options.join && !ledger::is_held(control, start.run.id)) {
    start.kind = StartKind::not_running;
    return;
  }
  if (!ledger::take_run(control, start.run.id, holding)) {
    start.kind = StartKind::held;
    start.holders = ledger::holders(control, start.run.id);
    return;
  }
  start.kind = options.join ? StartKind::joined : StartKind::resumed;
  options.join ? join(start, plan, options) : resume(start, plan, options);
}

}  // namespace

Start start_run(const approve::Approved<plan::Plan>& plan, const model::Endpoint& target,
                const std::vector<ledger::RunTable>& estimates, const StartOptions& options) {
  Start start;
  start.control = db::open_session(plan::held_to(plan->target, target), db::Purpose::target);
  ledger::ensure_schema(*start.control);
  const ledger::StartLock lock(*start.control, plan::sha256_of(*plan));
  auto known = ledger::find_run_of_plan(*start.control, plan::sha256_of(*plan));
  if (known && !options.new_run) {
    start.run = std::move(*known);
    if (start.run.state == ledger::RunState::finished) {
      start.kind = StartKind::finished;
      return start;
    }
    take_existing(start, plan, options);
    return start;
  }
  if (options.join) {
    start.kind = StartKind::not_running;
    return start;
  }
  if (is_other_stopped(start, *plan, options)) return start;
  if (options.new_run && !is_left_alone(start, *plan, options)) {
    start.kind = StartKind::held;
    return start;
  }
  start.run = new_run(plan, options);
  create(start, plan, estimates, options);
  return start;
}

}  // namespace sluice::copy
