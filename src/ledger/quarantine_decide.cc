#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/quarantine.h"
#include "sluice/model/error.h"

#include "ledger/quarantine_sql.h"

namespace sluice::ledger {
namespace {

void mark(db::SqlSession& session, const std::string& run_id, const std::vector<std::int64_t>& ids,
          QuarantineState state, const db::Parameter& decision, const Responsibility& by) {
  if (ids.empty()) return;
  const auto done = session.query(
      "UPDATE sluice.quarantine SET state = $3, decision = $4, decided_by = $5, "
      "decided_reason = $6, decided_at = clock_timestamp() "
      "WHERE run_id = $1 AND quarantine_id = ANY ($2::bigint[]) AND state = 'open'",
      {run_id, id_array(ids), to_string(state), decision, by.person, by.reason});
  if (done.affected != ids.size()) {
    throw model::Error(model::ErrorKind::internal,
                       fmt::format("{} quarantined rows were to be marked, {} were open",
                                   ids.size(), done.affected));
  }
}

}  // namespace

void mark_decided(db::SqlSession& session, const std::string& run_id,
                  const std::vector<std::int64_t>& ids, const std::string& decision,
                  const Responsibility& by) {
  mark(session, run_id, ids, QuarantineState::decided, decision, by);
}

void mark_left_behind(db::SqlSession& session, const std::string& run_id,
                      const std::vector<std::int64_t>& ids, const Responsibility& by) {
  mark(session, run_id, ids, QuarantineState::left_behind, std::nullopt, by);
}

void reopen_quarantined(db::SqlSession& session, const std::string& run_id, std::int64_t id) {
  session.query(
      "UPDATE sluice.quarantine SET state = 'open', decision = NULL, decided_by = NULL, "
      "decided_reason = NULL, decided_at = NULL WHERE run_id = $1 AND quarantine_id = $2",
      {run_id, std::to_string(id)});
}

void replace_quarantine_reason(db::SqlSession& session, const std::string& run_id, std::int64_t id,
                               const QuarantineReason& why) {
  session.query(
      "UPDATE sluice.quarantine SET column_name = $3, reason = $4, raw_value = $5::bytea, "
      "message = $6, problems = $7 WHERE run_id = $1 AND quarantine_id = $2 AND state = 'open'",
      {run_id, std::to_string(id), why.column, why.reason, bytea_text(why.value), why.message,
       why.problems});
}

void note_refused_decision(db::SqlSession& session, const std::string& run_id, std::int64_t id,
                           const std::string& message, const std::string& problems) {
  session.query(
      "UPDATE sluice.quarantine SET message = $3, problems = $4 "
      "WHERE run_id = $1 AND quarantine_id = $2 AND state = 'open'",
      {run_id, std::to_string(id), message, problems});
}

}  // namespace sluice::ledger
