#include "support/postgres_server.h"

namespace sluice::test {
namespace {

std::vector<std::string> options_of(const std::vector<std::string>& settings) {
  std::vector<std::string> options;
  for (const std::string& setting : settings) {
    options.insert(options.end(), {"--set", "pg1:" + setting});
  }
  return options;
}

}  // namespace

PostgresServer::PostgresServer(const std::vector<std::string>& settings)
    : PrivateServer("--postgres", "pg1", options_of(settings)) {}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::conninfo(const std::string& database) const {
  return "host=" + socket_dir() + " port=" + std::to_string(port()) + " user=" + user() +
         " dbname=" + database;
}

std::string PostgresServer::tcp_conninfo(const std::string& database) const {
  return "host=127.0.0.1 port=" + std::to_string(port()) + " user=" + user() +
         " dbname=" + database + " passfile=" + pass_file();
}

PostgresDatabase::PostgresDatabase(PostgresServer& server, const std::string& options)
    : server_(server), name_(fresh_database_name()) {
  PgSql(server_.conninfo()).query("CREATE DATABASE " + name_ + " " + options);
}

PostgresDatabase::~PostgresDatabase() {
  try {
    PgSql(server_.conninfo()).query("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {
    // A test may have stopped the server; its files go with it.
  }
}

}  // namespace sluice::test
