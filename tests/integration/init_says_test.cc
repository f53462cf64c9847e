// What `sluice init` says beforehand is what `sluice copy` does.
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/mariadb_server.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// From the first line that begins like this to its end, without blanks in front.
std::string line_of(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find("    " + begin);
  return at == std::string::npos ? "" : text.substr(at + 4, text.find('\n', at) - at - 4);
}

std::string schemas_of(const PostgresDatabase& db) {
  return db.value(
      "SELECT coalesce(string_agg(DISTINCT schemaname, ' '), '') FROM pg_tables WHERE schemaname "
      "NOT IN ('sluice', 'pg_catalog', 'information_schema')");
}

/// A PostgreSQL source of the test's own.
struct Source {
  explicit Source(const std::string& sql) { db.run(sql); }
  PostgresDatabase db;
  WholeDatabase whole{reader_url(db)};
};

}  // namespace

TEST_CASE("init --schema of a PostgreSQL database writes what copy and verify take") {
  const Source source(R"(
    CREATE SCHEMA a; CREATE SCHEMA "b.x";
    CREATE TABLE "b.x".u (id int PRIMARY KEY); CREATE TABLE "b.x".w (id int);
    CREATE VIEW "b.x".v AS SELECT 1 AS one; CREATE SEQUENCE "b.x".free;
    CREATE TABLE a.t (id int PRIMARY KEY, u int CONSTRAINT there REFERENCES "b.x".u);
    CREATE VIEW a.shown AS SELECT id FROM a.t;
    INSERT INTO "b.x".u VALUES (1); INSERT INTO a.t VALUES (5, 1), (6, NULL))");
  let_reader_read(source.db, "a");
  const RunResult init = source.whole.init({"--schema", "a"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(source.whole.config_text(), R"("\"b.x\".*": "not named by --schema")"));
  CHECK(says(init.out, "- not named by --schema [schema-not-moved]\n    b.x\n"));
  CHECK(says(init.out, "[foreign-key-not-made]\n    a.t.there\n"));
  CHECK(says(init.out, "[view-not-moved]\n    a.shown\n"));
  CHECK_FALSE(says(init.out, "[sequence-not-moved]"));
  const RunResult copied = source.whole.sluice("copy");
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(source.whole.sluice("verify").exit_code == 0);
  CHECK(schemas_of(source.whole.target()) == "a");
  CHECK(source.whole.target().value("SELECT string_agg(id::text, ' ') FROM a.t") == "5 6");
}

TEST_CASE("init --schema refuses a schema that holds no tables, beside one that does") {
  const Source source("CREATE SCHEMA a; CREATE TABLE a.t (id int PRIMARY KEY)");
  let_reader_read(source.db, "a");
  const RunResult init = source.whole.init({"--schema", "a", "--schema", "bx"});
  CHECK(init.exit_code == 2);
  CHECK(says(init.err, "the source holds no tables in bx"));
}

TEST_CASE("init --schema of one of several databases writes what copy and verify take") {
  const MysqlFamilyDatabase one(MariadbServer::shared());
  const MysqlFamilyDatabase other(MariadbServer::shared());
  one.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  other.run("CREATE TABLE u (id int PRIMARY KEY); INSERT INTO u VALUES (2)");
  const WholeDatabase whole(reader_url(one));
  REQUIRE(reader_url(other) != "");
  REQUIRE(whole.move({"--schema", other.name()}) == "");
  CHECK(schemas_of(whole.target()) == "public");
  CHECK(whole.target().value("SELECT id FROM u") == "2");
}

TEST_CASE("what no table of PostgreSQL needs is said with the SQL that makes it") {
  const Source source(R"(
    CREATE SEQUENCE "Free ""one" INCREMENT 5; SELECT nextval('"Free ""one"') FROM generate_series(1, 3);
    CREATE TABLE t (id int PRIMARY KEY, used int DEFAULT 1);
    CREATE SEQUENCE owned OWNED BY t.id; CREATE SEQUENCE taken;
    ALTER TABLE t ALTER used SET DEFAULT nextval('taken');
    CREATE TYPE mood AS ENUM ('it''s', 'b'); CREATE DOMAIN small AS int CHECK (VALUE < 9);
    CREATE TABLE cut (id int) PARTITION BY RANGE (id); INSERT INTO t VALUES (1))");
  let_reader_read(source.db, "public");
  const RunResult init = source.whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out, "[sequence-not-moved]\n    public.Free \"one, public.owned\n"));
  CHECK(says(init.out, "[type-not-moved]\n    public.mood\n"));
  CHECK(says(init.out, "[domain-not-moved]\n    public.small\n"));
  CHECK(says(init.out, "[partitioned-table-not-moved]\n    public.cut\n"));
  const RunResult planned = source.whole.sluice("plan");
  INFO(planned.err);
  CHECK(says(planned.err, "[sequence-not-moved]"));
  CHECK(says(planned.err, "[partitioned-table-not-moved]"));

  const PostgresDatabase& target = source.whole.target();
  target.run(line_of(init.out, "CREATE TYPE"));
  target.run(line_of(init.out, "CREATE DOMAIN"));
  const std::string first = "public.Free \"one: ";
  const std::string line = line_of(init.out, first);
  REQUIRE(line != "");
  target.run(line.substr(first.size()));
  CHECK(target.value("SELECT nextval('\"Free \"\"one\"')") == "16");
  CHECK(target.value("SELECT 'it''s'::mood") == "it's");
  CHECK(source.whole.sluice("copy").exit_code == 0);
  CHECK(source.whole.sluice("verify").exit_code == 0);
  const std::string owned = "public.owned: ";
  target.run("SET ROLE sluice_creator; " + line_of(init.out, owned).substr(owned.size()));
  CHECK(target.value("SELECT pg_get_serial_sequence('t', 'id')") == "public.owned");
}

