// What stands against a cutover or a rollback, and what may be dropped.
#include <catch2/catch_test_macros.hpp>

#include "integration/cutover_fixture.h"

namespace sluice::test {
namespace {

bool says(const RunResult& result, const std::string& text) {
  return (result.out + result.err).find(text) != std::string::npos;
}

TEST_CASE("only what was verified in full, and has not changed since, is cut over") {
  Migration migration;
  make_pair(migration);
  finish(migration);
  const RunResult unverified = migration.sluice("cutover");
  CHECK(unverified.exit_code == 3);
  CHECK(says(unverified, "has not been verified in full"));
  require_exit(migration.sluice("verify", {"--target"}), 0);
  CHECK(says(migration.sluice("cutover"), "has not been verified in full"));
  require_exit(migration.sluice("verify"), 0);

  // Somebody writes to the side table: one row more, one less, one that is another.
  for (const char* const write :
       {"INSERT INTO t__side VALUES (9, 'more')", "UPDATE t__side SET v = 'new' WHERE id = 1",
        "DELETE FROM t__side WHERE id = 9"}) {
    CAPTURE(write);
    migration.target(write);
    const RunResult changed = migration.sluice("cutover");
    CHECK(changed.exit_code == 3);
    CHECK(says(changed, "since it was verified"));
  }
  CHECK(migration.events("cutover").empty());
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("cutover"), 0);
}

TEST_CASE("rows deleted from a side table since it was verified are missed") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  migration.target("DELETE FROM t__side WHERE id = 2");
  const RunResult changed = migration.sluice("cutover");
  CHECK(changed.exit_code == 3);
  CHECK(says(changed, "0 rows were written and 1 are gone since it was verified"));
}

TEST_CASE("rows that applications wrote meanwhile are lost by their exact number only") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  migration.target("INSERT INTO t VALUES (5, 'meanwhile'), (6, 'meanwhile')");
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 3);
  CHECK(says(refused, "[\"5\"] [\"6\"]"));
  CHECK(says(refused, "--losing 2"));
  CHECK(migration.sluice("cutover", {"--losing", "1"}).exit_code == 3);
  CHECK(rows_of(migration, "t") == "1 | old\n5 | meanwhile\n6 | meanwhile\n");
  require_exit(migration.sluice("cutover", {"--losing", "2"}), 0);
  CHECK(rows_of(migration, "t") == "1 | new\n2 | new\n");
}

TEST_CASE("kept rows that changed since they were read are lost by their exact number only") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'new')");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (7, 'old'), (8, 'old')");
  migration.move("t", "t", R"("existing_rows": "keep")");
  copy_and_verify(migration);
  migration.target("DELETE FROM t WHERE id = 8");
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 3);
  CHECK(says(refused, "t: 0 inserted or changed, 1 changed or deleted"));
  require_exit(migration.sluice("cutover", {"--losing", "1"}), 0);
  CHECK(rows_of(migration, "t") == "1 | new\n7 | old\n8 | old\n");
}

TEST_CASE("rows of another table that would lose their parents are found before any lock") {
  Migration migration;
  make_pair(migration);
  migration.target(
      "INSERT INTO t VALUES (5, 'old'), (6, 'old'); CREATE TABLE child (id int, t_id int "
      "REFERENCES "
      "t); INSERT INTO child VALUES (1, 5), (2, 6), (3, 1), (4, NULL);"
      "CREATE TABLE loose (t_id int); INSERT INTO loose VALUES (99);"
      "ALTER TABLE loose ADD FOREIGN KEY (t_id) REFERENCES t NOT VALID");
  copy_and_verify(migration);
  // Somebody holds the table: a cutover that asked for it would wait.
  PgSql reader(migration.target_database().conninfo());
  reader.query("BEGIN; SELECT FROM t");
  for (const char* const dry : {"--dry-run", "--operator=olga"}) {
    const RunResult refused = migration.sluice("cutover", {dry});
    CHECK(refused.exit_code == 3);
    CHECK(says(refused, "2 rows refer by foreign key"));
    CHECK(says(refused, "child_t_id_fkey"));
    CHECK(!says(refused, "1 rows refer by foreign key"));  // a key that no row has to satisfy
  }
  reader.query("COMMIT");
  migration.target("DELETE FROM child WHERE t_id > 4");
  require_exit(migration.sluice("cutover"), 0);
  CHECK(migration.target_value("SELECT convalidated FROM pg_constraint WHERE conrelid = "
                               "'child'::regclass AND contype = 'f'") == "t");
}

