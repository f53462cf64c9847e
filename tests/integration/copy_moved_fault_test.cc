// The source changes between the point in time at which a run began and the one at which it goes
// on: what arrives is what the source holds at the later one.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

void make_table(Migration& migration, const std::string& unique = "") {
  const std::string columns = "(id int PRIMARY KEY, code int{}, payload varchar(100))";
  migration.source("CREATE TABLE t " + fmt::format(fmt::runtime(columns), ""));
  migration.target("CREATE TABLE t " + fmt::format(fmt::runtime(columns), unique));
  migration.source(
      migration.from() == From::postgresql
          ? "INSERT INTO t SELECT n * 2, n, repeat('x', 90) FROM generate_series(1, 5000) n"
          : "INSERT INTO t SELECT seq * 2, seq, repeat('x', 90) FROM seq_1_to_5000");
  migration.move("t");
  // One batch after the other, so that it is known which ones a killed process leaves.
  migration.limit("readers", 1);
  migration.limit("writers", 1);
}

void kill_after_batches(const Migration& migration, int batches) {
  const RunResult killed = migration.copy_killed_at(fmt::format("after_commit:{}", batches));
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
}

/// What the first look at older batches found.
std::string checked(const Migration& migration) {
  const auto bodies = migration.events("older-batches-checked");
  return bodies.empty() ? "nothing" : bodies.front();
}

}  // namespace

TEST_CASE("rows that changed in copied ranges arrive as they are now") {
  const From from = GENERATE(From::postgresql, From::mariadb, From::mariadb_without_binlog);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_table(migration, " UNIQUE");
  kill_after_batches(migration, 5);
  const std::string bound =
      migration.target_value("SELECT upper_key::json->>0 FROM sluice.batch WHERE batch_no = 1");
  migration.source(
      // in the first batch: changed, gone, new
      "UPDATE t SET payload = 'changed' WHERE id = 2; DELETE FROM t WHERE id = 4;"
      "INSERT INTO t VALUES (5, -5, 'new');"
      // a unique value moves from a copied row to one that is not copied yet
      "UPDATE t SET code = -1 WHERE id = 6; UPDATE t SET code = 3 WHERE id = 10000;");
  // ... and between rows of two copied batches
  migration.source(fmt::format(
      "UPDATE t SET code = -2 WHERE id = 8; UPDATE t SET code = 4 WHERE id = {}", bound));
  finish(migration);
  CHECK(migration.table_difference("t", "id, code, payload") == "");
  CHECK(checked(migration) == R"({"confirmed":3,"replaced":2,"tables_restarted":0,"trusted":0})");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  // Every batch that counts is of one point in time.
  CHECK(migration.target_value("SELECT count(DISTINCT snapshot_no) FROM sluice.batch WHERE NOT "
                               "superseded") == "1");
}

TEST_CASE("a MariaDB source that stood still is known by its binary log and not read again") {
  MariadbServer source;
  Migration migration(source, PostgresServer::shared());
  make_table(migration);
  kill_after_batches(migration, 4);
  finish(migration);
  CHECK(migration.table_difference("t", "id, code, payload") == "");
  // The same position is the same point in time: nothing is older than it.
  CHECK(checked(migration) == "nothing");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.snapshot") == "1");
}

TEST_CASE("a MariaDB source without a binary log counts as moved and is read again") {
  Migration migration(From::mariadb_without_binlog);
  make_table(migration);
  kill_after_batches(migration, 4);
  finish(migration);
  CHECK(migration.table_difference("t", "id, code, payload") == "");
  CHECK(checked(migration) == R"({"confirmed":4,"replaced":0,"tables_restarted":0,"trusted":0})");
}

TEST_CASE("an idle PostgreSQL source is trusted, a busy one is read again") {
  PostgresServer source;
  Migration migration(source, PostgresServer::shared());
  make_table(migration);
  kill_after_batches(migration, 3);
  // Checkpoints and reads move the log, and nothing else.
  migration.source("CHECKPOINT");
  migration.source("SELECT count(*) FROM t");
  CHECK(migration.copy_killed_at("after_commit:2").signal == SIGKILL);
  CHECK(checked(migration) == R"({"confirmed":0,"replaced":0,"tables_restarted":0,"trusted":3})");
  // Somebody writes to another table.
  migration.source("CREATE TABLE elsewhere (a int); DROP TABLE elsewhere");
  finish(migration);
  CHECK(migration.events("older-batches-checked").back() ==
        R"({"confirmed":5,"replaced":0,"tables_restarted":0,"trusted":0})");
  CHECK(migration.table_difference("t", "id, code, payload") == "");
}

