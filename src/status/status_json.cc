#include "sluice/codec/json_write.h"
#include "sluice/status/status.h"

namespace sluice::status {
namespace {

using codec::JsonWriter;

/// Null where there is none.
void write_text(JsonWriter& json, const char* name, const std::string& text) {
  json.key(name);
  text.empty() ? json.null() : json.value(text);
}

void write_run(JsonWriter& json, const ledger::Run& run) {
  json.member("run", run.id);
  json.member("name", run.name);
  json.member("plan_sha256", run.plan_sha256);
  json.member("state", ledger::to_string(run.state));
  json.member("stage", run.stage);
  json.member("reason", run.reason);
  json.member("operator", run.operator_name);
  json.member("approval_rule", run.approval_rule);
  json.member("tool_version", run.tool_version);
  json.member("started_at", run.started_at);
  write_text(json, "ended_at", run.ended_at);
}

void write_counts(JsonWriter& json, const TableStatus& table) {
  json.member("rows_read", table.rows_read);
  json.member("estimated_rows", table.estimated_rows);
  json.member("rows_arrived", table.rows_arrived);
  json.member("decided", table.decided);
  json.member("kept", table.kept);
  json.member("bytes", table.bytes);
  json.member("estimated_bytes", table.estimated_bytes);
  json.member("quarantined", table.quarantined);
  json.member("left_behind", table.left_behind);
  json.member("filtered", table.filtered);
  json.member("account_closes", table.closes);
}

void write_left_out(JsonWriter& json, const std::vector<ledger::LeftOutIndex>& left_out) {
  json.key("left_out").begin_array();
  for (const ledger::LeftOutIndex& index : left_out) {
    json.begin_object();
    json.member("index", index.name);
    json.member("reason", index.reason);
    json.end_object();
  }
  json.end_array();
}

void write_table(JsonWriter& json, const TableStatus& table) {
  json.begin_object();
  json.member("number", table.number);
  json.member("source", table.source);
  json.member("target", table.target);
  json.member("state", table.state_word());
  json.member("reason", table.reason);
  write_counts(json, table);
  write_left_out(json, table.left_out);
  json.end_object();
}

void write_holders(JsonWriter& json, const RunStatus& status) {
  json.member("held", status.is_held);
  json.key("processes").begin_array();
  for (const ledger::Process& process : status.holders) {
    json.begin_object();
    json.member("host", process.host);
    json.member("pid", process.pid);
    json.member("os_user", process.os_user);
    json.member("started_at", process.started_at);
    json.member("seen_at", process.seen_at);
    write_text(json, "waiting_for", process.waiting_for);
    write_text(json, "waiting_since", process.waiting_since);
    json.end_object();
  }
  json.end_array();
}

void write_stop(JsonWriter& json, const std::optional<ledger::Stop>& stop) {
  json.key("stop");
  stop ? ledger::write(json, *stop) : static_cast<void>(json.null());
}

/// Null where the target knows no policy.
void write_governance(JsonWriter& json, const Governance& by) {
  json.key("policy");
  if (by.policy.empty()) {
    json.null();
  } else {
    json.begin_object().member("name", by.policy).member("version", by.version);
    json.member("sha256", by.sha256).member("caller", by.caller).end_object();
  }
  json.key("approvals").begin_array();
  for (const Governance::Approval& approval : by.approvals) {
    json.begin_object().member("act", approval.act).member("name", approval.name);
    json.member("principal", approval.principal).member("key", approval.key).end_object();
  }
  json.end_array();
  write_text(json, "policy_problem", by.problem);
}

void write_verification(JsonWriter& json, const std::optional<ledger::Verification>& verified) {
  json.key("last_verification");
  if (!verified) {
    json.null();
    return;
  }
  json.begin_object();
  json.member("number", verified->number);
  json.member("mode", verified->mode);
  json.member("outcome", verified->outcome);
  json.member("ended_at", verified->ended_at);
  json.end_object();
}

}  // namespace

std::string to_json(const RunStatus& status, std::string_view next) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", kStatusSchema);
  write_run(json, status.run);
  write_governance(json, status.governance);
  write_stop(json, status.stop);
  write_holders(json, status);
  json.key("tables").begin_array();
  for (const TableStatus& table : status.tables) write_table(json, table);
  json.end_array();
  json.key("total").begin_object();
  write_counts(json, status.total());
  json.end_object();
  write_verification(json, status.last_verification);
  write_text(json, "old_side", status.old_side);
  json.member("advice", status.advice);
  json.member("next", next);
  json.end_object();
  return json.take();
}

std::string runs_to_json(const std::vector<ledger::Run>& runs) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", kRunsSchema);
  json.key("runs").begin_array();
  for (const ledger::Run& run : runs) {
    json.begin_object();
    write_run(json, run);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace sluice::status
