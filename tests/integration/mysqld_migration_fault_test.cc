// Whole migrations from MySQL's own server by the program: what its types become, kill -9, a source
// that changes before the copy goes on, and the grants that sluice prints.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

void kill_after_batches(const Migration& migration, int batches) {
  const RunResult killed = migration.copy_killed_at(fmt::format("after_commit:{}", batches));
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
}

/// Two tables, one by number and one by a text that only the server can compare; one batch after
/// the other, so that it is known which ones a killed process leaves.
void make_tables(Migration& migration) {
  migration.source(
      "CREATE TABLE numbered (id bigint unsigned PRIMARY KEY, payload varchar(100));"
      "CREATE TABLE worded (word varchar(40) PRIMARY KEY, payload varchar(100));"
      "INSERT INTO numbered SELECT seq * 2, REPEAT('x', 90) FROM seq_1_to_5000;"
      "INSERT INTO worded SELECT CONCAT(ELT(1 + seq % 3, 'a', '\xc3\x84', 'zz'), seq), "
      "REPEAT('y', 90) FROM seq_1_to_3000; ANALYZE TABLE numbered, worded");
  migration.target(
      "CREATE TABLE numbered (id numeric PRIMARY KEY, payload text);"
      "CREATE TABLE worded (word text PRIMARY KEY, payload text)");
  migration.move("numbered");
  migration.move("worded");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
}

void check_same(const Migration& migration) {
  CHECK(migration.table_difference("numbered", "id, payload") == "");
  CHECK(migration.difference("SELECT word, payload FROM worded ORDER BY CAST(word AS BINARY)",
                             R"(SELECT * FROM worded__side ORDER BY word COLLATE "C")") == "");
}

/// What the first look at older batches found.
std::string checked(const Migration& migration) {
  const auto bodies = migration.events("older-batches-checked");
  return bodies.empty() ? "nothing" : bodies.front();
}

}  // namespace

TEST_CASE("a copy from MySQL that was killed goes on, and what has changed meanwhile arrives") {
  NEEDS_MYSQL();
  Migration migration(From::mysql);
  make_tables(migration);
  kill_after_batches(migration, 5);
  migration.source(
      "UPDATE numbered SET payload = 'changed' WHERE id IN (2, 4, 9000); DELETE FROM numbered "
      "WHERE id = 6; INSERT INTO numbered VALUES (7, 'new'), (18446744073709551615, 'last');"
      "UPDATE worded SET payload = 'changed' WHERE word LIKE 'a1%'; DELETE FROM worded WHERE word "
      "LIKE 'zz2%'; INSERT INTO worded VALUES ('\xf0\x9f\x98\x80', 'new')");
  require_exit(migration.copy(), 0);
  check_same(migration);
  CHECK(checked(migration).find("\"trusted\":0") != std::string::npos);
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("verify", {"--target"}), 0);
}

TEST_CASE("a MySQL source that stood still is known by its GTIDs and not read again") {
  NEEDS_MYSQL();
  MysqlServer source({true, {"gtid_mode=ON", "enforce_gtid_consistency=ON"}});
  Migration migration(source, PostgresServer::shared());
  make_tables(migration);
  kill_after_batches(migration, 4);
  require_exit(migration.copy(), 0);
  check_same(migration);
  CHECK(checked(migration) == "nothing");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.snapshot") == "1");
}

TEST_CASE("a MySQL source without a binary log counts as moved and is read again") {
  NEEDS_MYSQL();
  MysqlServer source({false, {}});
  Migration migration(source, PostgresServer::shared());
  make_tables(migration);
  kill_after_batches(migration, 4);
  migration.source(
      "UPDATE numbered SET payload = 'changed' WHERE id = 2;"
      "UPDATE worded SET payload = 'changed' WHERE word LIKE 'a1%'");
  require_exit(migration.copy(), 0);
  check_same(migration);
  INFO(checked(migration));
  CHECK(checked(migration).find("\"trusted\":0}") != std::string::npos);
}

TEST_CASE("what only MySQL has arrives exactly or is kept in quarantine") {
  NEEDS_MYSQL();
  Migration migration(From::mysql);
  migration.source(
      "SET sql_mode = '', time_zone = '+00:00';"
      "CREATE TABLE t (id int PRIMARY KEY, j json, born date, twice int AS (id * 2) VIRTUAL,"
      "hidden int INVISIBLE DEFAULT 5, place point SRID 4326, plan enum('free', 'paid'), seen "
      "timestamp(3) NULL, CHECK (id > 0), KEY ((id + 1)), KEY late (born) INVISIBLE);"
      R"(INSERT INTO t (id, j, born, place, plan, seen) VALUES (1, '{"b": 1.5, "a": [null]}',)"
      "'2020-02-29', ST_GeomFromText('POINT(1 2)', 4326), 'paid', '2020-01-02 03:04:05.678'),"
      R"((2, '"a\\u0000b"', NULL, NULL, NULL, NULL), (3, NULL, '0000-00-00', NULL, 'odd', NULL))");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, j jsonb, born date, twice int, hidden int, place bytea, "
      "plan text, seen timestamptz)");
  migration.move("t");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  CHECK(migration.run_state() == "finished");
  CHECK(to_text(migration.target("SELECT id, j, born, twice, hidden, encode(place, 'hex'), plan, "
                                 "seen AT TIME ZONE 'UTC' FROM t__side")) ==
        R"(1 | {"a": [null], "b": 1.5} | 2020-02-29 | 2 | 5 | )"
        "e610000001010000000000000000000040000000000000f03f | paid | 2020-01-02 03:04:05.678\n");
  CHECK(migration.quarantine("t") ==
        "[\"2\"] | j | nul_byte | open\n[\"3\"] | born | zero_date | open\n");
}

TEST_CASE("a user with the grants that sluice prints for MySQL can copy, at one point in time") {
  NEEDS_MYSQL();
  Migration migration(From::mysql);
  migration.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  std::string sql =
      migration
          .sluice("grants", {"--side", "source", "--source-role", "granted", "--host", "localhost"})
          .out;
  // What stands behind the remarks for MySQL is for people to take.
  for (const char* offered : {"GRANT REPLICATION CLIENT", "GRANT FLUSH_TABLES"}) {
    const std::size_t at = sql.find(std::string("-- ") + offered);
    REQUIRE(at != std::string::npos);
    sql.erase(at, 3);
  }
  migration.source(sql + "ALTER USER granted@localhost ACCOUNT UNLOCK");
  migration.source_url(migration.source_url_of("granted"));
  const RunResult copied = migration.copy();
  require_exit(copied, 0);
  CHECK(copied.err.find("how the source was read") == std::string::npos);
  CHECK(migration.target_value("SELECT label FROM sluice.snapshot") == "one point in time");
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "2");
}

TEST_CASE("a copy from MySQL that could not stand at one point in time says so") {
  NEEDS_MYSQL();
  Migration migration(From::mysql);
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); CREATE USER IF NOT EXISTS "
      "lockless@localhost; GRANT SELECT ON *.* TO lockless@localhost");
  migration.target("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  migration.source_url(migration.source_url_of("lockless"));
  const RunResult copied = migration.copy();
  require_exit(copied, 0);
  CHECK(copied.err.find("how the source was read: each session at its own point in time") !=
        std::string::npos);
}

}  // namespace sluice::test
