// Trouble with one table, and with the start: the others arrive, and the run goes on once it is
// mended.
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
TEST_CASE("a table that may not be read in whole sinks only itself") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE bad (id int PRIMARY KEY); CREATE TABLE good (id int PRIMARY KEY)");
  // Large enough to be cut, which is the first look at its rows.
  migration.source(
      "INSERT INTO good VALUES (1), (2); INSERT INTO bad SELECT generate_series(1, 300000);"
      "ALTER TABLE bad ENABLE ROW LEVEL SECURITY; ANALYZE bad");
  migration.move("bad");
  migration.move("good");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("public.bad failed: ") != std::string::npos);
  CHECK(failed.err.find("row-level security") != std::string::npos);
  CHECK(migration.table_difference("good", "id") == "");
}

TEST_CASE("a policy that hides every row of a source is an error, never an empty table") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE bad (id int PRIMARY KEY); CREATE TABLE good (id int PRIMARY KEY)");
  migration.source("INSERT INTO good VALUES (1); INSERT INTO bad VALUES (1), (2)");
  migration.move("bad");
  migration.move("good");
  const char* const hide =
      "CREATE POLICY nobody ON bad USING (false); ALTER TABLE bad ENABLE ROW LEVEL SECURITY";
  SECTION("before the copy") {
    migration.source(hide);
    const RunResult failed = migration.copy();
    require_exit(failed, 3);
    CHECK(failed.err.find("public.bad failed: ") != std::string::npos);
    CHECK(migration.table_difference("good", "id") == "");
  }
  SECTION("before verify") {
    require_exit(migration.copy(), 0);
    migration.target("DELETE FROM bad__side");
    migration.source(hide);
    const RunResult verified = migration.sluice("verify");
    INFO(verified.out << verified.err);
    CHECK(verified.exit_code == 10);
  }
}

TEST_CASE("a check whose function needs a search_path sinks only its table, and is named") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE bad (id int PRIMARY KEY); CREATE TABLE good (id int PRIMARY KEY)");
  migration.source("INSERT INTO good VALUES (1), (2); INSERT INTO bad VALUES (1)");
  migration.target(
      "CREATE FUNCTION helper(n int) RETURNS boolean LANGUAGE sql AS 'SELECT n > 0';"
      "CREATE FUNCTION holds(n int) RETURNS boolean LANGUAGE plpgsql AS "
      "'BEGIN RETURN helper(n); END'; ALTER TABLE bad ADD CONSTRAINT odd CHECK (holds(id))");
  migration.move("bad");
  migration.move("good");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("public.bad failed: check odd: ") != std::string::npos);
  CHECK(failed.err.find("function helper(integer) does not exist") != std::string::npos);
  CHECK(migration.table_difference("good", "id") == "");
}

TEST_CASE("a value that a unique index has no room for sinks its table, in the server's words") {
  Migration migration;
  migration.on_both("CREATE TABLE bad (id int PRIMARY KEY, v text)");
  migration.target("ALTER TABLE bad ADD UNIQUE (v)");
  // Some 9 kB that no compression makes much less.
  migration.source(
      "INSERT INTO bad SELECT 1, string_agg(md5(n::text), '') FROM generate_series(1, 300) n");
  migration.move("bad");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  INFO(failed.err);
  CHECK(failed.err.find("index row requires") != std::string::npos);
}

TEST_CASE("a damaged source table sinks only itself") {
  MariadbServer source;
  Migration migration(source, PostgresServer::shared());
  migration.on_both("CREATE TABLE good (id int PRIMARY KEY)");
  migration.source(
      "INSERT INTO good VALUES (1), (2);"
      "CREATE TABLE bad (id int PRIMARY KEY, v varchar(100)) ENGINE = MyISAM;"
      "INSERT INTO bad SELECT seq, repeat('x', seq % 100) FROM seq_1_to_5000; FLUSH TABLES bad");
  migration.target("CREATE TABLE bad (id int PRIMARY KEY, v varchar(100))");
  const std::filesystem::path data =
      migration.source_value("SELECT concat(@@datadir, database(), '/bad.MYD')");
  std::filesystem::resize_file(data, std::filesystem::file_size(data) / 2);
  migration.move("bad");
  migration.move("good");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("bad failed: ") != std::string::npos);
  CHECK(migration.table_difference("good", "id") == "");
}

TEST_CASE("side tables that cannot be made leave a run that says so and goes on") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES (1)");
  migration.target(
      "CREATE FUNCTION no_side() RETURNS event_trigger LANGUAGE plpgsql AS "
      "$$ BEGIN IF current_query() LIKE '%t__side%' THEN RAISE EXCEPTION 'not now'; END IF; END $$;"
      "CREATE EVENT TRIGGER no_side ON ddl_command_start EXECUTE FUNCTION no_side()");
  migration.move("t");
  const RunResult refused = migration.copy();
  require_exit(refused, 3);
  CHECK(refused.err.find("not now") != std::string::npos);
  CHECK(migration.run_state().starts_with("failed: target: postgresql: not now"));
  migration.target("DROP EVENT TRIGGER no_side");
  require_exit(migration.copy(), 0);
  CHECK(migration.table_difference("t", "id") == "");
}

TEST_CASE("a foreign key to a bad table sinks none but its own") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE bad (id int PRIMARY KEY, v text); CREATE TABLE good (id int PRIMARY KEY);"
      "CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES bad)");
  migration.target("ALTER TABLE bad ADD UNIQUE (v)");
  migration.source(
      "INSERT INTO bad SELECT 1, string_agg(md5(n::text), '') FROM generate_series(1, 300) n;"
      "INSERT INTO good VALUES (1), (2); INSERT INTO child VALUES (1, 1)");
  for (const char* table : {"bad", "child", "good"}) migration.move(table);
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("public.bad failed: ") != std::string::npos);
  CHECK(failed.err.find("public.child failed: ") != std::string::npos);
  CHECK(migration.table_difference("good", "id") == "");
}

TEST_CASE("one bad table sinks neither the others nor its next try") {
  Migration migration;
  // No row is at fault where a plain index cannot be built.
  migration.on_both("CREATE TABLE bad (id int); CREATE TABLE good (id int PRIMARY KEY)");
  migration.source("INSERT INTO bad VALUES (1), (2); INSERT INTO good VALUES (1), (2)");
  migration.target(
      "CREATE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
      "$$ BEGIN IF n > 1 THEN RAISE EXCEPTION 'no half of %', n; END IF; RETURN n / 2; END $$;"
      "CREATE INDEX ON bad (public.half(id))");
  migration.move("bad");
  migration.move("good");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("public.bad failed: ") != std::string::npos);
  CHECK(failed.err.find("no half of 2") != std::string::npos);
  CHECK(migration.table_difference("good", "id") == "");
  CHECK(migration.run_state() == "paused: tables failed");
  const RunResult status = migration.sluice("status");
  INFO(status.out);
  CHECK(status.out.find("mend the cause") != std::string::npos);
  CHECK(status.out.find("Next: sluice copy ") != std::string::npos);
  migration.target(
      "CREATE OR REPLACE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE sql AS "
      "$$ SELECT n / 2 $$");
  const RunResult again = migration.copy();
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM bad__side") == "2");
}

}  // namespace sluice::test
