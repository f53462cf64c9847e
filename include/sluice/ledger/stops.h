#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/codec/json_write.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"

/// Stops by people, as events of a run's chain: `stop-requested`, and `run-continued`, which names
/// the stop that it ends by its hash. Anybody may stop; while a stop is in force nothing goes on
/// with the run. Functions run on a session given by the caller, outside a transaction unless they
/// are marked (tx).
namespace sluice::ledger {

/// Who asks, and from where.
struct Actor {
  std::string os_user;
  std::string host;
  std::string database_role;
};
/// This process on that session.
[[nodiscard]] Actor actor_of(db::SqlSession& session);

struct Stop {
  std::int64_t event = 0;  // its number in the chain
  std::string sha256;      // the chain's head at the stop: what a continue is of
  std::string at;          // UTC, ISO 8601 with Z
  Actor by;
  std::string by_file;  // the stop file, where it was one; `by` is then its owner
  std::string reason;
};
/// "mia on db1 (role mover) at ...: reason", on one line, as terminals may show it.
[[nodiscard]] std::string to_text(const Stop& stop);
/// As an object; src/cli/json.md has its members.
void write(codec::JsonWriter& json, const Stop& stop);

/// What is to be put on record; `event`, `sha256` and `at` are chosen then.
/// Records it, on the target's disk, and gives it as it stands there. A run that nobody works on is
/// stopped from then on; processes that work on one see to that themselves. Waits for a process
/// that holds the run's row, which lets go of it within a minute, frozen or not.
Stop record_stop_request(db::SqlSession& session, const std::string& run_id, const Stop& asked);
/// What record_stop_request() would run at this moment, for --dry-run.
[[nodiscard]] std::string stop_request_sql(db::SqlSession& session, const std::string& run_id,
                                           const Stop& asked);

/// The newest stop, where nobody has continued after it.
[[nodiscard]] std::optional<Stop> stop_in_force(db::SqlSession& session, const std::string& run_id);
/// The newest stop behind that event, whatever came after it.
[[nodiscard]] std::optional<Stop> stop_after(db::SqlSession& session, const std::string& run_id,
                                             std::int64_t event);

struct Continuation {
  std::string at;
  Actor by;
  std::string approval;     // the rule by which it was allowed
  std::string stop_sha256;  // of the stop that it ended
};
/// Ends this stop, and with it those before it. False where it is not the newest one in force any
/// more: somebody has continued already, or somebody has stopped the run again.
[[nodiscard]] bool record_continuation(db::SqlSession& session, const std::string& run_id,
                                       const Stop& stop, const Actor& by,
                                       const std::string& approval);
/// What record_continuation() would run at this moment, for --dry-run.
[[nodiscard]] std::string continuation_sql(db::SqlSession& session, const std::string& run_id,
                                           const Stop& stop, const Actor& by,
                                           const std::string& approval);
[[nodiscard]] std::optional<Continuation> last_continuation(db::SqlSession& session,
                                                            const std::string& run_id);

}  // namespace sluice::ledger
