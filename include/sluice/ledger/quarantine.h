#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"

/// Quarantined rows as people look at them and decide about them. Thread and transaction rules as
/// in ledger.h: functions marked (tx) must be called inside a transaction.
namespace sluice::ledger {

/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers.
enum class QuarantineState : std::uint8_t {
  open,         // nobody has decided, or the target refused what was decided
  decided,      // moved after a decision
  left_behind,  // a person decided to leave it
};
[[nodiscard]] const char* to_string(QuarantineState state) noexcept;
[[nodiscard]] QuarantineState quarantine_state_from_string(const std::string& name);

/// Which rows of a run; every part that is given must agree.
struct QuarantineFilter {
  std::string run_id;
  std::optional<int> table_no;
  std::optional<std::int64_t> id;
  std::optional<std::string> source_key;
  std::optional<std::string> column;
  std::optional<std::string> reason;
  std::optional<std::string> value;  // any bytes
  std::optional<QuarantineState> state;
  std::optional<int> range_no;  // of the batch that read it
  std::optional<int> batch_no;
};

/// A quarantined row without the row itself, which may be large.
struct QuarantineEntry {
  std::int64_t id = 0;
  int table_no = 0;
  bool kept = false;       // of the live target table (existing_rows "keep"), not of the source
  std::string source_key;  // JSON array of the key's texts; empty without a key
  std::string column;
  std::string reason;
  std::string value;  // any bytes; at most as many as were asked for
  std::string message;
  std::string problems;  // JSON array of all problems
  QuarantineState state = QuarantineState::open;
  std::string decision;  // of decided: JSON object of target columns, each a text or null
  std::string decided_by;
  std::string decided_reason;
  std::string decided_at;       // UTC, ISO 8601 with Z; empty while open
  std::uint64_t row_bytes = 0;  // of the row form
};

/// At most `limit` rows with ids above `after`, in id order; `value_bytes` cuts long values.
[[nodiscard]] std::vector<QuarantineEntry> quarantined(db::SqlSession& session,
                                                       const QuarantineFilter& filter,
                                                       std::int64_t after, std::size_t limit,
                                                       std::size_t value_bytes);

/// Rows that share table, column, reason and, where asked for, the value.
struct QuarantineGroup {
  int table_no = 0;
  std::string column;
  std::string reason;
  std::uint64_t rows = 0;
  std::int64_t example = 0;  // id of the first
  std::string example_key;
  std::string value;    // of the example; of all of them when grouped by value
  std::string message;  // of the example
};
/// The largest groups first.
[[nodiscard]] std::vector<QuarantineGroup> quarantine_groups(db::SqlSession& session,
                                                             const QuarantineFilter& filter,
                                                             bool by_value, std::size_t limit);

struct QuarantineCounts {
  std::uint64_t open = 0;
  std::uint64_t decided = 0;
  std::uint64_t left_behind = 0;
};
/// `filter.state` is not looked at.
[[nodiscard]] QuarantineCounts count_quarantined(db::SqlSession& session, QuarantineFilter filter);

/// A quarantined row with everything that is needed to map it again.
struct QuarantinedSource {
  std::int64_t id = 0;
  bool kept = false;
  QuarantineState state = QuarantineState::open;
  std::string source_key;
  std::string column;
  std::string reason;
  std::string problems;
  std::string row;        // the whole source row in row form
  std::string irregular;  // JSON array of [column, problem]
  std::string decision;
};
/// The rows of these ids that are there, in id order.
[[nodiscard]] std::vector<QuarantinedSource> quarantined_sources(
    db::SqlSession& session, const std::string& run_id, const std::vector<std::int64_t>& ids);
/// (tx) The same, locked until the transaction ends: nobody else can decide about them meanwhile.
[[nodiscard]] std::vector<QuarantinedSource> lock_quarantined(db::SqlSession& session,
                                                              const std::string& run_id,
                                                              const std::vector<std::int64_t>& ids);

/// Who decided, and why.
struct Responsibility {
  std::string person;
  std::string reason;
};
/// (tx) Rows that moved after a decision, or that stay behind. `decision`: JSON object of target
/// columns, empty for rows that stay behind. REQUIRES: the rows are locked and open.
void mark_decided(db::SqlSession& session, const std::string& run_id,
                  const std::vector<std::int64_t>& ids, const std::string& decision,
                  const Responsibility& by);
void mark_left_behind(db::SqlSession& session, const std::string& run_id,
                      const std::vector<std::int64_t>& ids, const Responsibility& by);

/// (tx) The row is open again; the decision that stood there is forgotten.
void reopen_quarantined(db::SqlSession& session, const std::string& run_id, std::int64_t id);

/// Why a row is in quarantine.
struct QuarantineReason {
  std::string column;
  std::string reason;
  std::string value;  // any bytes
  std::string message;
  std::string problems;
};
/// (tx) Another reason than before. REQUIRES: the row is open.
void replace_quarantine_reason(db::SqlSession& session, const std::string& run_id, std::int64_t id,
                               const QuarantineReason& why);
/// (tx) What came of a decision, for people; why the row is in quarantine stays as it is. REQUIRES:
/// the row is open.
void note_refused_decision(db::SqlSession& session, const std::string& run_id, std::int64_t id,
                           const std::string& message, const std::string& problems);

}  // namespace sluice::ledger
