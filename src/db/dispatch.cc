// The one place where the engine decides which side of the seam is called.

#include "sluice/db/catalog.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/model/error.h"

#include "db/mysql/mysql.h"
#include "db/pg/pg.h"

namespace sluice::db {
namespace {

void require_postgresql(model::Engine engine) {
  if (!model::is_mysql_family(engine)) return;
  throw model::Error(model::ErrorKind::config,
                     std::string(model::to_string(engine)) + " cannot be a target in this version",
                     "name a postgresql:// target");
}

void require_planned(const model::Endpoint& endpoint, SqlSession& session) {
  if (endpoint.planned_identity.empty()) return;
  const model::ServerIdentity now = read_identity(session);
  if (now.identity == endpoint.planned_identity && now.database == endpoint.planned_database)
    return;
  throw model::Error(model::ErrorKind::drift,
                     "a session was led to database " + now.database + " of server " +
                         now.identity + ", not to " + endpoint.planned_database + " of " +
                         endpoint.planned_identity + ", which the plan was made with",
                     "connect to the server itself, past any pooler or balancer");
}

template <typename Session>
std::unique_ptr<Session> planned(const model::Endpoint& endpoint,
                                 std::unique_ptr<Session> session) {
  require_planned(endpoint, *session);
  return session;
}

SnapshotSessions planned(const model::Endpoint& endpoint, SnapshotSessions snapshot) {
  for (const auto& session : snapshot.sessions) require_planned(endpoint, session->sql());
  return snapshot;
}

}  // namespace

std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint, Purpose purpose) {
  return planned(endpoint, model::is_mysql_family(endpoint.engine)
                               ? mysql::open_session(endpoint, purpose)
                               : pg::open_session(endpoint, purpose));
}

SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                               const std::vector<model::QualifiedName>& tables,
                               const std::optional<std::string>& join) {
  return planned(endpoint, model::is_mysql_family(endpoint.engine)
                               ? mysql::open_snapshot(endpoint, count)
                               : pg::open_snapshot(endpoint, count, tables, join));
}

std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint) {
  require_postgresql(endpoint.engine);
  return planned(endpoint, pg::open_target(endpoint));
}

SnapshotSessions open_target_snapshot(const model::Endpoint& endpoint, std::size_t count,
                                      const std::vector<model::QualifiedName>& tables) {
  require_postgresql(endpoint.engine);
  return planned(endpoint, pg::open_snapshot(endpoint, count, tables, std::nullopt));
}

void flush_commits(SqlSession& session) {
  require_postgresql(session.engine());
  pg::flush_commits(session);
}

model::ServerIdentity read_identity(SqlSession& session) {
  if (model::is_mysql_family(session.engine())) return mysql::read_identity(session);
  return pg::read_identity(session);
}

model::Catalog read_catalog(SqlSession& session, const std::vector<std::string>& schemas) {
  if (model::is_mysql_family(session.engine())) return mysql::read_catalog(session, schemas);
  return pg::read_catalog(session, schemas);
}

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  if (model::is_mysql_family(session.engine())) return mysql::write_privileges(session, tables);
  return pg::write_privileges(session, tables);
}

Storage read_storage(SqlSession& session) {
  if (model::is_mysql_family(session.engine())) return mysql::read_storage(session);
  return pg::read_storage(session);
}

std::vector<model::KeyRange> cut_ranges(SourceSession& session, const TableRead& table,
                                        model::RangeKind kind, std::size_t pieces) {
  if (model::is_mysql_family(session.sql().engine())) {
    return mysql::cut_ranges(session, table, kind, pieces);
  }
  return pg::cut_ranges(session, table, kind, pieces);
}

}  // namespace sluice::db
