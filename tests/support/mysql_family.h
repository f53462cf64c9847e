#pragma once

#include <string>
#include <vector>

#include "support/private_server.h"
#include "support/sql.h"

/// What servers of MariaDB and of MySQL have in common for a test.
namespace sluice::test {

struct MysqlFamilyOptions {
  bool binlog = true;
  std::vector<std::string> settings;  ///< "name=value" of my.cnf
};

class MysqlFamilyServer : public PrivateServer {
 public:
  [[nodiscard]] std::string socket() const { return setting("SOCKET"); }
  /// Option file: group [client] connects by unix socket, [client_tcp] through the loopback port.
  [[nodiscard]] std::string option_file() const { return setting("OPTION_FILE"); }
  /// MySQL's own server; otherwise MariaDB's.
  [[nodiscard]] bool is_mysql() const noexcept { return is_mysql_; }

 protected:
  MysqlFamilyServer(const std::string& kind, const std::string& name,
                    const MysqlFamilyOptions& options);
  ~MysqlFamilyServer() = default;

 private:
  bool is_mysql_;
};

/// An empty database (utf8mb4) for one test, dropped when the object goes.
class MysqlFamilyDatabase {
 public:
  explicit MysqlFamilyDatabase(MysqlFamilyServer& server);
  MysqlFamilyDatabase(const MysqlFamilyDatabase&) = delete;
  MysqlFamilyDatabase& operator=(const MysqlFamilyDatabase&) = delete;
  ~MysqlFamilyDatabase();

  [[nodiscard]] MysqlFamilyServer& server() const noexcept { return server_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// One statement or several, each call in a session of its own; the rows of the last. MariaDB's
  /// tables of numbers, such as seq_1_to_100, are there on MySQL too.
  Rows query(const std::string& sql) const;
  void run(const std::string& sql) const { query(sql); }
  /// The only value of the only row; "NULL" for NULL.
  std::string value(const std::string& sql) const { return single_value(query(sql)); }

 private:
  MysqlFamilyServer& server_;
  std::string name_;
};

}  // namespace sluice::test
