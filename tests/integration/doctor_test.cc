// What doctor says of real servers: each thing that it looks at is broken once.
#include <map>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "integration/tls_fixture.h"
#include "support/migration.h"
#include "support/outcome.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

/// What came of each check, by its name.
class Examined {
 public:
  explicit Examined(const Migration& migration, std::vector<std::string> more = {"--json"})
      : result(migration.sluice("doctor", more)) {
    const auto document = codec::parse_json_or_throw(result.out, "stdout");
    for (const codec::JsonValue& check : document.root().at("checks").items()) {
      verdicts_[check.at("name").as_string()] = check.at("verdict").as_string();
      found_[check.at("name").as_string()] = check.at("found").as_string();
    }
  }
  [[nodiscard]] std::string verdict(const std::string& name) const {
    INFO(result.out);
    REQUIRE(verdicts_.contains(name));
    return verdicts_.at(name);
  }
  [[nodiscard]] std::string found(const std::string& name) const { return found_.at(name); }
  [[nodiscard]] bool has(const std::string& name) const { return verdicts_.contains(name); }
  /// Names of those that are neither well nor a warning.
  [[nodiscard]] std::string bad() const {
    std::string names;
    for (const auto& [name, verdict] : verdicts_) {
      if (verdict == "error" || verdict == "unknown") names += name + " ";
    }
    return names;
  }

  RunResult result;

 private:
  std::map<std::string, std::string> verdicts_;
  std::map<std::string, std::string> found_;
};

void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
}

}  // namespace

TEST_CASE("doctor finds nothing wrong where nothing is, and says what to do next") {
  static PostgresServer target({"fsync=on", "full_page_writes=on"});
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from, target);
  make_table(migration);
  const TempDir dir;
  const Examined examined(migration, {"--json", "--archive", (dir.path() / "gone").string()});
  INFO(examined.result.out);
  CHECK(examined.bad() == "");
  CHECK(examined.verdict("archive-space") == "ok");
  CHECK(examined.verdict("policy-file") == "ok");
  CHECK(examined.result.exit_code == 0);
  CHECK(examined.verdict("source-write") == "ok");
  CHECK(examined.verdict("source-clock") == "ok");
  CHECK(examined.verdict("source-position") == "ok");
  CHECK(examined.verdict("target-space") == "ok");
  const RunResult shown = migration.sluice("doctor");
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("Next: sluice plan --config ") != std::string::npos);
  // It looks, and leaves nothing.
  CHECK(migration.target_value("SELECT to_regnamespace('sluice') IS NULL") == "t");
}

TEST_CASE("a server that is out of reach hides nothing of the other") {
  Migration migration;
  make_table(migration);
  const bool is_source = GENERATE(true, false);
  CAPTURE(is_source);
  const std::string nobody = "postgresql://mover@127.0.0.1:1/crm";
  is_source ? migration.source_url(nobody) : migration.target_url(nobody);
  const Examined examined(migration);
  CHECK(examined.verdict(is_source ? "source-connection" : "target-connection") == "unknown");
  CHECK(examined.verdict(is_source ? "target-create" : "source-read") == "ok");
  CHECK(examined.verdict("ssh-keygen") == "ok");
  // The tests' own servers keep nothing in a crash, which is an error.
  CHECK(examined.result.exit_code == (is_source ? 3 : 10));
}

TEST_CASE("roles that can do too much or too little are errors") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_table(migration);
  SECTION("a source role that can write") {
    migration.read_as_superuser();
    CHECK(Examined(migration).verdict("source-write") == "error");
    migration.member("allow", R"({"source_can_delete": {"reason": "a test", "person": "Ann"}})");
    CHECK(Examined(migration).verdict("source-write") == "warning");
  }
  SECTION("a table that is not there") {
    migration.move("nowhere");
    const Examined examined(migration);
    CHECK(examined.verdict("source-read") == "error");
    CHECK(examined.found("source-read").find("nowhere") != std::string::npos);
  }
  SECTION("a target role that can make nothing") {
    migration.target("DROP ROLE IF EXISTS idle_role; CREATE ROLE idle_role LOGIN");
    migration.target_url(url_of(migration.target_database(), "idle_role"));
    CHECK(Examined(migration).verdict("target-create") == "error");
  }
}

