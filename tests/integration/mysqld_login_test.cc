// Ways to MySQL's own server: its default way to log in, with and without TLS, by both clients.

#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"
#include "support/temp_dir.h"

namespace sluice::test::mysql {
namespace {

constexpr const char* kPassword = "only in the option file";

/// A user with a password, by caching_sha2_password, whom the server has not seen yet: the first
/// login of each is the long way, which needs TLS, a unix socket or the server's RSA key.
model::Endpoint fresh_user(const MysqlDatabase& db, const TempDir& folder,
                           const std::string& host) {
  static int count = 0;
  const std::string name = "login" + std::to_string(++count);
  const std::string who = name + "@'" + host + "'";
  db.run("CREATE USER " + who + " IDENTIFIED WITH caching_sha2_password BY '" + kPassword +
         "'; GRANT SELECT ON *.* TO " + who);
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.database = db.name();
  endpoint.defaults_file =
      folder.write(name + ".cnf", "[client]\nuser=" + name + "\npassword=\"" + kPassword + "\"\n");
  if (host == "localhost") {
    endpoint.socket = db.server().socket();
  } else {
    endpoint.host = host;
    endpoint.port = static_cast<std::uint16_t>(db.server().port());
  }
  return endpoint;
}

template <typename Ask>
std::string outcome_of(Ask ask) {
  try {
    const std::optional<std::string> cipher = ask("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    return cipher.value_or("").empty() ? "plain" : "encrypted";
  } catch (const model::Error& error) {
    return error.kind() == model::ErrorKind::config ? "refused" : error.what();
  }
}

std::string by_connector(const model::Endpoint& endpoint) {
  return outcome_of([&](const char* sql) {
    return db::open_session(endpoint, db::Purpose::source)->query(sql).rows.at(0).at(1);
  });
}

std::string by_client(const model::Endpoint& endpoint) {
  return outcome_of([&](const char* sql) {
    return db::open_snapshot(endpoint, 1).sessions.at(0)->sql().query(sql).rows.at(0).at(1);
  });
}

/// What both clients say, each for a user of its own.
void check_both(const MysqlDatabase& db, const std::string& host,
                const std::map<std::string, std::string>& options, const std::string& expected) {
  CAPTURE(host, options);
  const TempDir folder;
  model::Endpoint first = fresh_user(db, folder, host);
  model::Endpoint second = fresh_user(db, folder, host);
  for (const auto& [name, value] : options) {
    first.options[name] = value;
    second.options[name] = value;
  }
  CHECK(by_connector(first) == expected);
  CHECK(by_client(second) == expected);
}

}  // namespace

TEST_CASE("MySQL's default way to log in works by socket, with TLS, and by its RSA key without") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  check_both(db, "localhost", {}, "plain");
  check_both(db, "127.0.0.1", {{"ssl_mode", "DISABLED"}}, "plain");
  check_both(db, "127.0.0.1", {{"ssl_mode", "REQUIRED"}}, "encrypted");
}

TEST_CASE("the certificate that a MySQL server makes for itself is good for no name") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  check_both(db, "127.0.0.1", {{"ssl_mode", "VERIFY_IDENTITY"}}, "refused");
  check_both(db, "127.0.0.1",
             {{"ssl_mode", "VERIFY_IDENTITY"}, {"ssl_ca", MysqlServer::shared().authority()}},
             "refused");
}

TEST_CASE("a MySQL server that wants TLS, and one that has none, are answered clearly") {
  NEEDS_MYSQL();
  MysqlServer strict({false, {"require_secure_transport=ON"}});
  const MysqlDatabase wants(strict);
  check_both(wants, "127.0.0.1", {{"ssl_mode", "DISABLED"}}, "refused");
  check_both(wants, "127.0.0.1", {{"ssl_mode", "REQUIRED"}}, "encrypted");
  MysqlServer open({false, {"tls_version="}});
  const MysqlDatabase lacks(open);
  check_both(lacks, "127.0.0.1", {{"ssl_mode", "REQUIRED"}}, "refused");
}

}  // namespace sluice::test::mysql
