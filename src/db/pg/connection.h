#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/endpoint.h"

#include "db/pg/handles.h"
#include "db/pg/pqxx_connection.h"
#include "db/pg/settings.h"

namespace sluice::db::pg {

/// One connection that libpqxx (statements, transactions) and libpq (COPY) share. For one thread at
/// a time, except cancel(). The destructor rolls back and closes. Every failure is an Error.
class Connection {
 public:
  Connection(const model::Endpoint& endpoint, Purpose purpose);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters);
  /// Statements without result, sent in one go.
  void run(const std::string& sql);
  void begin();
  void commit();
  void rollback() noexcept;
  void cancel() noexcept;

  /// For COPY. Owned by this object.
  [[nodiscard]] PGconn* raw() const noexcept { return raw_; }
  /// The process id of its server process.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] const ServerTraits& server() const noexcept { return server_; }
  [[nodiscard]] bool in_transaction() const noexcept;

 private:
  void set_up(Purpose purpose, std::uint32_t statement_seconds);
  void check_commit();

  std::unique_ptr<PqxxConnection> connection_;
  PGconn* raw_ = nullptr;  // borrowed from connection_
  Cancel cancel_;
  ServerTraits server_;
  // libpqxx's way to run statements without a transaction of its own, as long as the connection
  // lives. Its transaction class (6.4) rolls back at the first failed statement, savepoint or not.
  // Must end before connection_.
  std::unique_ptr<pqxx::nontransaction> statements_;
};

}  // namespace sluice::db::pg
