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

/// Enters the exported snapshot `id`. "It is gone" is what every refusal means, whatever its code:
/// those have changed between versions.
void join_snapshot(SqlSession& session, const std::string& id) {
  session.begin();
  try {
    session.query("SET TRANSACTION SNAPSHOT " +
                  model::quote_literal(model::Engine::postgresql, id));
  } catch (const model::Error& error) {
    if (error.retry() == model::Retry::new_session) throw;
    throw model::Error(model::ErrorKind::drift, "the snapshot " + id + " is gone: " + error.what(),
                       "the process that exported it has ended; start the copy without --join");
  }
}

SnapshotInfo export_snapshot(SqlSession& holder) {
  holder.begin();
  SnapshotInfo info;
  info.id = holder.query("SELECT pg_export_snapshot()").value();
  info.position = read_position(holder);
  info.label = kOnePointInTime;
  return info;
}

}  // namespace

SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                               const std::optional<std::string>& join) {
  SnapshotSessions opened;
  if (join) {
    opened.info.id = *join;
    opened.info.label = kOnePointInTime;
  } else {
    opened.holder = pg::open_session(endpoint, Purpose::source);
    opened.info = export_snapshot(*opened.holder);
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto session = std::make_unique<PgSourceSession>(endpoint);
    join_snapshot(session->sql(), opened.info.id);
    opened.sessions.push_back(std::move(session));
  }
  if (join && count != 0) opened.info.position = read_position(opened.sessions[0]->sql());
  return opened;
}

}  // namespace sluice::db::pg
