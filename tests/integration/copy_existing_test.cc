// Live target tables that already hold rows.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/quarantine_fixture.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

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
  migration.target("ANALYZE t");
  migration.move("t");
  const RunResult refused = migration.copy();
  require_exit(refused, 2);
  // The plan's estimate and what the start sees are one thing, said once.
  const std::size_t said = refused.err.find("existing-rows");
  CHECK(said != std::string::npos);
  CHECK(refused.err.find("existing-rows", said + 1) == std::string::npos);
  CHECK(migration.copy({"--dry-run"}).err.find("existing-rows") != std::string::npos);
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

TEST_CASE("a kept row that goes to quarantine is not one of the source's, and the account closes") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, code varchar(20));"
      "INSERT INTO t VALUES (1, 'a'), (2, 'too long a code')");
  migration.target(
      "CREATE DOMAIN code AS varchar(9);"
      "CREATE TABLE t (id int PRIMARY KEY, code code); INSERT INTO t VALUES (7, 'b'), (8, 'OLD');"
      "ALTER DOMAIN code ADD CONSTRAINT small CHECK (VALUE = lower(VALUE)) NOT VALID");
  migration.move("t", "t", R"("existing_rows": "keep")");
  const RunResult copied = migration.copy();
  require_exit(copied, 0);
  CHECK(migration.quarantine("t") ==
        "[\"2\"] | code | too_long | open\n[\"8\"] | code | refused_by_target | open\n");
  CHECK(copied.out.find("of the kept rows 1 in quarantine, 0 left behind\n") != std::string::npos);
  const RunResult open = migration.sluice("verify");
  require_exit(open, 0);
  CHECK(open.out.find("2 in quarantine") != std::string::npos);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 0);

  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                                            about("t", 2, R"({"set": {"code": "c"}})") + "," +
                                            about("t", 8, R"("leave_behind")") + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  require_exit(decided, 0);
  CHECK(decided.out.find("t: 2 read = 1 arrived + 1 decided + 0 in quarantine + 0 left behind + 0 "
                         "filtered; of the kept rows 0 in quarantine, 1 left behind") !=
        std::string::npos);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 0);
  const RunResult verified = migration.sluice("verify");
  require_exit(verified, 0);
  CHECK(verified.out.find("1 left behind") != std::string::npos);
  CHECK(migration.sluice("status").out.find("rows that people decided to leave behind") !=
        std::string::npos);
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