TEST_CASE("a plan says what will stand against its cutover") {
  Migration migration;
  make_pair(migration);
  migration.target("CREATE TABLE holder (t t); CREATE TABLE child (t_id int REFERENCES t)");
  const RunResult planned = migration.sluice("plan");
  require_exit(planned, 0);
  CHECK(says(planned, "column t of table"));
  CHECK(says(planned, "stands against the cutover"));
}

TEST_CASE("a plan says that partitioned tables cannot wait for a cutover") {
  Migration migration;
  migration.source(
      "CREATE TABLE p (id int, day int, PRIMARY KEY (id, day)) PARTITION BY LIST (day);"
      "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1, 1)");
  migration.move("p1", "p1", R"("create": {})");
  const std::string said = "a run that makes some cannot be cut over";
  CHECK(!says(migration.sluice("plan"), said));
  migration.member("new_tables", R"("side")");
  const RunResult planned = migration.sluice("plan");
  require_exit(planned, 0);
  CHECK(says(planned, said));
  copy_and_verify(migration);
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 3);
  CHECK(says(refused, "which join in the copy"));
}

TEST_CASE("a source that moved since it was verified is a person's decision") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  migration.source("DELETE FROM t WHERE id = 2");
  const RunResult moved = migration.sluice("cutover");
  CHECK(moved.exit_code == 7);
  CHECK(says(moved, "t: 0 rows were inserted or changed since, 1 changed or deleted"));
  require_exit(migration.sluice("cutover", {"--accept-moved-source"}), 0);
  CHECK(migration.events("cutover").at(0).find("\"source_moved_accepted\":true") !=
        std::string::npos);
}

TEST_CASE("a row of a savepoint that was under way while the source was verified has moved it") {
  Migration migration;
  make_pair(migration);
  require_exit(migration.copy(), 0);
  PgSql writer(migration.source_conninfo());
  writer.query("BEGIN; SAVEPOINT one; INSERT INTO t VALUES (901, 'late'); RELEASE one");
  // The savepoint's number is below that of a transaction that ends before the snapshot is taken.
  migration.source("SELECT pg_current_xact_id()");
  require_exit(migration.sluice("verify"), 0);
  writer.query("COMMIT");
  const RunResult moved = migration.sluice("cutover");
  CHECK(moved.exit_code == 7);
  CHECK(says(moved, "t: 1 rows were inserted or changed since"));
}

TEST_CASE("MariaDB without a binary log: the rows say whether the source has moved") {
  Migration migration(From::mariadb_without_binlog);
  migration.source("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, v text)");
  migration.move("t");
  copy_and_verify(migration);
  migration.source("UPDATE t SET v = 'b'");
  const RunResult moved = migration.sluice("cutover");
  CHECK(moved.exit_code == 7);
  CHECK(says(moved, "the source has moved since it was verified"));
  migration.source("UPDATE t SET v = 'a'");
  require_exit(migration.sluice("cutover"), 0);
}