TEST_CASE("partitioned tables without partitions are said with the SQL that makes them") {
  const Source source(R"(
    CREATE SCHEMA lists; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);
    CREATE TABLE lists.cut (id serial, day date NOT NULL, t int REFERENCES t, UNIQUE (id, day))
      PARTITION BY RANGE (day);
    CREATE TABLE lists."A" PARTITION OF lists.cut FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
      PARTITION BY LIST (id))");
  let_reader_read(source.db, "public");
  const RunResult init = source.whole.init({"--all"});
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(source.whole.sluice("copy").exit_code == 0);
  const PostgresDatabase& target = source.whole.target();
  for (const std::string name : {"lists.cut: ", "lists.A: "}) {
    const std::string line = line_of(init.out, name);
    REQUIRE(line != "");
    target.run(line.substr(name.size()));
  }
  target.run(
      "CREATE TABLE lists.one PARTITION OF lists.\"A\" DEFAULT;"
      "INSERT INTO lists.cut (day, t) VALUES ('2024-05-05', 1)");
  CHECK(target.value("SELECT id FROM lists.one") == "1");
  CHECK(target.value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'lists.cut'::regclass") ==
        "2");
}

TEST_CASE("a table without columns is left by name, with its rows, and everything else moves") {
  const Source source(
      "CREATE TABLE nocol (); INSERT INTO nocol SELECT FROM generate_series(1, 3);"
      "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  let_reader_read(source.db, "public");
  const RunResult init = source.whole.init();
  INFO(init.out << init.err);
  REQUIRE(init.exit_code == 0);
  CHECK(says(init.out,
             "- it has no columns; its 3 row(s) hold nothing [table-not-moved]\n"
             "    public.nocol\n"));
  CHECK(source.whole.sluice("copy").exit_code == 0);
  CHECK(source.whole.sluice("verify").exit_code == 0);
  // Nor does a config of people's own move it.
  source.whole.edit_config("\"public.nocol\": \"it has no columns; its 3 row(s) hold nothing\"",
                           "");
  source.whole.edit_config("\"tables\": [",
                           R"("tables": [{"source": "public.nocol", "target": "public.nocol", )"
                           R"("create": {}, "mapping": {"same_names": true}}, )");
  const RunResult planned = source.whole.sluice("plan");
  INFO(planned.err);
  CHECK(planned.exit_code == 2);
  CHECK(says(planned.err, "[no-columns]"));
}

TEST_CASE("a default that takes two numbers of one sequence takes both of the new one") {
  const Source source(R"(
    CREATE TABLE a (id serial PRIMARY KEY);
    CREATE TABLE b (id text PRIMARY KEY DEFAULT nextval('a_id_seq') || '-' || nextval('a_id_seq'));
    INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES)");
  let_reader_read(source.db, "public");
  REQUIRE(source.whole.move({"--into", "other"}) == "");
  CHECK(source.whole.target().value("INSERT INTO other.b DEFAULT VALUES RETURNING id") == "4-5");
}

TEST_CASE("a default of MariaDB that asks a sequence is said to ask one") {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run("CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY, n bigint DEFAULT nextval(s))");
  const WholeDatabase whole(reader_url(source));
  const RunResult init = whole.init({"--all"});
  INFO(init.out << init.err);
  CHECK(init.exit_code == 0);
  CHECK(says(init.out, "it takes numbers from a sequence, which is not moved"));
}

TEST_CASE("init says that copy refuses a source role that can write, and how it would not") {
  PostgresDatabase db;
  db.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  const WholeDatabase whole(url_of(db, db.value("SELECT current_user")));
  const RunResult init = whole.init();
  INFO(init.out << init.err);
  CHECK(init.exit_code == 0);
  const std::string refusal = "the source role can change the rows that it is to copy";
  CHECK(says(init.out, "- " + refusal + " [source-can-delete]\n    the source role "));
  CHECK(says(init.out, "\"allow\": {\"source_can_delete\": {\"reason\", \"person\"}}"));
  CHECK(says(init.out + init.err, "Next: sluice grants --config " + whole.config() +
                                      " --side source --source-role sluice_reader"));
  const RunResult copied = whole.sluice("copy");
  CHECK(copied.exit_code == 4);
  CHECK(says(copied.err, refusal));
  const RunResult grants =
      whole.sluice("grants", {"--side", "source", "--source-role", "sluice_reader"});
  CHECK(says(grants.out, "GRANT SELECT ON TABLE \"public\".\"t\" TO \"sluice_reader\""));
  whole.edit_config("\"tables\": [",
                    R"("allow": {"source_can_delete": {"reason": "a test", "person": "it"}}, )"
                    R"("tables": [)");
  CHECK(whole.sluice("copy").exit_code == 0);
}

}  // namespace sluice::test
