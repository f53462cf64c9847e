#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/codec/problem.h"
#include "sluice/model/key.h"

/// The rows of the ledger as values. ledger.md beside this header has the tables and what must
/// always hold.
namespace sluice::ledger {

/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers.
enum class RunState : std::uint8_t {
  running,   // a process works on it, or died without a word
  stopped,   // a person or a signal stopped it; goes on with the same command
  paused,    // a stop rule was crossed; a person must look
  failed,    // an error ended it; may go on when the cause is gone
  finished,  // all tables copied, built and checked
};
[[nodiscard]] const char* to_string(RunState state) noexcept;
[[nodiscard]] RunState run_state_from_string(const std::string& name);

struct Run {
  std::string id;  // "20261122-153012-7f3a"
  std::string name;
  std::string plan_sha256;
  std::string config_sha256;
  std::string nonce;  // 64 hex digits; the first 16 seed the row hashes
  RunState state = RunState::running;
  std::string stage;   // copying, building, checking, done
  std::string reason;  // why it is stopped, paused or failed
  std::string operator_name;
  std::string approval_rule;
  std::string tool_version;
  std::string started_at;  // UTC, ISO 8601 with Z
  std::string ended_at;    // empty while running

  [[nodiscard]] std::uint64_t seed() const;
};

/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers.
enum class TableState : std::uint8_t {
  pending,
  copied,
  ready,  // built and checked
  live,   // that, and a new table has taken its own name
  failed,
};
[[nodiscard]] const char* to_string(TableState state) noexcept;
[[nodiscard]] TableState table_state_from_string(const std::string& name);
/// Every row of the source is in the side table or accounted for.
[[nodiscard]] constexpr bool is_copied(TableState state) noexcept {
  return state == TableState::copied || state == TableState::ready || state == TableState::live;
}

struct RunTable {
  int number = 0;
  TableState state = TableState::pending;
  std::string reason;  // of failed
  std::uint64_t estimated_rows = 0;
  std::uint64_t estimated_bytes = 0;
};

/// Where rows come from. DO NOT CHANGE THE NAMES: they stand in ledgers.
enum class Origin : std::uint8_t {
  source,     // read from the source
  existing,   // rows of the live target table that are kept
  decided,    // quarantined rows that a person corrected
  retracted,  // rows taken out of the side table again (a key collision, a missing parent): the
              // counts are to be subtracted
};
[[nodiscard]] const char* to_string(Origin origin) noexcept;
[[nodiscard]] Origin origin_from_string(const std::string& name);

/// A range as claimed by this process: from where it goes on, and the numbers that make a stale
/// owner fail.
struct Claim {
  int table_no = 0;
  int range_no = 0;
  Origin origin = Origin::source;
  model::KeyRange range;  // lower is the cursor
  int next_batch = 1;
  int epoch = 0;
};

/// One batch as recorded; a batch is done if and only if its row is there.
struct Batch {
  int table_no = 0;
  int range_no = 0;
  int batch_no = 0;
  Origin origin = Origin::source;
  model::KeyRange range;  // the part of the claim that it covers; kind as the claim's
  int snapshot_no = 0;
  std::uint64_t bytes = 0;          // of the target rows, in row form
  codec::RowSetDigest read;         // source rows as read
  codec::RowSetDigest proved;       // source rows that reached the target
  codec::RowSetDigest target;       // rows as mapped
  codec::RowSetDigest quarantined;  // source rows in quarantine
  codec::RowSetDigest filtered;     // source rows that the filter left out
  codec::RowSetDigest rest;         // rows of the companion table
};

/// One source row that did not move, with everything that is known of it.
struct QuarantinedRow {
  std::string source_key;  // JSON array of the key's texts; empty without a key
  std::string column;      // the first problem's target column, else its source column; of a
                           // constraint all its columns, "a, b"
  codec::Problem reason{};
  std::string raw_value;  // the value as the source gave it, any bytes; of a constraint the value
                          // that the target refused, of several columns their JSON array
  std::string message;    // for people
  std::string problems;   // JSON array of all problems
  std::string row;        // the whole source row in row form
  std::string irregular;  // JSON array of [column, problem]
};

/// The points in time under which batches were read.
struct Snapshot {
  int number = 0;
  Origin origin = Origin::source;  // source: of the source; existing: of the live target tables
  std::string id;
  std::string position;
  std::string label;
  std::string opened_at;
};

/// A process that works or worked on a run.
struct Process {
  std::string id;
  std::string host;
  int pid = 0;
  std::string os_user;
  std::string started_at;
  std::string seen_at;
  std::string waiting_for;    // why nothing moves, in words; empty while something does
  std::string waiting_since;  // the last time that something moved; empty as well then
};

struct Event {
  std::int64_t number = 0;
  std::string at;
  std::string kind;  // ledger.md lists them
  std::string body;  // canonical JSON
  std::string previous_sha256;
  std::string sha256;
};

/// What the batches of one table add up to.
struct Account {
  int table_no = 0;
  codec::RowSetDigest read;
  codec::RowSetDigest proved;       // arrived, retracted ones subtracted
  codec::RowSetDigest target;       // source and decided rows in the side table
  codec::RowSetDigest existing;     // kept rows of the live table in the side table
  codec::RowSetDigest quarantined;  // at the time of copying, retracted ones added
  codec::RowSetDigest filtered;
  codec::RowSetDigest rest;
  std::uint64_t bytes = 0;
  std::uint64_t batches = 0;
  std::uint64_t open = 0;         // source rows in quarantine now, nobody has decided
  std::uint64_t decided = 0;      // moved after a decision
  std::uint64_t left_behind = 0;  // source rows that a person decided to leave
  // Rows of the live table that were to be kept: on top of the source's, as `existing` is.
  std::uint64_t kept_open = 0;
  std::uint64_t kept_left_behind = 0;

  /// Source rows that arrived without a decision.
  [[nodiscard]] std::uint64_t arrived() const noexcept { return proved.count(); }
  /// Of either origin: rows that people are still to look at, and rows that stay where they are.
  [[nodiscard]] std::uint64_t all_open() const noexcept { return open + kept_open; }
  [[nodiscard]] std::uint64_t all_left_behind() const noexcept {
    return left_behind + kept_left_behind;
  }
  /// source = arrived + decided + in quarantine + left behind + filtered.
  [[nodiscard]] bool closes() const noexcept {
    return read.count() == arrived() + decided + open + left_behind + filtered.count();
  }
};

}  // namespace sluice::ledger
