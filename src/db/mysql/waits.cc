// What our sessions wait for, as the server shows it. They read at a snapshot, so no row lock ever
// keeps them: only locks of tables do.

#include <utility>

#include "sluice/model/error.h"

#include "db/mysql/catalog_rows.h"
#include "db/mysql/mysql.h"
#include "db/shown_statement.h"

namespace sluice::db::mysql {
namespace {

/// States in which a thread waits for another: "Waiting for table metadata lock", "Waiting for
/// backup lock", "Waiting for table flush". Not "Waiting for ... to ...", which are of replication.
bool is_lock(const std::string& state) {
  return state.starts_with("Waiting for") &&
         (state.ends_with(" lock") || state.ends_with(" flush"));
}

SessionWait session_wait(const std::vector<Parameter>& row) {
  SessionWait wait;
  wait.id = row.at(0).value_or("");
  wait.event = row.at(1).value_or("");
  wait.lock = is_lock(wait.event);
  return wait;
}

LockHolder holder_of(model::Engine engine, const std::vector<Parameter>& row) {
  LockHolder holder;
  holder.id = row.at(2).value_or("");
  holder.user = row.at(3).value_or("");
  holder.state = row.at(4).value_or("");
  holder.since = row.at(5).value_or("");
  holder.statement = shown_statement(engine, row.at(6).value_or(""));
  return holder;
}

/// Granted locks on what ours wait for. Shared ones are among them, but those of our own sessions,
/// which hold all that readers hold, are left out.
std::string holders_sql(std::size_t ids) {
  return "SELECT wt.PROCESSLIST_ID, CONCAT_WS('.', g.OBJECT_SCHEMA, g.OBJECT_NAME),"
         " t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_COMMAND,"
         " DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL t.PROCESSLIST_TIME SECOND,"
         " '%Y-%m-%dT%H:%i:%sZ'), LEFT(t.PROCESSLIST_INFO, 1000)"
         " FROM performance_schema.metadata_locks w"
         " JOIN performance_schema.threads wt ON wt.THREAD_ID = w.OWNER_THREAD_ID"
         " JOIN performance_schema.metadata_locks g ON g.OBJECT_TYPE = w.OBJECT_TYPE"
         " AND g.OBJECT_SCHEMA <=> w.OBJECT_SCHEMA AND g.OBJECT_NAME <=> w.OBJECT_NAME"
         " AND g.LOCK_STATUS = 'GRANTED'"
         " JOIN performance_schema.threads t ON t.THREAD_ID = g.OWNER_THREAD_ID"
         " WHERE w.LOCK_STATUS = 'PENDING' AND wt.PROCESSLIST_ID IN " +
         placeholders(ids) + " AND t.PROCESSLIST_ID NOT IN " + placeholders(ids);
}

void add_holders(SqlSession& session, const std::vector<Parameter>& ids, ServerWaits& waits) {
  std::vector<Parameter> twice = ids;
  twice.insert(twice.end(), ids.begin(), ids.end());
  const QueryResult found = session.query(holders_sql(ids.size()), twice);
  for (const auto& row : found.rows) {
    for (SessionWait& wait : waits.sessions) {
      if (wait.id != row.at(0).value_or("")) continue;
      wait.object = row.at(1).value_or("");
      wait.holders.push_back(holder_of(session.engine(), row));
    }
  }
}

bool may_show_holders(SqlSession& session) {
  return session.query("SELECT @@performance_schema").value() == "1";
}

}  // namespace

ServerWaits read_waits(SqlSession& session, const std::vector<std::string>& ids) {
  ServerWaits waits;
  if (ids.empty()) return waits;
  const std::vector<Parameter> wanted(ids.begin(), ids.end());
  const QueryResult found =
      session.query("SELECT ID, STATE FROM information_schema.PROCESSLIST WHERE ID IN " +
                        placeholders(ids.size()),
                    wanted);
  bool is_locked = false;
  for (const auto& row : found.rows) {
    is_locked = waits.sessions.emplace_back(session_wait(row)).lock || is_locked;
  }
  if (!is_locked) return waits;
  try {
    if (may_show_holders(session)) {
      add_holders(session, wanted, waits);
      return waits;
    }
  } catch (const model::Error& error) {
    if (error.retry() == model::Retry::new_session) throw;
  }
  waits.unseen = "the holder shows only with performance_schema, and SELECT on it";
  return waits;
}

}  // namespace sluice::db::mysql
