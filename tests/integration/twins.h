#pragma once
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "support/postgres_server.h"
#include "support/proxy.h"
#include "support/sql.h"
#include "support/temp_dir.h"

namespace sluice::test {

/// Two servers with the same login and database: only its identity tells one from the other.
class Twins {
 public:
  Twins(const PostgresServer& right, const PostgresServer& other, std::string user,
        std::string database)
      : user_(std::move(user)), database_(std::move(database)) {
    for (const PostgresServer* server : {&right, &other}) {
      PgSql(server->conninfo()).query("ALTER ROLE " + user_ + " PASSWORD 'the same'");
    }
    PgSql(other.conninfo()).query("CREATE DATABASE " + database_);
    pass_file_ = dir_.write("pgpass", "*:*:*:*:the same\n").string();
    std::filesystem::permissions(pass_file_, std::filesystem::perms::owner_read);
  }
  [[nodiscard]] std::string url(const Proxy& proxy) const {
    return fmt::format("postgresql://{}@127.0.0.1:{}/{}?passfile={}&sslmode=disable", user_,
                       proxy.port(), database_, pass_file_);
  }

 private:
  TempDir dir_;
  std::string user_;
  std::string database_;
  std::string pass_file_;
};

}  // namespace sluice::test
