// Both sides named by libpq services: what a service file says is all that is known of a server.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

/// A migration whose config holds the names of two services and nothing else of its servers.
struct Services {
  Services() {
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
    migration.source("INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 4000) n");
    migration.move("t");
    target_section =
        section("new", migration.target_database(), migration.target_database().server().user());
    write(fmt::format("[old]\nhost={}\nport={}\ndbname={}\nuser=sluice_reader\n",
                      migration.source_value("SHOW unix_socket_directories"),
                      migration.source_value("SHOW port"),
                      migration.source_value("SELECT current_database()")) +
          target_section);
    direct_target = fmt::format(
        "postgresql:///{}?host={}&port={}&user={}", migration.target_database().name(),
        migration.target_database().server().socket_dir(),
        migration.target_database().server().port(), migration.target_database().server().user());
    migration.source_url("postgresql://?service=old");
    migration.target_url("postgresql://?service=new");
  }
  static std::string section(const std::string& name, const PostgresDatabase& database,
                             const std::string& user) {
    return fmt::format("[{}]\nhost={}\nport={}\ndbname={}\nuser={}\n", name,
                       database.server().socket_dir(), database.server().port(), database.name(),
                       user);
  }
  void write(const std::string& text) const { dir.write("services", text); }
  [[nodiscard]] RunResult run(const std::string& verb, const std::string& point = {}) const {
    RunOptions options;
    options.env = {{"PGSERVICEFILE", dir.path() / "services"}};
    if (!point.empty()) options.env.emplace_back("SLUICE_KILL_AT", point);
    return migration.sluice(verb, {}, options);
  }

  Migration migration;
  TempDir dir;
  std::string target_section;
  std::string direct_target;
};

void check(const RunResult& result, int exit_code, const std::string& text) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == exit_code);
  CHECK((result.out + result.err).find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("a migration between two services is killed, goes on and is verified") {
  const Services services;
  check(services.run("inspect"), 0, "public.t");
  REQUIRE(services.run("copy", "after_commit:3").signal == SIGKILL);
  check(services.run("copy"), 0, "Next: ");
  CHECK(services.migration.table_difference("t", "id, payload") == "");
  check(services.run("verify"), 0, "equal");
  check(services.run("status"), 0, "finished");
}

TEST_CASE("a service that leads to another server than before is found out") {
  Services services;
  REQUIRE(services.run("copy", "after_commit:3").signal == SIGKILL);
  // Another name for the same server changes nothing.
  services.migration.target_url(services.direct_target);
  REQUIRE(services.run("copy", "after_commit:1").signal == SIGKILL);
  services.migration.target_url("postgresql://?service=new");
  PostgresServer other;
  Migration elsewhere(PostgresServer::shared(), other);
  elsewhere.target("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
  services.write(Services::section("old", elsewhere.target_database(), other.user()) +
                 services.target_section);
  check(services.run("copy"), 7, "source");
}

TEST_CASE("a service that nobody has described is a mistake of the config, by name") {
  Services services;
  services.migration.source_url("postgresql://?service=odl");
  for (const char* verb : {"inspect", "copy"}) check(services.run(verb), 2, "odl");
}

}  // namespace sluice::test