TEST_CASE("tables that are read by heap blocks begin anew when the source has changed") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE heap (n int, payload text); CREATE TABLE keyed (id int PRIMARY KEY, payload "
      "text)");
  migration.source(
      "INSERT INTO heap SELECT n % 100, repeat('x', 90) FROM generate_series(1, 4000) n;"
      "INSERT INTO keyed SELECT n, repeat('x', 90) FROM generate_series(1, 4000) n");
  migration.move("heap");
  migration.move("keyed", "keyed", R"("read": "ctid")");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  kill_after_batches(migration, 9);  // all of the first table, some of the second
  migration.source(
      "UPDATE heap SET payload = 'changed' WHERE n = 5; DELETE FROM heap WHERE n = 6;"
      "INSERT INTO heap VALUES (7, 'new'); UPDATE keyed SET id = -id WHERE id < 100");
  finish(migration);
  CHECK(migration.table_difference("heap", "n, payload") == "");
  CHECK(migration.table_difference("keyed", "id, payload") == "");
  CHECK(checked(migration) == R"({"confirmed":0,"replaced":0,"tables_restarted":2,"trusted":0})");
}

TEST_CASE("a table that somebody holds on to cannot begin anew, and fails alone") {
  const std::string holder =
      GENERATE("CREATE VIEW mine AS SELECT n FROM heap__side",
               "CREATE TABLE mine () INHERITS (heap__side)", "CREATE TABLE mine (h heap__side)");
  CAPTURE(holder);
  Migration migration;
  migration.on_both(
      "CREATE TABLE heap (n int, payload text); CREATE TABLE keyed (id int PRIMARY KEY, payload "
      "text)");
  migration.source(
      "INSERT INTO heap SELECT n % 100, repeat('x', 90) FROM generate_series(1, 4000) n;"
      "INSERT INTO keyed SELECT n, repeat('x', 90) FROM generate_series(1, 4000) n");
  migration.move("heap");
  migration.move("keyed");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  kill_after_batches(migration, 9);  // all of the first table, some of the second
  migration.source("DELETE FROM heap WHERE n = 6; UPDATE keyed SET id = -id WHERE id < 100");
  migration.target(holder);
  for (int tries = 0; tries < 2; ++tries) {
    const RunResult copied = migration.copy();
    INFO(copied.out << copied.err);
    CHECK(copied.exit_code == 3);
    CHECK(copied.err.find("public.heap__side has to be made anew, and is needed by public.mine") !=
          std::string::npos);
    CHECK(migration.table_difference("keyed", "id, payload") == "");
  }
  migration.target(
      "DO $$ BEGIN DROP VIEW mine; EXCEPTION WHEN OTHERS THEN DROP TABLE mine; END $$");
  finish(migration);
  CHECK(migration.table_difference("heap", "n, payload") == "");
  CHECK(migration.table_difference("keyed", "id, payload") == "");
}

TEST_CASE("a table whose live rows are kept begins anew with them when the source has changed") {
  Migration migration;
  make_table(migration, " UNIQUE");
  migration.target("INSERT INTO t VALUES (-1, -1, 'kept')");
  migration.forget_tables();
  migration.move("t", "t", R"("existing_rows": "keep")");
  kill_after_batches(migration, 4);
  migration.source("UPDATE t SET code = -7 WHERE id = 2; UPDATE t SET code = 1 WHERE id = 10000");
  finish(migration);
  CHECK(migration.difference("SELECT * FROM t UNION ALL SELECT -1, -1, 'kept' ORDER BY id",
                             "SELECT * FROM t__side ORDER BY id") == "");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
}

TEST_CASE("composite keys are cut and copied again by whole keys") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.on_both("CREATE TABLE parts (a int, b int, payload varchar(100), PRIMARY KEY (a, b))");
  migration.source(from == From::postgresql
                       ? "INSERT INTO parts SELECT n % 400, n, repeat('x', 90) FROM "
                         "generate_series(1, 12000) n; ANALYZE parts"
                       : "INSERT INTO parts SELECT seq % 400, seq, repeat('x', 90) FROM "
                         "seq_1_to_12000; ANALYZE TABLE parts");
  migration.move("parts");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  kill_after_batches(migration, 12);
  migration.source("UPDATE parts SET payload = 'changed' WHERE a IN (0, 17, 200, 399)");
  finish(migration);
  CHECK(migration.table_difference("parts", "a, b, payload") == "");
}

TEST_CASE(
    "keys with zero dates, which PostgreSQL cannot be asked about, do not keep a run from going "
    "on") {
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE days (a int, d date, payload varchar(100), PRIMARY KEY (a, d));"
      "SET sql_mode = ''; INSERT INTO days SELECT seq, '0000-00-00', repeat('x', 90) FROM "
      "seq_1_to_3000");
  migration.target("CREATE TABLE days (a int, d date, payload varchar(100), PRIMARY KEY (a, d))");
  migration.move("days", "days", R"("quarantine_limit": 100000)");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  kill_after_batches(migration, 5);
  migration.source("UPDATE days SET d = '2026-01-01', payload = 'changed' WHERE a = 7");
  finish(migration);
  CHECK(to_text(migration.target("SELECT * FROM days__side")) == "7 | 2026-01-01 | changed\n");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "2999");
}

}  // namespace sluice::test
