#pragma once

#include <string>
#include <vector>

#include "support/private_server.h"
#include "support/sql.h"

namespace sluice::test {

class PostgresServer : public PrivateServer {
 public:
  /// `settings` are "name=value" of postgresql.conf.
  explicit PostgresServer(const std::vector<std::string>& settings = {});
  /// The one that the tests of this process share; started by the first call.
  static PostgresServer& shared();

  [[nodiscard]] std::string socket_dir() const { return setting("SOCKET_DIR"); }
  /// Holds the superuser's password, which only the loopback port asks for.
  [[nodiscard]] std::string pass_file() const { return setting("PASSFILE"); }
  /// libpq connection string of the superuser, by unix socket.
  [[nodiscard]] std::string conninfo(const std::string& database = "postgres") const;
  /// The same through the loopback port, with the password file.
  [[nodiscard]] std::string tcp_conninfo(const std::string& database = "postgres") const;
};

/// A database that says nothing about the encoding of its texts.
inline constexpr const char* kSqlAscii =
    "ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'";

/// An empty database for one test, dropped with its sessions when the object goes.
class PostgresDatabase {
 public:
  /// `options` are those of CREATE DATABASE.
  explicit PostgresDatabase(PostgresServer& server = PostgresServer::shared(),
                            const std::string& options = {});
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;
  ~PostgresDatabase();

  [[nodiscard]] PostgresServer& server() const noexcept { return server_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string conninfo() const { return server_.conninfo(name_); }

  /// One statement or several, each call in a session of its own; the rows of the last.
  Rows query(const std::string& sql) const { return PgSql(conninfo()).query(sql); }
  void run(const std::string& sql) const { PgSql(conninfo()).query(sql); }
  /// The only value of the only row; "NULL" for NULL.
  std::string value(const std::string& sql) const { return single_value(query(sql)); }

 private:
  PostgresServer& server_;
  std::string name_;
};

}  // namespace sluice::test
