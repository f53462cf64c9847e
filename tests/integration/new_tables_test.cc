// Tables that the target lacks: tried there before anything is copied, made, filled, and under
// their own names at the end.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// Relations of schema public on the target.
std::string relations(const Migration& migration) {
  return migration.target_value(
      "SELECT coalesce(string_agg(relname, ' ' ORDER BY relname COLLATE \"C\"), '') FROM pg_class "
      "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'S')");
}

constexpr const char* kCreate = R"("create": {})";

}  // namespace

TEST_CASE("a new table is made whole, and takes its own name") {
  Migration migration;
  migration.source(
      "CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text DEFAULT 'x');"
      "CREATE TABLE child (n serial PRIMARY KEY, p int REFERENCES parent ON DELETE CASCADE);"
      "CREATE INDEX by_parent ON child (p); COMMENT ON TABLE child IS 'it''s one';"
      "INSERT INTO parent (t) VALUES ('a'), ('b'); INSERT INTO child (p) VALUES (1), (1), (2)");
  migration.move("parent", "parent", kCreate);
  migration.move("child", "child", kCreate);
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) ==
        "by_parent child child_n_seq child_pkey parent parent_id_seq parent_pkey");
  CHECK(migration.target_value("SELECT obj_description('child'::regclass)") == "it's one");
  CHECK(migration.target_value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype "
                               "= 'f' AND conrelid = 'child'::regclass") ==
        "FOREIGN KEY (p) REFERENCES parent(id) ON DELETE CASCADE");
  CHECK(migration.target_value("INSERT INTO parent DEFAULT VALUES RETURNING id || t") == "3x");
  CHECK(migration.target_value("INSERT INTO child (p) VALUES (3) RETURNING n") == "4");
  CHECK(migration.difference("SELECT n, p FROM child ORDER BY 1",
                             "SELECT n, p FROM child WHERE n < 4 ORDER BY 1") == "");
}

TEST_CASE("a copy goes on after one of two tables that belong together has taken its name") {
  Migration migration;
  migration.source(
      "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (p int REFERENCES parent);"
      "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1)");
  const bool child_first = GENERATE(true, false);
  migration.move(child_first ? "child" : "parent", child_first ? "child" : "parent", kCreate);
  migration.move(child_first ? "parent" : "child", child_first ? "parent" : "child", kCreate);
  CHECK(migration.copy_killed_at("after_name_commit").signal == SIGKILL);
  require_exit(migration.copy(), 0);
  require_exit(migration.sluice("verify"), 0);
  CHECK(relations(migration) == "child parent parent_pkey");
}

TEST_CASE("verify, status and a second copy go by the name that a table has taken") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  migration.move("t", "t", kCreate);
  require_exit(migration.copy(), 0);
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("verify", {"--target"}), 0);
  require_exit(migration.copy(), 0);
  CHECK(migration.sluice("status", {"--json"}).out.find("\"live\"") != std::string::npos);
  migration.target("UPDATE t SET id = 3 WHERE id = 2");
  require_exit(migration.sluice("verify"), 3);
}

TEST_CASE("new tables stay aside where the config says so") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  migration.move("t", "t", kCreate);
  migration.member("new_tables", "\"side\"");
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) == "t__side t_pkey__side");
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("what the target does not take is told, left out, and nothing stays of the trial") {
  Migration migration;
  migration.source(
      "CREATE FUNCTION helper(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n + 1';"
      "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT helper(1), b int DEFAULT 7,"
      "  c int GENERATED ALWAYS AS (helper(id)) STORED, CONSTRAINT odd CHECK (helper(b) > 0));"
      "CREATE INDEX by_helper ON t (helper(a)); CREATE INDEX by_b ON t (b);"
      "INSERT INTO t VALUES (1), (2)");
  migration.move("t", "t", kCreate);
  const RunResult planned = migration.sluice("plan");
  require_exit(planned, 0);
  CHECK(relations(migration).empty());
  for (const char* place : {"public.t.a", "public.t.c", "public.t.odd", "public.t.by_helper"}) {
    INFO(planned.err);
    CHECK(planned.err.find(place) != std::string::npos);
  }
  CHECK(planned.err.find("function public.helper(integer) does not exist") != std::string::npos);
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) == "by_b t t_pkey");
  // The values of a generated column that cannot be generated are moved.
  CHECK(migration.difference("SELECT id, a, b, c FROM t ORDER BY 1",
                             "SELECT id, a, b, c FROM t ORDER BY 1") == "");
  CHECK(migration.target_value("SELECT string_agg(column_name || '=' || column_default, ' ') FROM "
                               "information_schema.columns WHERE table_name = 't'") == "b=7");
}