TEST_CASE("what cannot be bound to another table is refused by name, and nothing is changed") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  struct Case {
    const char* make;
    const char* drop;
    const char* says;
  };
  for (const Case& one : {
           Case{"CREATE FUNCTION all_of() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM t'",
                "DROP FUNCTION all_of", "function public.all_of()"},
           Case{"CREATE TABLE holder (t t)", "DROP TABLE holder", "column t of table"},
           Case{"CREATE TABLE child () INHERITS (t)", "DROP TABLE child", "inherit from it"},
           Case{"CREATE TABLE parts (t_id int REFERENCES t, day int) PARTITION BY LIST (day)",
                "DROP TABLE parts", "partitioned table"},
       }) {
    CAPTURE(one.make);
    migration.target(one.make);
    const RunResult refused = migration.sluice("cutover");
    CHECK(refused.exit_code == 3);
    CHECK(says(refused, one.says));
    CHECK(migration.sluice("cutover", {"--dry-run"}).exit_code == 3);
    migration.target(one.drop);
  }
  CHECK(migration.events("cutover").empty());
  require_exit(migration.sluice("cutover"), 0);
}

TEST_CASE("long names stay apart, and a name that is taken is refused") {
  const std::string a(63, 'a');
  const std::string b = std::string(62, 'a') + "b";
  Migration migration;
  for (const std::string& name : {a, b}) {
    migration.source("CREATE TABLE " + name + " (id int PRIMARY KEY); INSERT INTO " + name +
                     " VALUES (1), (2)");
    migration.target("CREATE TABLE " + name + " (id serial PRIMARY KEY)");
    migration.move(name);
  }
  copy_and_verify(migration);
  const std::string before = live_schema(migration);
  require_exit(migration.sluice("cutover"), 0);
  CHECK(migration.target_value("SELECT count(*) FROM " + a) == "2");
  CHECK(migration.target_value("SELECT count(*) FROM " + b) == "2");
  CHECK(schema_difference(before, live_schema(migration)) == "");
  require_exit(migration.sluice("rollback"), 0);
  CHECK(schema_difference(before, live_schema(migration)) == "");
  require_exit(migration.sluice("verify"), 0);
  // What the old index is to be called.
  const std::string taken = migration.target_value(
      "SELECT regexp_replace(body, '.*\"(a+_[0-9a-f]{8}_before_[^\"]*)\".*', '\\1') "
      "FROM sluice.event WHERE kind = 'cutover'");
  migration.target("CREATE TABLE \"" + taken + "\" (i int)");
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 3);
  CHECK(says(refused, "is taken already"));
}

TEST_CASE("rows written since the cutover are counted, named and put aside") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  require_exit(migration.sluice("cutover"), 0);
  migration.target(
      "INSERT INTO t VALUES (3, 'since'); UPDATE t SET v = 'other' WHERE id = 1; "
      "DELETE FROM t WHERE id = 2");
  migration.target("VACUUM FREEZE t");
  const RunResult refused = migration.sluice("rollback");
  CHECK(refused.exit_code == 3);
  CHECK(says(refused, "2 inserted or changed, 2 changed or deleted"));
  CHECK(says(refused, "--losing 4"));
  CHECK(rows_of(migration, "t") == "1 | other\n3 | since\n");
  CHECK(migration.sluice("rollback", {"--dry-run"}).out.find("would be lost: 4") !=
        std::string::npos);
  require_exit(migration.sluice("rollback", {"--losing", "4"}), 0);
  CHECK(rows_of(migration, "t") == "1 | old\n");
  const std::string lost =
      migration.target_value("SELECT relname FROM pg_class WHERE relname LIKE 't_lost1_%'");
  CHECK(rows_of(migration, "\"" + lost + "\"") == "1 | other\n3 | since\n");
}

