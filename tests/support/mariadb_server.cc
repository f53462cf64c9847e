#include "support/mariadb_server.h"

namespace sluice::test {
namespace {

std::vector<std::string> arguments_of(const MariadbOptions& options) {
  std::vector<std::string> arguments;
  if (options.binlog) arguments.push_back("--binlog");
  for (const std::string& setting : options.settings) {
    arguments.insert(arguments.end(), {"--set", "maria1:" + setting});
  }
  return arguments;
}

}  // namespace

MariadbServer::MariadbServer(const MariadbOptions& options)
    : PrivateServer("--mariadb", "maria1", arguments_of(options)) {}

MariadbServer& MariadbServer::shared() {
  static MariadbServer server;
  return server;
}

MariadbServer& MariadbServer::shared_without_binlog() {
  static MariadbServer server(MariadbOptions{.binlog = false, .settings = {}});
  return server;
}

MariadbDatabase::MariadbDatabase(MariadbServer& server)
    : server_(server), name_(fresh_database_name()) {
  MysqlSql(server_.option_file(), "").query("CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4");
}

MariadbDatabase::~MariadbDatabase() {
  try {
    MysqlSql(server_.option_file(), "").query("DROP DATABASE " + name_);
  } catch (const std::exception&) {
    // A test may have stopped the server; its files go with it.
  }
}

Rows MariadbDatabase::query(const std::string& sql) const {
  return MysqlSql(server_.option_file(), name_).query(sql);
}

}  // namespace sluice::test
