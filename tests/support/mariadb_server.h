#pragma once

#include <string>
#include <vector>

#include "support/private_server.h"
#include "support/sql.h"

namespace sluice::test {

struct MariadbOptions {
  bool binlog = true;
  std::vector<std::string> settings;  ///< "name=value" of my.cnf
};

class MariadbServer : public PrivateServer {
 public:
  explicit MariadbServer(const MariadbOptions& options = {});
  /// The one, with a binary log, that the tests of this process share; started by the first call.
  static MariadbServer& shared();
  /// Another shared one, without a binary log.
  static MariadbServer& shared_without_binlog();

  [[nodiscard]] std::string socket() const { return setting("SOCKET"); }
  /// Option file: group [client] connects by unix socket, [client_tcp] through the loopback port.
  [[nodiscard]] std::string option_file() const { return setting("OPTION_FILE"); }
};

/// An empty database (utf8mb4) for one test, dropped when the object goes.
class MariadbDatabase {
 public:
  explicit MariadbDatabase(MariadbServer& server = MariadbServer::shared());
  MariadbDatabase(const MariadbDatabase&) = delete;
  MariadbDatabase& operator=(const MariadbDatabase&) = delete;
  ~MariadbDatabase();

  [[nodiscard]] MariadbServer& server() const noexcept { return server_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// One statement or several, each call in a session of its own; the rows of the last.
  Rows query(const std::string& sql) const;
  void run(const std::string& sql) const { query(sql); }
  /// The only value of the only row; "NULL" for NULL.
  std::string value(const std::string& sql) const { return single_value(query(sql)); }

 private:
  MariadbServer& server_;
  std::string name_;
};

}  // namespace sluice::test