TEST_CASE("what a savepoint that was open before the cutover writes is written since") {
  Migration migration;
  make_pair(migration);
  migration.target("CREATE TABLE other (id int)");
  finish(migration);
  PgSql writer(migration.target_database().conninfo());
  const auto open_savepoint = [&] {
    writer.query("BEGIN; SAVEPOINT one; INSERT INTO other VALUES (1)");
    // The savepoint's number is below that of a transaction that ends before the next snapshot.
    migration.target("SELECT pg_current_xact_id()");
  };
  const auto check_rolled_back = [&](const std::string& changes, const std::string& lost_rows) {
    const RunResult refused = migration.sluice("rollback");
    CHECK(refused.exit_code == 3);
    CHECK(says(refused, "--losing " + changes));
    require_exit(migration.sluice("rollback", {"--losing", changes}), 0);
    const std::string lost =
        migration.target_value("SELECT relname FROM pg_class WHERE relname LIKE 't_lost1_%'");
    CHECK(rows_of(migration, "\"" + lost + "\"") == lost_rows);
  };
  SECTION("after the verification: each row bears its number") {
    require_exit(migration.sluice("verify"), 0);
    open_savepoint();
    require_exit(migration.sluice("cutover"), 0);
    writer.query("UPDATE t SET v = 'since' WHERE id = 1; COMMIT");
    check_rolled_back("2", "1 | since\n");
  }
  SECTION("before the verification: there are more rows than it saw") {
    open_savepoint();
    require_exit(migration.sluice("verify"), 0);
    require_exit(migration.sluice("cutover"), 0);
    writer.query("INSERT INTO t VALUES (3, 'since'); COMMIT");
    check_rolled_back("1", "3 | since\n");
  }
}

TEST_CASE("a rollback is refused where a table is not the one that was cut over") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  require_exit(migration.sluice("cutover"), 0);
  migration.target("ALTER TABLE t RENAME TO elsewhere; CREATE TABLE t (id int, v text)");
  const RunResult refused = migration.sluice("rollback");
  CHECK(refused.exit_code == 7);
  CHECK(says(refused, "is not the table that the cutover left"));
}

TEST_CASE("new tables that waited on the side take their names, and give them back") {
  Migration migration;
  migration.source(
      "CREATE TABLE fresh (id serial PRIMARY KEY, v text UNIQUE);"
      "INSERT INTO fresh (v) VALUES ('a'), ('b')");
  migration.member("new_tables", R"("side")");
  migration.move("fresh", "fresh", R"("create": {})");
  copy_and_verify(migration);
  REQUIRE(migration.target_value("SELECT to_regclass('fresh') IS NULL") == "t");
  require_exit(migration.sluice("cutover"), 0);
  CHECK(rows_of(migration, "fresh") == "1 | a\n2 | b\n");
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("rollback"), 0);
  CHECK(migration.target_value("SELECT to_regclass('fresh') IS NULL") == "t");
}

TEST_CASE("discard drops what the ledger proves to be the run's, and no way back unasked") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  require_exit(migration.sluice("cutover"), 0);
  const RunResult way_back = migration.sluice("discard", {"--run", run});
  CHECK(way_back.exit_code == 3);
  CHECK(says(way_back, "the only way back"));
  const RunResult dry = migration.sluice("discard", {"--run", run, "--dry-run"});
  CHECK(dry.exit_code == 3);
  CHECK(says(dry, "the only way back"));
  CHECK(says(dry, "DROP TABLE \"public\".\"t_before_"));
  const RunResult given_up =
      migration.sluice("discard", {"--run", run, "--dry-run", "--give-up-way-back"});
  CHECK(given_up.exit_code == 0);
  CHECK(says(given_up, "--run " + run + " --give-up-way-back\n"));
  require_exit(migration.sluice("rollback"), 0);

  migration.target("CREATE VIEW needs AS SELECT * FROM t__side");
  CHECK(migration.sluice("discard", {"--run", run}).exit_code != 0);
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "2");
  migration.target("DROP VIEW needs; COMMENT ON TABLE t__side IS 'mine now'");
  require_exit(migration.sluice("discard", {"--run", run}), 0);
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "2");
  migration.target("COMMENT ON TABLE t__side IS 'sluice run " + run + "'");
  require_exit(migration.sluice("discard", {"--run", run}), 0);
  CHECK(migration.target_value("SELECT to_regclass('t__side') IS NULL") == "t");
  CHECK(rows_of(migration, "t") == "1 | old\n");
  CHECK(migration.events("discarded").size() == 1);
}

}  // namespace
}  // namespace sluice::test
