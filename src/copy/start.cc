#include "sluice/copy/start.h"

#include <utility>

#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"

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

void record_start(Start& start, const char* kind) {
  const os::ProcessIdentity self = os::this_process();
  start.process_id = os::random_hex(8);
  ledger::record_process(*start.control, start.run.id,
                         {start.process_id, self.host, self.pid, self.user, "", ""});
  codec::JsonWriter body;
  body.begin_object();
  body.member("approval", start.run.approval_rule);
  body.member("host", self.host);
  body.member("operator", start.run.operator_name);
  body.member("os_user", self.user);
  body.member("plan_sha256", start.run.plan_sha256);
  body.member("process", start.process_id);
  body.end_object();
  ledger::append_event(*start.control, start.run.id, kind, body.take());
}

/// Makes the run ours. Whoever worked on it is dead or frozen.
void resume(Start& start) {
  db::SqlSession& control = *start.control;
  ledger::take_over(control, start.run.id);
  ledger::retry_failed_tables(control, start.run.id);
  ledger::set_run_state(control, start.run.id, ledger::RunState::running, "");
  ledger::open_for_joining(control, start.run.id);
  start.run = ledger::find_run(control, start.run.id).value();
}

/// Takes an existing run, or says why not.
void take_existing(Start& start, const StartOptions& options) {
  db::SqlSession& control = *start.control;
  const auto holding = options.join ? ledger::Holding::joined : ledger::Holding::alone;
  if (options.join && !ledger::is_held(control, start.run.id)) {
    start.kind = StartKind::not_running;
    return;
  }
  if (!ledger::take_run(control, start.run.id, holding)) {
    start.kind = StartKind::held;
    start.holders = ledger::processes(control, start.run.id);
    return;
  }
  start.kind = options.join ? StartKind::joined : StartKind::resumed;
  if (!options.join) resume(start);
  record_start(start, options.join ? "process-joined" : "run-resumed");
}

}  // namespace

Start start_run(const approve::Approved<plan::Plan>& plan, const model::Endpoint& target,
                const std::vector<ledger::RunTable>& estimates, const StartOptions& options) {
  Start start;
  start.control = db::open_session(target, db::Purpose::target);
  ledger::ensure_schema(*start.control);
  const ledger::StartLock lock(*start.control, plan::sha256_of(*plan));
  auto known = ledger::find_run_of_plan(*start.control, plan::sha256_of(*plan));
  if (known && !options.new_run) {
    start.run = std::move(*known);
    if (start.run.state == ledger::RunState::finished) {
      start.kind = StartKind::finished;
      return start;
    }
    take_existing(start, options);
    return start;
  }
  if (options.join) {
    start.kind = StartKind::not_running;
    return start;
  }
  start.run = new_run(plan, options);
  ledger::create_run(*start.control, start.run, plan::to_json(*plan), estimates);
  SLUICE_KILL_POINT("after_create_run");
  static_cast<void>(ledger::take_run(*start.control, start.run.id, ledger::Holding::alone));
  ledger::open_for_joining(*start.control, start.run.id);
  record_start(start, "run-started");
  return start;
}

}  // namespace sluice::copy