TEST_CASE("what the source cannot tell of its changes is a warning") {
  Migration migration(From::mariadb_without_binlog);
  make_table(migration);
  CHECK(Examined(migration).verdict("source-position") == "warning");
}

TEST_CASE("too little room, for bytes or for locks, is an error") {
  static PostgresServer target({"max_connections=10", "max_locks_per_transaction=10"});
  Migration migration(From::postgresql, target);
  migration.limit("min_free_bytes", 1ULL << 50);
  for (int i = 0; i < 20; ++i) {
    migration.on_both(fmt::format("CREATE TABLE t{} (id int PRIMARY KEY)", i));
    migration.move(fmt::format("t{}", i));
  }
  const Examined examined(migration);
  CHECK(examined.verdict("target-space") == "error");
  CHECK(examined.verdict("target-locks") == "error");
  CHECK(examined.verdict("target-connections") == "warning");
  CHECK(examined.verdict("target-settings") == "error");  // fsync is off
}

TEST_CASE("a way to a server on which others may listen, or be it, is an error") {
  const TlsFiles tls("LOCALHOST");
  tls.give_key_to_server();
  PostgresServer target({"ssl=on", "ssl_cert_file=" + tls.certificate, "ssl_key_file=" + tls.key});
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  // This machine by a name that does not say so.
  const auto examined = [&](const std::string& options) {
    migration.target_url(
        fmt::format("postgresql://{}@LOCALHOST:{}/{}?passfile={}&{}", target.user(), target.port(),
                    migration.target_database().name(), target.pass_file(), options));
    return Examined(migration);
  };
  CHECK(examined("sslmode=disable").verdict("target-tls") == "error");
  const Examined unverified = examined("sslmode=require");
  CHECK(unverified.verdict("target-tls") == "error");
  CHECK(unverified.found("target-tls") == "encrypted, but require does not verify the server");
  const Examined verified = examined("sslmode=verify-full&sslrootcert=" + tls.ca);
  CHECK(verified.verdict("target-tls") == "ok");
  CHECK(verified.verdict("source-tls") == "ok");
  CHECK(verified.found("source-tls") == "a unix socket: nothing leaves the machine");
}

TEST_CASE("limits that a server has for statements are told beside sluice's own") {
  SECTION("PostgreSQL, of a role") {
    Migration migration;
    make_table(migration);
    CHECK(Examined(migration).verdict("source-timeouts") == "ok");
    const std::string in_database =
        "ALTER ROLE sluice_reader IN DATABASE " +
        migration.source_value("SELECT quote_ident(current_database())");
    migration.source(in_database + " SET statement_timeout = '9s'");
    migration.limit("source_statement_seconds", 77);
    const Examined examined(migration);
    CHECK(examined.verdict("source-timeouts") == "warning");
    CHECK(examined.found("source-timeouts") ==
          "statement_timeout = 9000ms; sluice's own sessions have 77 s");
    CHECK(examined.verdict("target-timeouts") == "ok");
  }
  SECTION("MariaDB, of all") {
    Migration migration(From::mariadb);
    make_table(migration);
    CHECK(Examined(migration).verdict("source-timeouts") == "ok");
    migration.source("SET GLOBAL max_statement_time = 3600");
    const Examined examined(migration);
    migration.source("SET GLOBAL max_statement_time = 0");
    CHECK(examined.verdict("source-timeouts") == "warning");
    CHECK(examined.found("source-timeouts").starts_with("max_statement_time = 3600"));
  }
}

}  // namespace sluice::test
