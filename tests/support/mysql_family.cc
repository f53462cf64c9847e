#include "support/mysql_family.h"

#include <regex>

#include <fmt/format.h>

namespace sluice::test {
namespace {

std::vector<std::string> arguments_of(const std::string& name, const MysqlFamilyOptions& options) {
  std::vector<std::string> arguments;
  if (options.binlog) arguments.push_back("--binlog");
  for (const std::string& setting : options.settings) {
    arguments.insert(arguments.end(), {"--set", fmt::format("{}:{}", name, setting)});
  }
  return arguments;
}

std::string with_number_tables(const std::string& sql) {
  static const std::regex table("seq_([0-9]+)_to_([0-9]+)");
  return std::regex_replace(sql, table,
                            "(WITH RECURSIVE numbers AS (SELECT CAST($1 AS UNSIGNED) AS seq UNION "
                            "ALL SELECT seq + 1 FROM numbers WHERE seq < $2) SELECT seq FROM "
                            "numbers) AS $&");
}

}  // namespace

MysqlFamilyServer::MysqlFamilyServer(const std::string& kind, const std::string& name,
                                     const MysqlFamilyOptions& options)
    : PrivateServer(kind, name, arguments_of(name, options)), is_mysql_(kind == "--mysql") {}

MysqlFamilyDatabase::MysqlFamilyDatabase(MysqlFamilyServer& server)
    : server_(server), name_(fresh_database_name()) {
  MysqlSql(server_.option_file(), "").query("CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4");
}

MysqlFamilyDatabase::~MysqlFamilyDatabase() {
  try {
    MysqlSql(server_.option_file(), "").query("DROP DATABASE " + name_);
  } catch (const std::exception&) {
    // A test may have stopped the server; its files go with it.
  }
}

Rows MysqlFamilyDatabase::query(const std::string& sql) const {
  return MysqlSql(server_.option_file(), name_)
      .query(server_.is_mysql() ? with_number_tables(sql) : sql);
}

}  // namespace sluice::test
