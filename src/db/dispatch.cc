// The one place where the engine decides which side of the seam is called.

#include "sluice/db/catalog.h"
#include "sluice/db/counters.h"
#include "sluice/db/health.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/db/waits.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/mysql/health.h"
#include "db/mysql/mysql.h"
#include "db/pg/health.h"
#include "db/pg/pg.h"
#include "db/side.h"

namespace sluice::db {
namespace {

void require_postgresql(model::Engine engine) {
  if (!model::is_mysql_family(engine)) return;
  throw model::Error(model::ErrorKind::config,
                     std::string(model::to_string(engine)) + " cannot be a target in this version",
                     "name a postgresql:// target");
}

model::ServerIdentity identity_of(SqlSession& own) {
  return model::is_mysql_family(own.engine()) ? mysql::read_identity(own) : pg::read_identity(own);
}

void require_planned(const model::Endpoint& endpoint, SqlSession& own) {
  if (endpoint.planned_identity.empty()) return;
  const model::ServerIdentity now = identity_of(own);
  if (now.identity == endpoint.planned_identity && now.database == endpoint.planned_database)
    return;
  throw model::Error(model::ErrorKind::drift,
                     "a session was led to database " + now.database + " of server " +
                         now.identity + ", not to " + endpoint.planned_database + " of " +
                         endpoint.planned_identity + ", which the plan was made with",
                     "connect to the server itself, past any pooler or balancer");
}

template <typename Session>
void require_planned(const model::Endpoint& endpoint, const std::unique_ptr<Session>& own) {
  require_planned(endpoint, *own);
}

void require_planned(const model::Endpoint& endpoint, const SnapshotSessions& own) {
  for (const auto& session : own.sessions) require_planned(endpoint, session->sql());
}

/// What `connect` opens, held against the plan. Its failures, from the first on, say on which side.
template <typename Connect>
auto opened(const model::Endpoint& endpoint, Connect connect) {
  try {
    auto session = Side(endpoint).run([&] {
      auto own = connect();
      require_planned(endpoint, own);
      return own;
    });
    return at_side(endpoint, std::move(session));
  } catch (const model::Error& error) {
    throw model::NotOpened(error);
  }
}

}  // namespace

std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint, Purpose purpose) {
  return opened(endpoint, [&] {
    return model::is_mysql_family(endpoint.engine) ? mysql::open_session(endpoint, purpose)
                                                   : pg::open_session(endpoint, purpose);
  });
}

SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                               const std::vector<model::QualifiedName>& tables,
                               const std::optional<std::string>& join) {
  return opened(endpoint, [&] {
    return model::is_mysql_family(endpoint.engine)
               ? mysql::open_snapshot(endpoint, count)
               : pg::open_snapshot(endpoint, count, tables, join);
  });
}

std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint) {
  return opened(endpoint, [&] {
    require_postgresql(endpoint.engine);
    return pg::open_target(endpoint);
  });
}

std::unique_ptr<RowSession> open_rows(const model::Endpoint& endpoint, Purpose purpose) {
  return opened(endpoint, [&] {
    return model::is_mysql_family(endpoint.engine) ? mysql::open_rows(endpoint, purpose)
                                                   : pg::open_rows(endpoint, purpose);
  });
}

SnapshotSessions open_target_snapshot(const model::Endpoint& endpoint, std::size_t count,
                                      const std::vector<model::QualifiedName>& tables) {
  return opened(endpoint, [&] {
    require_postgresql(endpoint.engine);
    return pg::open_snapshot(endpoint, count, tables, std::nullopt);
  });
}

void flush_commits(SqlSession& session) {
  require_postgresql(session.engine());
  pg::flush_commits(session);
}

model::ServerIdentity read_identity(SqlSession& session) { return with_own(session, identity_of); }

model::Catalog read_catalog(SqlSession& session, const std::vector<std::string>& schemas) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_catalog(own, schemas)
                                                : pg::read_catalog(own, schemas);
  });
}

model::Catalog read_shapes(SqlSession& session, const std::vector<model::QualifiedName>& tables) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_shapes(own, tables)
                                                : pg::read_shapes(own, tables);
  });
}

std::vector<Unseen> read_unseen(SqlSession& session, const model::Catalog& catalog) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_unseen(own, catalog)
                                                : std::vector<Unseen>();
  });
}

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::write_privileges(own, tables)
                                                : pg::write_privileges(own, tables);
  });
}

std::string removal_sql(model::Engine engine, const TableRead& table,
                        std::span<const model::Key> keys) {
  return model::is_mysql_family(engine) ? mysql::removal_sql(engine, table, keys)
                                        : pg::removal_sql(table, keys);
}

std::vector<RemovalHazard> read_removal_hazards(SqlSession& session,
                                                const std::vector<model::QualifiedName>& tables) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_removal_hazards(own, tables)
                                                : pg::read_removal_hazards(own, tables);
  });
}

Storage read_storage(SqlSession& session) {
  return with_own(session, [](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_storage(own) : pg::read_storage(own);
  });
}

Health read_health(SqlSession& session) {
  return with_own(session, [](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_health(own) : pg::read_health(own);
  });
}

std::vector<Unreadable> unreadable_tables(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  std::vector<Unreadable> unreadable;
  for (const model::QualifiedName& table : tables) {
    try {
      session.query("SELECT * FROM " + model::quote_name(session.engine(), table) + " LIMIT 0");
    } catch (const model::Error& error) {
      if (error.kind() == model::ErrorKind::connection) throw;
      unreadable.push_back({table, error.what()});
    }
  }
  return unreadable;
}

std::vector<std::string> missing_create(SqlSession& session,
                                        const std::vector<std::string>& schemas) {
  return with_own(session, [&](SqlSession& own) {
    require_postgresql(own.engine());
    return pg::missing_create(own, schemas);
  });
}

std::vector<CounterPosition> read_counters(SqlSession& session,
                                           const std::vector<model::QualifiedName>& counters) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_counters(own, counters)
                                                : pg::read_counters(own, counters);
  });
}

ServerWaits read_waits(SqlSession& session, const std::vector<std::string>& ids) {
  return with_own(session, [&](SqlSession& own) {
    return model::is_mysql_family(own.engine()) ? mysql::read_waits(own, ids)
                                                : pg::read_waits(own, ids);
  });
}

std::vector<model::KeyRange> cut_ranges(SourceSession& session, const TableRead& table,
                                        model::RangeKind kind, std::size_t pieces) {
  return with_own(session, [&](SourceSession& own) {
    return model::is_mysql_family(own.sql().engine()) ? mysql::cut_ranges(own, table, kind, pieces)
                                                      : pg::cut_ranges(own, table, kind, pieces);
  });
}

}  // namespace sluice::db
