#include "support/mariadb_server.h"

namespace sluice::test {

MariadbServer::MariadbServer(const MysqlFamilyOptions& options)
    : MysqlFamilyServer("--mariadb", "maria1", options) {}

MariadbServer& MariadbServer::shared() {
  static MariadbServer server;
  return server;
}

MariadbServer& MariadbServer::shared_without_binlog() {
  static MariadbServer server(MysqlFamilyOptions{.binlog = false, .settings = {}});
  return server;
}

}  // namespace sluice::test