TEST_CASE("columns that the mapping renames, drops and joins are those of the new table") {
  Migration migration;
  migration.source(
      "CREATE TABLE people (id int PRIMARY KEY, first text NOT NULL, last text NOT NULL, fax text);"
      "CREATE INDEX by_last ON people (last);"
      "INSERT INTO people VALUES (1, 'Ada', 'Lovelace', '1')");
  migration.move("people", "persons", R"json("create": {"types": {"name": "varchar(80)"}})json",
                 R"({"columns": {"number": "id", "name": {"concat": [
                     {"column": "first", "missing": "skip"},
                     {"column": "last", "missing": "skip"}],
                     "all_missing": "quarantine", "separator": " ", "lossy": true}},
                     "drop": [{"column": "fax", "lossy": true, "reason": "nobody faxes"}]})");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT p::text FROM persons p") == R"((1,"Ada Lovelace"))");
  CHECK(migration.target_value("SELECT string_agg(attname || ' ' || format_type(atttypid, "
                               "atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid "
                               "= 'persons'::regclass AND attnum > 0 AND NOT attisdropped") ==
        "number integer, name character varying(80)");
  CHECK(relations(migration) == "people_pkey persons");
}

TEST_CASE("a table that cannot be made at all is an error before anything is copied") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY)");
  const std::string type =
      GENERATE("no_such_type", "int of", "text COLLATE \\\"C\\\" COLLATE \\\"C\\\"");
  migration.move("t", "t", R"("create": {"types": {"id": ")" + type + "\"}}");
  const RunResult copied = migration.copy();
  require_exit(copied, 2);
  CHECK(copied.err.find("public.t: the target cannot make this table") != std::string::npos);
  CHECK(relations(migration).empty());
}

TEST_CASE("an object that the target has with another definition is an error") {
  Migration migration;
  migration.source(
      "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TYPE mood AS ENUM ('good', 'bad');"
      "CREATE DOMAIN same AS text DEFAULT 'x' NOT NULL; COMMENT ON DOMAIN same IS 'here';"
      "CREATE TABLE t (id d PRIMARY KEY, m mood, s same); INSERT INTO t VALUES (1, 'bad')");
  migration.target(
      "CREATE DOMAIN d AS int; CREATE TYPE mood AS ENUM ('bad', 'good');"
      "CREATE DOMAIN same AS text DEFAULT 'x' NOT NULL; COMMENT ON DOMAIN same IS 'there'");
  migration.move("t", "t", kCreate);
  const RunResult other = migration.copy();
  INFO(other.err);
  require_exit(other, 2);
  CHECK(other.err.find("object-differs") != std::string::npos);
  CHECK(other.err.find("domain public.d") != std::string::npos);
  CHECK(other.err.find("type public.mood") != std::string::npos);
  CHECK(other.err.find("domain public.same") == std::string::npos);
  CHECK(relations(migration).empty());
  migration.target("DROP DOMAIN d; DROP TYPE mood");
  require_exit(migration.copy(), 0);
}

TEST_CASE("the row type of a table is not the type that a new table needs") {
  Migration migration;
  migration.source("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, m mood)");
  migration.target("CREATE TABLE mood (x int)");
  migration.move("t", "t", kCreate);
  const RunResult copied = migration.copy();
  INFO(copied.err);
  require_exit(copied, 2);
  CHECK(copied.err.find("object-refused") != std::string::npos);
  CHECK(relations(migration) == "mood");
}

