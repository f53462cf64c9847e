#pragma once

#include <string>
#include <vector>

#include "sluice/db/sql_session.h"

namespace sluice::db {

/// A session of somebody else that holds what one of ours waits for. What the role may not see of
/// it is empty.
struct LockHolder {
  std::string id;  // as SqlSession::id(); "0": a prepared transaction of PostgreSQL
  std::string user;
  std::string application;  // what the client calls itself
  std::string state;        // "idle in transaction", "Sleep"
  std::string since;        // UTC, ISO 8601 with Z: when it came into that state
  std::string statement;    // its newest one, shown_statement()
};

/// What the server says of one of our sessions.
struct SessionWait {
  std::string id;
  std::string event;   // the server's word for what it waits for: "IO: WALSync"; empty: it works
  bool lock = false;   // that somebody holds
  std::string object;  // what the lock is on: "public.t", "a row"; empty where unknown
  std::vector<LockHolder> holders;  // none where nobody can be seen
};

struct ServerWaits {
  std::vector<SessionWait> sessions;  // of those asked for, that are still there
  std::string unseen;                 // what could not be asked, and what it takes; mostly empty
};

/// Asks what the sessions with these ids wait for. On PostgreSQL a role without pg_read_all_stats
/// sees who holds a lock, but not what he does; the MySQL family tells who holds a table only where
/// performance_schema is on and may be read.
[[nodiscard]] ServerWaits read_waits(SqlSession& session, const std::vector<std::string>& ids);

}  // namespace sluice::db
