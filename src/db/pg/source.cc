#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/pg/pg.h"
#include "db/pg/session.h"
#include "db/pg/stream.h"

namespace sluice::db::pg {
namespace {

/// A session inside a read-only REPEATABLE READ transaction, which is the snapshot.
class PgSourceSession : public SourceSession {
 public:
  explicit PgSourceSession(const model::Endpoint& endpoint) : session_(endpoint, Purpose::source) {}

  [[nodiscard]] std::unique_ptr<RowStream> read(const TableRead& table,
                                                const model::KeyRange& range) override {
    return open_stream(session_.connection(), table, range);
  }
  [[nodiscard]] SqlSession& sql() override { return session_; }
  void cancel() noexcept override { session_.cancel(); }

 private:
  Session session_;
};

/// What decides whether anything has been committed since. On a standby the list of running
/// transactions is not shown, so with some running the position is unknown.
std::string read_position(SqlSession& session) {
  return session
      .query(
          R"(SELECT CASE WHEN pg_is_in_recovery() AND txid_snapshot_xmin(s) < txid_snapshot_xmax(s)
                            THEN '' ELSE s::text END
                  FROM txid_current_snapshot() AS s)")
      .value();
}

/// False where the server refuses it for good. A statement that was ended is no refusal.
bool try_lock(SqlSession& session, const std::string& tables) {
  session.query("SAVEPOINT sluice_lock");
  try {
    session.query("LOCK TABLE " + tables + " IN ACCESS SHARE MODE");
    session.query("RELEASE SAVEPOINT sluice_lock");
    return true;
  } catch (const model::Error& error) {
    if (error.retry() != model::Retry::never) throw;
    if (error.kind() == model::ErrorKind::interrupted) throw;
    session.query("ROLLBACK TO SAVEPOINT sluice_lock");
    session.query("RELEASE SAVEPOINT sluice_lock");
    return false;
  }
}

/// To be called before the transaction has its snapshot: what was rewritten between the snapshot
/// and the lock would be read wrongly. LOCK TABLE takes none.
void lock_tables(SqlSession& session, const std::vector<model::QualifiedName>& tables) {
  std::string all;
  for (const model::QualifiedName& table : tables) {
    if (!all.empty()) all += ", ";
    all += model::quote_name(model::Engine::postgresql, table);
  }
  if (all.empty() || try_lock(session, all)) return;
  for (const model::QualifiedName& table : tables) {
    static_cast<void>(try_lock(session, model::quote_name(model::Engine::postgresql, table)));
  }
}

/// Locks of all sessions together, well below the room that a server has for them by default (64
/// for each of 100 sessions), which others need as well.
constexpr std::size_t kMostLocks = 1000;

/// What each reader locks before it reads. It would queue behind a statement that waits for the
/// holder's lock, which waits for the reader: with too many tables for that, a lock timeout.
std::vector<model::QualifiedName> locked_by_readers(const std::vector<model::QualifiedName>& tables,
                                                    std::size_t readers) {
  const bool have_room = tables.size() * (readers + 1) <= kMostLocks;
  return have_room ? tables : std::vector<model::QualifiedName>();
}

/// Enters the exported snapshot `id`. "It is gone" is what every refusal means, whatever its code:
/// those have changed between versions.
void join_snapshot(SqlSession& session, const std::string& id,
                   const std::vector<model::QualifiedName>& tables) {
  session.begin();
  lock_tables(session, tables);
  try {
    session.query("SET TRANSACTION SNAPSHOT " +
                  model::quote_literal(model::Engine::postgresql, id));
  } catch (const model::Error& error) {
    if (error.retry() == model::Retry::new_session) throw;
    throw model::Error(model::ErrorKind::drift, "the snapshot " + id + " is gone: " + error.what(),
                       "the process that exported it has ended; start the copy without --join");
  }
}

SnapshotInfo export_snapshot(SqlSession& holder, const std::vector<model::QualifiedName>& tables) {
  holder.begin();
  lock_tables(holder, tables);
  SnapshotInfo info;
  info.id = holder.query("SELECT pg_export_snapshot()").value();
  info.position = read_position(holder);
  info.label = kOnePointInTime;
  return info;
}

}  // namespace

SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                               const std::vector<model::QualifiedName>& tables,
                               const std::optional<std::string>& join) {
  SnapshotSessions opened;
  opened.holder = pg::open_session(endpoint, Purpose::source);
  if (join) {
    // Locks of its own: the process that exported the snapshot may end before this one.
    join_snapshot(*opened.holder, *join, tables);
    opened.info.id = *join;
    opened.info.label = kOnePointInTime;
    opened.info.position = read_position(*opened.holder);
  } else {
    opened.info = export_snapshot(*opened.holder, tables);
  }
  const std::vector<model::QualifiedName> locked = locked_by_readers(tables, count);
  for (std::size_t i = 0; i < count; ++i) {
    auto session = std::make_unique<PgSourceSession>(endpoint);
    join_snapshot(session->sql(), opened.info.id, locked);
    opened.sessions.push_back(std::move(session));
  }
  return opened;
}

}  // namespace sluice::db::pg
