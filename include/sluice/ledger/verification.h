#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"

/// Verifications and their figures, kept with the run; and the quarantined rows as verification
/// needs them. Thread and transaction rules as in ledger.h.
namespace sluice::ledger {

struct CheckValue {
  std::string name;       // of the check
  std::string side;       // source, target
  std::string group_key;  // JSON array of texts
  std::optional<std::string> value;
  std::string at;  // UTC, ISO 8601 with Z
};

struct Verification {
  int number = 0;  // 1, 2, ... within the run; chosen by record_verification
  std::string mode;
  std::string outcome;
  std::string started_at;  // UTC, ISO 8601 with Z
  std::string ended_at;
  std::int64_t last_event = 0;  // number of the newest event that it saw
  std::string report;           // JSON
};

/// Records a verification and the values of its checks in one transaction; returns its number. When
/// it returns, that transaction and all that were committed before it on this server are on its
/// disk. `also` (tx) runs last within it, with the number.
int record_verification(db::SqlSession& session, const std::string& run_id,
                        const Verification& verification, const std::vector<CheckValue>& values,
                        const std::function<void(int number)>& also = nullptr);
/// Newest first, without `report`.
[[nodiscard]] std::vector<Verification> verifications(db::SqlSession& session,
                                                      const std::string& run_id);

/// Its report, as JSON. Throws Error{internal} where there is no such verification.
[[nodiscard]] std::string verification_report(db::SqlSession& session, const std::string& run_id,
                                              int number);

/// A quarantined row, whatever was decided about it.
struct HeldRow {
  std::int64_t id = 0;
  bool kept = false;  // of the live target table, not of the source
  std::string source_key;
  std::string row;  // the whole row in row form
  QuarantineState state = QuarantineState::open;
  std::string reason;    // codec::Problem by name
  std::string decision;  // of decided: JSON object of target columns, each a text or null
};
/// At most `limit` quarantined rows of a table with ids above `after`, in id order: whole rows are
/// large, so they are taken a page at a time.
[[nodiscard]] std::vector<HeldRow> held_rows(db::SqlSession& session, const std::string& run_id,
                                             int table_no, std::int64_t after, int limit);

}  // namespace sluice::ledger
