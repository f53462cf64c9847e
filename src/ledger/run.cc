#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/sha256.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

std::string select_runs(const std::string& tail) {
  return fmt::format(
      "SELECT run_id, name, plan_sha256, config_sha256, nonce, state, stage, reason, "
      "operator_name, "
      "approval_rule, tool_version, {}, {} FROM sluice.run {}",
      utc("started_at"), utc("ended_at"), tail);
}

Run read_run(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  Run run;
  run.id = reader.text();
  run.name = reader.text();
  run.plan_sha256 = reader.text();
  run.config_sha256 = reader.text();
  run.nonce = reader.text();
  run.state = run_state_from_string(reader.text());
  run.stage = reader.text();
  run.reason = reader.text();
  run.operator_name = reader.text();
  run.approval_rule = reader.text();
  run.tool_version = reader.text();
  run.started_at = reader.text();
  run.ended_at = reader.text();
  return run;
}

/// Of table t: it was cut, and every range of the source's rows is done.
constexpr const char* kIsCopied =
    "EXISTS (SELECT FROM sluice.range r WHERE r.run_id = t.run_id AND r.table_no = t.table_no "
    "AND r.origin = 'source') AND NOT EXISTS (SELECT FROM sluice.range r WHERE r.run_id = t.run_id "
    "AND r.table_no = t.table_no AND NOT r.done)";

/// Whether the run's first event, which the chain of events protects, is of that plan.
bool tells_of(const std::string& event_body, const std::string& plan_sha256) {
  const codec::JsonDocument body = codec::parse_json_or_throw(event_body, "an event of the ledger");
  const codec::JsonValue* const told = body.root().find("plan_sha256");
  return told != nullptr && told->is_string() && told->as_string() == plan_sha256;
}

std::optional<Run> first_run(const db::QueryResult& result) {
  if (result.rows.empty()) return std::nullopt;
  return read_run(result.rows.front());
}

}  // namespace

void create_run(db::SqlSession& session, const Run& run, const std::string& plan_json,
                const std::vector<RunTable>& tables) {
  session.query(
      "INSERT INTO sluice.run (run_id, name, plan_sha256, plan, config_sha256, nonce, state, "
      "stage, "
      "operator_name, approval_rule, tool_version) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {run.id, run.name, run.plan_sha256, plan_json, run.config_sha256, run.nonce,
       to_string(run.state), run.stage, run.operator_name, run.approval_rule, run.tool_version});
  for (const RunTable& table : tables) {
    session.query(
        "INSERT INTO sluice.run_table (run_id, table_no, state, estimated_rows, estimated_bytes) "
        "VALUES ($1, $2, $3, $4, $5)",
        {run.id, std::to_string(table.number), to_string(table.state),
         std::to_string(table.estimated_rows), std::to_string(table.estimated_bytes)});
  }
}

std::vector<Run> runs(db::SqlSession& session) {
  std::vector<Run> all;
  const auto result = session.query(select_runs("ORDER BY started_at DESC, run_id DESC"));
  for (const auto& row : result.rows) all.push_back(read_run(row));
  return all;
}

std::optional<Run> find_run(db::SqlSession& session, const std::string& run_id) {
  return first_run(session.query(select_runs("WHERE run_id = $1"), {run_id}));
}

std::optional<Run> find_run_of_plan(db::SqlSession& session, const std::string& plan_sha256) {
  return first_run(session.query(
      select_runs("WHERE plan_sha256 = $1 ORDER BY started_at DESC, run_id DESC LIMIT 1"),
      {plan_sha256}));
}

std::string plan_of_run(db::SqlSession& session, const std::string& run_id) {
  const auto result = session.query(
      "SELECT plan, plan_sha256, (SELECT body FROM sluice.event e WHERE e.run_id = r.run_id AND "
      "event_no = 1) FROM sluice.run r WHERE run_id = $1",
      {run_id});
  if (result.rows.empty()) {
    throw model::Error(model::ErrorKind::usage, fmt::format("there is no run {}", run_id),
                       "sluice runs lists them");
  }
  RowReader reader(result.rows.front());
  std::string plan = reader.text();
  const std::string plan_sha256 = reader.text();
  const std::optional<std::string> started = reader.maybe_text();
  if (codec::sha256_hex(plan) == plan_sha256 && (!started || tells_of(*started, plan_sha256))) {
    return plan;
  }
  throw model::Error(
      model::ErrorKind::drift,
      fmt::format("the plan of run {} in the ledger is not the one that the run was started with: "
                  "somebody has changed it",
                  run_id),
      "find out who wrote to schema sluice of the target, and copy anew with --new-run");
}

