// Live target tables that already hold rows.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"

namespace sluice::test {
namespace {

void require_exit(const RunResult& result, int code) {
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == code);
}

void make_tables(const Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, email varchar(20));"
      "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL)");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, email varchar(20) CONSTRAINT one_email UNIQUE);"
      "INSERT INTO t VALUES (3, 'kept three'), (10, 'b'), (11, 'eleven')");
}

}  // namespace

TEST_CASE("rows of the live table are refused unless the config says what becomes of them") {
  Migration migration;
  make_tables(migration);
  migration.move("t");
  const RunResult refused = migration.copy();
  require_exit(refused, 2);
  CHECK(refused.err.find("existing-rows") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('t__side') IS NULL") == "t");
}

TEST_CASE("replaced rows stay in the live table only") {
  Migration migration;
  make_tables(migration);
  migration.move("t", "t", R"("existing_rows": "replace")");
  require_exit(migration.copy(), 0);
  CHECK(migration.table_difference("t", "id, email") == "");
  CHECK(migration.target_value("SELECT count(*) FROM t") == "3");
}

TEST_CASE("kept rows come first, and a source row that collides with one names it") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_tables(migration);
  migration.move("t", "t", R"("existing_rows": "keep")");
  require_exit(migration.copy(), 0);
  CHECK(to_text(migration.target("SELECT * FROM t__side ORDER BY id")) ==
        "1 | a\n3 | kept three\n4 | NULL\n10 | b\n11 | eleven\n");
  CHECK(to_text(migration.target("SELECT source_key, reason, message FROM sluice.quarantine ORDER "
                                 "BY source_key")) ==
        "[\"2\"] | key_collision | one_email: the row with key [\"10\"] has the same value\n"
        "[\"3\"] | key_collision | t_pkey: the row with key [\"3\"] has the same value\n");
  CHECK(migration.target_value("SELECT count(*) FROM t") == "3");
}

TEST_CASE("kept rows and many batches that collide with each other do not wait forever") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, code int, payload text);"
      "INSERT INTO t SELECT n, n % 7900, repeat('x', 80) FROM generate_series(1, 8000) n; ANALYZE");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE, payload text);"
      "INSERT INTO t SELECT -n, -n, 'kept' FROM generate_series(1, 100) n");
  migration.move("t", "t", R"("existing_rows": "keep")");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM t__side WHERE id > 0") == "7900");
  CHECK(migration.target_value("SELECT count(*) FROM t__side WHERE id < 0") == "100");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "100");
}

}  // namespace sluice::test
