// What our sessions wait for, as the server shows it.

#include <set>
#include <utility>

#include "db/pg/pg.h"
#include "db/pg/row.h"
#include "db/shown_statement.h"

namespace sluice::db::pg {
namespace {

/// pg_blocking_pids() says 0 for it.
constexpr const char* kPrepared = "0";

/// One row for each pair of session and blocker; without a blocker, one with NULL. The lock that is
/// waited for names its object, but for a row's, which is waited for through its transaction: then
/// the table is that of the row ("tuple") that is locked meanwhile.
constexpr const char* kWaits = R"(
SELECT a.pid, coalesce(a.wait_event_type || ': ' || a.wait_event, ''), a.wait_event_type = 'Lock',
       coalesce(l.locktype, ''), coalesce(n.nspname || '.' || c.relname, ''), b.pid
  FROM pg_stat_activity a
  LEFT JOIN LATERAL (
       SELECT w.locktype, coalesce(w.relation, t.relation) AS relation
         FROM pg_locks w LEFT JOIN pg_locks t
           ON t.pid = w.pid AND t.locktype = 'tuple' AND t.granted
        WHERE w.pid = a.pid AND NOT w.granted LIMIT 1) l ON true
  LEFT JOIN pg_class c ON c.oid = l.relation
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL unnest(CASE WHEN a.wait_event_type = 'Lock'
                                THEN pg_blocking_pids(a.pid) END) AS b(pid) ON true
 WHERE a.pid = ANY ($1::int[])
 ORDER BY a.pid, b.pid)";

constexpr const char* kHolders = R"(
SELECT pid, usename, application_name, state,
       to_char(state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       CASE WHEN state IS NOT NULL THEN left(query, 1000) END
  FROM pg_stat_activity WHERE pid = ANY ($1::int[]))";

/// "public.t", "a row of public.t"; for other locks what kind they are.
std::string object_text(const std::string& kind, const std::string& relation) {
  const bool of_row = kind == "transactionid" || kind == "tuple";
  if (!relation.empty()) return of_row ? "a row of " + relation : relation;
  return of_row ? "a row" : kind;
}

LockHolder holder_of(const std::vector<Parameter>& fields) {
  Row row(fields);
  LockHolder holder;
  holder.id = row.text();
  holder.user = row.text();
  holder.application = row.text();
  holder.state = row.text();
  holder.since = row.text();
  holder.statement = shown_statement(model::Engine::postgresql, row.text());
  return holder;
}

/// The holders' ids alone are known so far.
void fill_holders(SqlSession& session, std::vector<SessionWait>& waits) {
  std::set<std::string> ids;
  for (const SessionWait& wait : waits) {
    for (const LockHolder& holder : wait.holders) ids.insert(holder.id);
  }
  if (ids.empty()) return;
  const QueryResult found = session.query(kHolders, {array_text({ids.begin(), ids.end()})});
  for (const auto& fields : found.rows) {
    const LockHolder known = holder_of(fields);
    for (SessionWait& wait : waits) {
      for (LockHolder& holder : wait.holders) {
        if (holder.id == known.id) holder = known;
      }
    }
  }
}

}  // namespace

ServerWaits read_waits(SqlSession& session, const std::vector<std::string>& ids) {
  ServerWaits waits;
  const QueryResult found = session.query(kWaits, {array_text(ids)});
  for (const auto& fields : found.rows) {
    Row row(fields);
    std::string id = row.text();
    if (waits.sessions.empty() || waits.sessions.back().id != id) {
      SessionWait& wait = waits.sessions.emplace_back();
      wait.id = std::move(id);
      wait.event = row.text();
      wait.lock = row.flag();
      const std::string kind = row.text();
      wait.object = wait.lock ? object_text(kind, row.text()) : "";
    }
    const Parameter& blocker = fields.back();
    if (blocker) waits.sessions.back().holders.push_back({*blocker, "", "", "", "", ""});
  }
  fill_holders(session, waits.sessions);
  for (SessionWait& wait : waits.sessions) {
    for (LockHolder& holder : wait.holders) {
      if (holder.id == kPrepared) holder.state = "prepared transaction";
    }
  }
  return waits;
}

}  // namespace sluice::db::pg