void set_run_state(db::SqlSession& session, const std::string& run_id, RunState state,
                   const std::string& reason) {
  session.query(
      "UPDATE sluice.run SET state = $2, reason = $3, "
      "ended_at = CASE WHEN $2 = 'running' THEN NULL ELSE clock_timestamp() END WHERE run_id = $1",
      {run_id, to_string(state), reason});
}

void set_run_stage(db::SqlSession& session, const std::string& run_id, const std::string& stage) {
  session.query("UPDATE sluice.run SET stage = $2 WHERE run_id = $1", {run_id, stage});
}

std::vector<RunTable> run_tables(db::SqlSession& session, const std::string& run_id) {
  std::vector<RunTable> tables;
  const auto result = session.query(
      "SELECT table_no, state, reason, estimated_rows, estimated_bytes "
      "FROM sluice.run_table WHERE run_id = $1 ORDER BY table_no",
      {run_id});
  for (const auto& row : result.rows) {
    RowReader reader(row);
    RunTable table;
    table.number = reader.small();
    table.state = table_state_from_string(reader.text());
    table.reason = reader.text();
    table.estimated_rows = reader.count();
    table.estimated_bytes = reader.count();
    tables.push_back(std::move(table));
  }
  return tables;
}

void set_table_state(db::SqlSession& session, const std::string& run_id, int table_no,
                     TableState state, const std::string& reason) {
  session.query(
      "UPDATE sluice.run_table SET state = $3, reason = $4 WHERE run_id = $1 AND table_no = $2",
      {run_id, std::to_string(table_no), to_string(state), reason});
}

std::set<int> live_tables(db::SqlSession& session, const std::string& run_id) {
  std::set<int> numbers;
  for (const RunTable& table : run_tables(session, run_id)) {
    if (table.state == TableState::live) numbers.insert(table.number);
  }
  return numbers;
}

void set_table_states(db::SqlSession& session, const std::string& run_id,
                      const std::vector<int>& table_nos, TableState state) {
  session.query(
      "UPDATE sluice.run_table SET state = $3, reason = '' WHERE run_id = $1 "
      "AND table_no = ANY ($2::int[])",
      {run_id, fmt::format("{{{}}}", fmt::join(table_nos, ",")), to_string(state)});
}

void mark_copied(db::SqlSession& session, const std::string& run_id) {
  session.query(fmt::format("UPDATE sluice.run_table t SET state = 'copied' WHERE run_id = $1 "
                            "AND state IN ('pending', 'copying') AND {}",
                            kIsCopied),
                {run_id});
}

void retry_failed_tables(db::SqlSession& session, const std::string& run_id) {
  // One statement: a run whose tables wait for their rows must not be past copying.
  session.query(
      fmt::format(
          "WITH tried AS (UPDATE sluice.run_table t SET reason = '', moved = false, state = "
          "CASE WHEN r.stage <> 'copying' AND {} THEN 'copied' ELSE 'pending' END "
          "FROM sluice.run r JOIN sluice.run_table before USING (run_id) "
          "WHERE r.run_id = $1 AND (t.run_id, t.table_no) = (before.run_id, before.table_no) "
          "AND t.state = 'failed' RETURNING t.state = 'pending' OR before.moved AS needs_rows) "
          "UPDATE sluice.run SET stage = 'copying' WHERE run_id = $1 "
          "AND EXISTS (SELECT FROM tried WHERE needs_rows)",
          kIsCopied),
      {run_id});
}

void mark_moved(db::SqlSession& session, const std::string& run_id, int table_no) {
  session.query("UPDATE sluice.run_table SET moved = true WHERE run_id = $1 AND table_no = $2",
                {run_id, std::to_string(table_no)});
}

}  // namespace sluice::ledger
