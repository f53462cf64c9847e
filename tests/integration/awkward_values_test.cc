// Values that look alike, print short or are read anew on their way, from the source to what the
// target prints of them.
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

void copy_and_verify(const Migration& migration) {
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  require_exit(migration.sluice("verify"), 0);
}

}  // namespace

TEST_CASE("NULL, the empty text and 'NULL' are three values, and x'' is not x'00'") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  const bool mariadb = from == From::mariadb;
  migration.source(mariadb ? "CREATE TABLE t (id int PRIMARY KEY, v varchar(9), b varbinary(9))"
                           : "CREATE TABLE t (id int PRIMARY KEY, v varchar(9), b bytea)");
  migration.source(mariadb
                       ? "INSERT INTO t VALUES (1, '', x''), (2, 'NULL', x'00'), (3, NULL, NULL), "
                         "(4, '\\\\N', x'0000'), (5, '\\\\.', x'20')"
                       : "INSERT INTO t VALUES (1, '', ''), (2, 'NULL', '\\x00'), (3, NULL, NULL), "
                         "(4, E'\\\\N', '\\x0000'), (5, E'\\\\.', '\\x20')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, v varchar(9), b bytea)");
  migration.move("t");
  copy_and_verify(migration);
  CHECK(to_text(migration.target("SELECT quote_nullable(v), quote_nullable(b) FROM t__side ORDER "
                                 "BY id")) ==
        "'' | E'\\\\x'\n'NULL' | E'\\\\x00'\nNULL | NULL\nE'\\\\N' | E'\\\\x0000'\nE'\\\\.' | "
        "E'\\\\x20'\n");
  for (const char* const change :
       {"v = NULL WHERE id = 1", "v = 'NULL' WHERE id = 3", "b = '\\x00' WHERE id = 1",
        "b = '' WHERE id = 2", "b = '' WHERE id = 3"}) {
    CAPTURE(change);
    migration.target("CREATE TABLE before AS SELECT * FROM t__side");
    migration.target(std::string("UPDATE t__side SET ") + change);
    CHECK(migration.sluice("verify").exit_code == 3);
    CHECK(migration.sluice("verify", {"--target"}).exit_code == 3);
    migration.target("DELETE FROM t__side; INSERT INTO t__side TABLE before; DROP TABLE before");
  }
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("floats at the edges of their type arrive bit for bit") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  const bool mariadb = from == From::mariadb;
  migration.source(mariadb ? "CREATE TABLE t (id int PRIMARY KEY, d double, f float)"
                           : "CREATE TABLE t (id int PRIMARY KEY, d float8, f float4)");
  migration.source(
      "INSERT INTO t VALUES (1, 0.36640625, 0.36640625), (2, 0.1, 0.1), (3, 16777217, 16777216), "
      "(4, 1.7976931348623157e308, 3.4028234e38), (5, 2.2250738585072014e-308, 1.17549435e-38), "
      "(6, 9007199254740993, 0.3), (7, 123456789.123456789, 123456.79), (8, -0.0, -0.0)");
  if (!mariadb) {
    migration.source(
        "INSERT INTO t VALUES (9, '-0', '-0'), (10, 'NaN', 'NaN'), (11, 'Infinity', '-Infinity'), "
        "(12, 5e-324, 1e-45)");
  }
  migration.target("CREATE TABLE t (id int PRIMARY KEY, d float8, f float4)");
  migration.move("t");
  copy_and_verify(migration);
  if (!mariadb) {
    CHECK(migration.difference("SELECT id, float8send(d), float4send(f) FROM t ORDER BY id",
                               "SELECT id, float8send(d), float4send(f) FROM t__side ORDER BY "
                               "id") == "");
  }
  // MariaDB prints fewer digits of a float than tell it from its neighbors.
  CHECK(migration.target_value(
            "SELECT string_agg(id::text, ' ' ORDER BY id) FROM (VALUES (1, '0.36640625', "
            "'0.36640625'), (2, '0.1', '0.1'), (3, '16777217', '16777216'), "
            "(4, '1.7976931348623157e308', '3.4028234e38'), (5, '2.2250738585072014e-308', "
            "'1.17549435e-38'), (6, '9007199254740993', '0.3'), (7, '123456789.123456789', "
            "'123456.79')) AS v (id, d, f) JOIN t__side USING (id) WHERE t__side.d = v.d::float8 "
            "AND t__side.f = v.f::float4") == "1 2 3 4 5 6 7");
}

TEST_CASE("numbers keep their scale, also inside JSON that is read anew") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.source("CREATE TABLE t (id int PRIMARY KEY, n numeric(20,6), same json, anew json)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, n numeric, same json, anew jsonb)");
  const std::string json =
      R"({"b": 0.36640625, "aa": 1.10, "c": 12345678901234567890.10, "d": 1e2, "a": [0.1, -0.0]})";
  migration.source("INSERT INTO t VALUES (1, 1.10, '" + json + "', '" + json +
                   "'), (2, -0.000001, '1.0', '1.0')");
  migration.move("t");
  copy_and_verify(migration);
  CHECK(
      to_text(migration.target("SELECT n, same, anew FROM t__side ORDER BY id")) ==
      "1.100000 | " + json +
          R"( | {"a": [0.1, 0.0], "b": 0.36640625, "c": 12345678901234567890.10, "d": 100, "aa": 1.10})" +
          "\n-0.000001 | 1.0 | 1.0\n");
}

TEST_CASE("moments and local times arrive as such, whatever zones servers and sessions are in") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  // Of its own: the zone is the whole server's.
  MariadbServer mariadb(MysqlFamilyOptions{true, {"default_time_zone=+05:30"}});
  std::optional<Migration> made;
  from == From::mariadb ? made.emplace(mariadb, PostgresServer::shared()) : made.emplace();
  Migration& migration = *made;
  migration.target(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = "
      "''America/St_Johns''', current_database()); END $$");
  if (from == From::mariadb) {
    REQUIRE(migration.source_value("SELECT @@time_zone") == "+05:30");
    migration.source(
        "CREATE TABLE t (id int PRIMARY KEY, at timestamp(6) NULL, local datetime(6));"
        "INSERT INTO t VALUES (1, '2026-03-29 02:30:00.000001', '2026-03-29 02:30:00.000001'), "
        "(2, '1970-01-01 05:30:01', '1970-01-01 00:00:00'), (3, NULL, NULL)");
  } else {
    migration.source(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone = ''Asia/Kolkata''', "
        "current_database()); END $$");
    migration.source(
        "CREATE TABLE t (id int PRIMARY KEY, at timestamptz, local timestamp);"
        "INSERT INTO t VALUES (1, '2026-03-29 02:30:00.000001', '2026-03-29 02:30:00.000001'), "
        "(2, '1970-01-01 05:30:01', '1970-01-01 00:00:00'), (3, NULL, NULL)");
  }
  migration.target("CREATE TABLE t (id int PRIMARY KEY, at timestamptz, local timestamp)");
  migration.move("t");
  copy_and_verify(migration);
  REQUIRE(migration.target_value("SHOW TimeZone") == "America/St_Johns");
  // 02:30 in the source's zone is 21:00 of the day before in UTC.
  CHECK(to_text(migration.target("SELECT at AT TIME ZONE 'UTC', local FROM t__side ORDER BY id")) ==
        "2026-03-28 21:00:00.000001 | 2026-03-29 02:30:00.000001\n"
        "1970-01-01 00:00:01 | 1970-01-01 00:00:00\nNULL | NULL\n");
}

}  // namespace sluice::test
