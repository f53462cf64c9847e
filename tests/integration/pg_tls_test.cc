// Whose certificate is believed, and what people are told.

#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "integration/tls_fixture.h"
#include "support/migration.h"
#include "support/postgres_server.h"
#include "support/run_process.h"

namespace sluice::test {
namespace {

/// `sluice inspect` through the loopback port.
RunResult inspect(const PostgresServer& server, const std::string& host,
                  const std::string& options) {
  return run_sluice({"inspect", "--url",
                     fmt::format("postgresql://{}@{}:{}/postgres?passfile={}{}", server.user(),
                                 host, server.port(), server.pass_file(), options)});
}

void check_refused(const RunResult& result, const std::string& why, const std::string& hint) {
  INFO(result.err);
  CHECK(result.exit_code == 8);
  CHECK(result.out.empty());
  CHECK(result.err.find(why) != std::string::npos);
  CHECK(result.err.find(hint) != std::string::npos);
}

void check_works(const RunResult& result) {
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

}  // namespace

TEST_CASE(
    "a PostgreSQL server's certificate is believed for its name and from its authority only") {
  const TlsFiles tls("localhost");
  tls.give_key_to_server();
  const PostgresServer server(
      {"ssl=on", "ssl_cert_file=" + tls.certificate, "ssl_key_file=" + tls.key});
  const std::string verify = "&sslmode=verify-full&sslrootcert=";
  check_works(inspect(server, "localhost", "&sslmode=require"));
  check_works(inspect(server, "localhost", verify + tls.ca));
  check_refused(inspect(server, "127.0.0.1", verify + tls.ca), "does not match host name",
                "the server as the certificate does");
  check_refused(inspect(server, "localhost", verify + TlsFiles("localhost").ca), "SSL error",
                "name its authority with sslrootcert");
  check_refused(inspect(server, "localhost", verify + "/nonexistent/ca.pem"), "/nonexistent/ca.pem",
                "name its authority with sslrootcert");
}

TEST_CASE("a PostgreSQL server without TLS is refused where TLS is asked for") {
  const PostgresServer& server = PostgresServer::shared();
  check_works(inspect(server, "localhost", ""));  // loopback
  check_refused(inspect(server, "localhost", "&sslmode=require"), "does not support SSL",
                "TLS is required");
  const TlsFiles tls("localhost");
  check_refused(inspect(server, "localhost", "&sslmode=verify-full&sslrootcert=" + tls.ca),
                "does not support SSL", "certificate is verified");
}

TEST_CASE("a copy runs under TLS") {
  const TlsFiles tls("localhost");
  tls.give_key_to_server();
  PostgresServer target({"ssl=on", "ssl_cert_file=" + tls.certificate, "ssl_key_file=" + tls.key,
                         "log_connections=on"});
  Migration migration(PostgresServer::shared(), target);
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
  migration.source("INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 3000) n");
  migration.move("t");
  migration.target_url(
      fmt::format("postgresql://{}@localhost:{}/{}?passfile={}&sslmode=verify-full&sslrootcert={}",
                  target.user(), target.port(), migration.target_database().name(),
                  target.pass_file(), tls.ca));
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  CHECK(copied.exit_code == 0);
  CHECK(migration.table_difference("t", "id, payload") == "");
  // Each session was encrypted, not only the first.
  std::istringstream log(target.log());
  std::size_t sessions = 0;
  for (std::string line; std::getline(log, line);) {
    if (line.find("connection authorized") == std::string::npos ||
        line.find("application_name=sluice") == std::string::npos) {
      continue;
    }
    ++sessions;
    CHECK(line.find("SSL enabled") != std::string::npos);
  }
  CHECK(sessions > 5);
}

}  // namespace sluice::test
