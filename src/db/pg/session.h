#pragma once

#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// Every session of this folder has one; others cannot ask for it.
class HasConnection {
 public:
  HasConnection() = default;
  HasConnection(const HasConnection&) = delete;
  HasConnection& operator=(const HasConnection&) = delete;
  virtual ~HasConnection() = default;
  [[nodiscard]] virtual Connection& connection() noexcept = 0;
};

/// The connection of a session that open_session() or open_target() gave for PostgreSQL.
[[nodiscard]] inline Connection& connection_of(SqlSession& session) {
  return dynamic_cast<HasConnection&>(session).connection();
}

/// SqlSession on a Connection. `Base` is SqlSession, or TargetSession for a session that writes
/// rows as well.
template <typename Base>
class SessionOn : public Base, public HasConnection {
 public:
  SessionOn(const model::Endpoint& endpoint, Purpose purpose) : connection_(endpoint, purpose) {}

  [[nodiscard]] model::Engine engine() const noexcept override { return model::Engine::postgresql; }
  [[nodiscard]] std::string id() const override { return connection_.id(); }
  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters = {}) override {
    return connection_.query(sql, parameters);
  }
  void begin() override { connection_.begin(); }
  void commit() override { connection_.commit(); }
  void rollback() noexcept override { connection_.rollback(); }
  void cancel() noexcept override { connection_.cancel(); }

  [[nodiscard]] Connection& connection() noexcept override { return connection_; }

 private:
  Connection connection_;
};

using Session = SessionOn<SqlSession>;

}  // namespace sluice::db::pg