TEST_CASE("a name that somebody takes while the rows are copied sinks only its table") {
  Migration migration;
  migration.source(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
      "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)");
  migration.move("a", "a", kCreate);
  migration.move("b", "b", kCreate);
  (void)migration.copy_killed_at("after_copied_commit");
  migration.target("CREATE VIEW a AS SELECT 1 AS id");
  const RunResult copied = migration.copy();
  // A view is no table of the plan's shape: that is drift, and nothing is touched.
  require_exit(copied, 7);
  migration.target("DROP VIEW a; CREATE TYPE a AS (n int)");
  const RunResult again = migration.copy();
  require_exit(again, 3);
  CHECK(again.err.find("public.a failed: public.a__side is whole, but cannot take the name") !=
        std::string::npos);
  CHECK(migration.target_value("SELECT id FROM b") == "2");
  migration.target("DROP TYPE a");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT id FROM a") == "1");
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("rows in quarantine are decided after the table has taken its name") {
  Migration migration(From::mariadb);
  migration.source(
      "SET sql_mode = ''; CREATE TABLE t (id int PRIMARY KEY, d date);"
      "INSERT INTO t VALUES (1, '2026-01-02'), (2, '0000-00-00')");
  migration.move("t", "t", kCreate);
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM t") == "1");
  const TempDir dir;
  const std::string file = dir.write("decisions.json", R"({"schema": "sluice.decisions/1",
      "decisions": [{"table": "t", "source_key": ["2"], "decision": {"set": {"d": null}},
                     "person": "Ann", "reason": "nobody knows"}]})");
  require_exit(migration.sluice("quarantine", {"decide", "--file", file}), 0);
  CHECK(migration.target_value("SELECT id || ' ' || (d IS NULL) FROM t WHERE id = 2") == "2 true");
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("a new table that somebody drops before its run is over is missed") {
  Migration migration;
  migration.source(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
      "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)");
  migration.move("a", "a", kCreate);
  migration.move("b", "b", kCreate);
  CHECK(migration.copy_killed_at("after_name_commit:1").signal == SIGKILL);
  migration.target("DROP TABLE a");
  const RunResult copied = migration.copy();
  require_exit(copied, 7);
  CHECK(copied.err.find("target public.a: table is gone") != std::string::npos);
}

TEST_CASE("a table that refers to a failed one, however far, waits for its name") {
  Migration migration;
  migration.source(
      "CREATE TABLE par (id int PRIMARY KEY, n int); CREATE INDEX by_n ON par (n);"
      "CREATE TABLE chi (id int PRIMARY KEY, p int REFERENCES par);"
      "CREATE TABLE gra (id int PRIMARY KEY, c int REFERENCES chi);"
      "CREATE TABLE far (id int PRIMARY KEY);"
      "INSERT INTO par VALUES (1, 1); INSERT INTO chi VALUES (1, 1); INSERT INTO gra VALUES (1, "
      "1)");
  for (const char* const table : {"par", "chi", "gra", "far"}) {
    migration.move(table, table, kCreate);
  }
  (void)migration.copy_killed_at("after_copied_commit");
  migration.target("ALTER TABLE par__side RENAME COLUMN n TO m");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("refers to public.par__side, which failed") != std::string::npos);
  CHECK(failed.err.find("public.gra__side is whole, and waits for its name") != std::string::npos);
  CHECK(relations(migration).find("far far_pkey") != std::string::npos);
  CHECK(relations(migration).find("gra__side") != std::string::npos);
  migration.target("ALTER TABLE par__side RENAME COLUMN m TO n");
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) == "by_n chi chi_pkey far far_pkey gra gra_pkey par par_pkey");
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("a table waits when what it refers to has just failed to take its name") {
  Migration migration;
  migration.source(
      "CREATE TABLE par (id int PRIMARY KEY, n int); CREATE INDEX by_n ON par (n);"
      "CREATE TABLE chi (id int PRIMARY KEY, p int REFERENCES par);"
      "INSERT INTO par VALUES (1, 1); INSERT INTO chi VALUES (1, 1)");
  migration.move("chi", "chi", kCreate);
  migration.move("par", "par", kCreate);
  CHECK(migration.copy_killed_at("after_copied_commit").signal == SIGKILL);
  migration.target("CREATE TABLE elsewhere (id int); CREATE INDEX by_n ON elsewhere (id)");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  INFO(failed.err);
  CHECK(failed.err.find("public.par__side is whole, but cannot take the name") !=
        std::string::npos);
  CHECK(failed.err.find("public.chi__side is whole, and waits for its name") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('chi') IS NULL") == "t");
  migration.target("DROP TABLE elsewhere");
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) == "by_n chi chi_pkey par par_pkey");
}

TEST_CASE("a copy that waits for a lock to name a table can be stopped, and goes on") {
  Migration migration;
  migration.source(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
      "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)");
  migration.move("a", "a", kCreate);
  migration.move("b", "b", kCreate);
  const auto copy = migration.start_copy_stalled_at("after_checked_commit");
  REQUIRE(wait_until_stalled(*copy));
  PgSql other(migration.target_database().conninfo());
  other.query("BEGIN; LOCK TABLE a__side IN ACCESS SHARE MODE");
  copy->send_signal(SIGCONT);
  CHECK(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
               "'a__side'::regclass") != "0";
  }));
  copy->send_signal(SIGINT);
  const RunResult stopped = copy->wait();
  INFO(stopped.err);
  CHECK(stopped.exit_code == 130);
  CHECK(migration.run_state().starts_with("stopped"));
  other.query("ROLLBACK");
  require_exit(migration.copy(), 0);
  CHECK(relations(migration) == "a a_pkey b b_pkey");
}

}  // namespace sluice::test
