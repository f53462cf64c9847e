#include "sluice/ledger/verification.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "ledger/quarantine_sql.h"
#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

int next_number(db::SqlSession& session, const std::string& run_id) {
  // The run's row serializes two verifications that end at the same moment.
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
  const auto next = session.query(
      "SELECT coalesce(max(verification_no), 0) + 1 FROM sluice.verification WHERE run_id = $1",
      {run_id});
  return RowReader(next.rows.at(0)).small();
}

}  // namespace

int record_verification(db::SqlSession& session, const std::string& run_id,
                        const Verification& verification, const std::vector<CheckValue>& values,
                        const std::function<void(int number)>& also) {
  session.begin();
  // The log is flushed in order: what was committed before without waiting is on disk with this.
  session.query("SET LOCAL synchronous_commit = on");
  const std::string number = std::to_string(next_number(session, run_id));
  session.query(
      "INSERT INTO sluice.verification (run_id, verification_no, mode, outcome, started_at, "
      "ended_at, last_event, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {run_id, number, verification.mode, verification.outcome, verification.started_at,
       verification.ended_at, std::to_string(verification.last_event), verification.report});
  for (const CheckValue& value : values) {
    session.query(
        "INSERT INTO sluice.check_result (run_id, verification_no, name, side, group_key, value, "
        "at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {run_id, number, value.name, value.side, value.group_key, value.value, value.at});
  }
  if (also) also(std::stoi(number));
  session.commit();
  return std::stoi(number);
}

std::vector<Verification> verifications(db::SqlSession& session, const std::string& run_id) {
  const auto result = session.query(
      fmt::format(
          "SELECT verification_no, mode, outcome, {}, {}, last_event FROM sluice.verification "
          "WHERE run_id = $1 ORDER BY verification_no DESC",
          utc("started_at"), utc("ended_at")),
      {run_id});
  std::vector<Verification> all;
  for (const auto& row : result.rows) {
    RowReader reader(row);
    Verification verification;
    verification.number = reader.small();
    verification.mode = reader.text();
    verification.outcome = reader.text();
    verification.started_at = reader.text();
    verification.ended_at = reader.text();
    verification.last_event = reader.integer();
    all.push_back(std::move(verification));
  }
  return all;
}

std::string verification_report(db::SqlSession& session, const std::string& run_id, int number) {
  return session
      .query("SELECT report FROM sluice.verification WHERE run_id = $1 AND verification_no = $2",
             {run_id, std::to_string(number)})
      .value();
}

std::vector<HeldRow> held_rows(db::SqlSession& session, const std::string& run_id, int table_no,
                               std::int64_t after, int limit) {
  const auto result = session.query(
      fmt::format(
          "SELECT q.quarantine_id, {}, q.source_key, encode(q.row_form, 'hex'), q.state, "
          "q.reason, q.decision FROM sluice.quarantine q WHERE q.run_id = $1 AND q.table_no = $2 "
          "AND q.quarantine_id > $3 ORDER BY q.quarantine_id LIMIT $4",
          kIsKept),
      {run_id, std::to_string(table_no), std::to_string(after), std::to_string(limit)});
  std::vector<HeldRow> rows;
  for (const auto& row : result.rows) {
    RowReader reader(row);
    HeldRow held;
    held.id = reader.integer();
    held.kept = reader.boolean();
    held.source_key = reader.text();
    held.row = bytes_of_hex(reader.text());
    held.state = quarantine_state_from_string(reader.text());
    held.reason = reader.text();
    held.decision = reader.text();
    rows.push_back(std::move(held));
  }
  return rows;
}

}  // namespace sluice::ledger
