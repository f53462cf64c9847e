// What is another than it was when people approved: config, table shapes and servers are held
// against what was verified, at a cutover and at a retire.

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/retire_fixture.h"
#include "integration/swapped_fixture.h"
#include "integration/twins.h"
#include "support/proxy.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

constexpr int kDrift = 7;

void check_drift(const RunResult& result, const std::string& what) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == kDrift);
  CHECK((result.out + result.err).find(what) != std::string::npos);
}

}  // namespace

TEST_CASE("a source's table or a config that was changed since lets no row be deleted") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const auto check_refused = [&](const std::string& what) {
    check_drift(retirement.retire(), what);
    check_drift(retirement.propose("r2.json"), what);
    CHECK_FALSE(retirement.dir.has("r2.json"));
    CHECK(retirement.count("true") == "50");
    CHECK(retirement.migration.events("retire-begun").empty());
  };
  retirement.migration.source("ALTER TABLE t ADD COLUMN altered_since int");
  check_refused("altered_since");
  retirement.migration.source("ALTER TABLE t DROP COLUMN altered_since");
  // Not even a limit, which a copy would take without a word.
  retirement.migration.limit("reconnect_seconds", 7);
  check_refused("config file: the manifest has");
}

TEST_CASE("a table or a config that was changed since people signed makes nothing live") {
  Swapped swapped;
  swapped.sign("manifest.json", "cutover");
  const auto check_refused = [&](const std::string& what) {
    check_drift(swapped.cut_over(), what);
    CHECK(swapped.live_rows() == "0");
    CHECK(swapped.migration.events("cutover").empty());
  };
  for (const char* table : {"public.t", "public.t__side"}) {
    CAPTURE(table);
    swapped.migration.target(std::string("ALTER TABLE ") + table + " ADD COLUMN altered_since int");
    check_refused("altered_since");
    swapped.migration.target(std::string("ALTER TABLE ") + table + " DROP COLUMN altered_since");
  }
  swapped.migration.source("ALTER TABLE public.t ADD COLUMN altered_since int");
  check_refused("altered_since");
  swapped.migration.source("ALTER TABLE public.t DROP COLUMN altered_since");
  // As it was, all but the config would be what they signed.
  require_exit(swapped.cut_over("manifest.json", {"--dry-run"}), 0);
  swapped.migration.limit("reconnect_seconds", 7);
  check_refused("it is of config");
}

TEST_CASE("a cutover, or a retire, that is led to another server changes nothing") {
  PostgresServer other;
  SECTION("a cutover") {
    PostgresServer target;
    Migration migration(PostgresServer::shared(), target);
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name text)");
    migration.source("INSERT INTO t VALUES (1, 'a')");
    migration.move("t");
    const Twins twins(target, other, target.user(), migration.target_database().name());
    Proxy proxy(target.port());
    migration.target_url(twins.url(proxy));
    finish(migration);
    require_exit(migration.sluice("verify"), 0);
    // The first connection finds the run, the second is to change it.
    proxy.lead_one_to(other.port(), 2);
    check_drift(migration.sluice("cutover"), "which the plan was made with");
    CHECK(migration.target_value("SELECT count(*) FROM t") == "0");
    require_exit(migration.sluice("cutover"), 0);
    CHECK(migration.target_value("SELECT count(*) FROM t") == "1");
  }
  SECTION("a retire") {
    Retirement retirement(From::postgresql);
    retirement.make_table(50);
    retirement.copy_and_verify();
    retirement.propose_and_sign();
    // The same names, the same rows: only the server is another.
    const std::string database = retirement.migration.source_value("SELECT current_database()");
    PgSql(other.conninfo()).query("CREATE DATABASE " + database);
    PgSql(other.conninfo(database))
        .query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
    retirement.retire_as(fmt::format("postgresql:///{}?host={}&port={}&user={}", database,
                                     other.socket_dir(), other.port(), other.user()));
    check_drift(retirement.retire(), "which the plan was made with");
    CHECK(PgSql(other.conninfo(database)).query("SELECT FROM t").size() == 1);
    CHECK(retirement.count("true") == "50");
  }
}

TEST_CASE("what was signed for one direction is worth nothing in the other") {
  Swapped swapped;
  swapped.sign_and_cut_over();
  swapped.grant_retire();
  require_exit(swapped.propose_retire(), 0);
  // The two have changed places, and whoever did that took the ledger along: run, events, policy.
  const std::string source = swapped.migration.source_conninfo();
  const std::string ledger =
      "pg_dump -n sluice -d \"$FROM\" | psql -X -q -v ON_ERROR_STOP=1 -d \"$TO\"";
  RunOptions options;
  options.env = {{"FROM", swapped.migration.target_database().conninfo()}, {"TO", source}};
  require_exit(
      run_process({"bash", "-euo", "pipefail", "-c",
                   "psql -X -q -d \"$TO\" -c 'DROP SCHEMA IF EXISTS sluice CASCADE'; " + ledger},
                  options),
      0);
  const std::string there = swapped.migration.superuser_url();
  swapped.migration.source_url(reader_url(swapped.migration.target_database()));
  swapped.migration.target_url(there);
  const auto rows = [&swapped] {
    return swapped.migration.source_value("SELECT count(*) FROM public.t") + " " +
           swapped.live_rows();
  };
  REQUIRE(rows() == "30 30");
  check_drift(swapped.copy(), "which the plan was made with");
  check_drift(swapped.cut_over(), "which the plan was made with");
  check_drift(swapped.retire_approved(), "config file");
  // As somebody who may delete where the rows have gone.
  check_drift(swapped.migration.sluice(
                  "retire", {"--manifest", swapped.file("manifest.json").string(), "--retire-as",
                             url_of(swapped.migration.target_database(),
                                    swapped.migration.target_database().server().user()),
                             "--approved", swapped.file("retire.json").string()}),
              "config file");
  CHECK(rows() == "30 30");
}

}  // namespace sluice::test
