// A PostgreSQL database arrives as it was: partitions in their places, children under their
// parents.
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// Every kind of cutting, two levels, a default partition, keys from and to, numbers of both kinds.
constexpr const char* kSchema = R"sql(
CREATE TABLE kinds (kind text PRIMARY KEY);
INSERT INTO kinds VALUES ('a'), ('b'), ('c');
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY, day date NOT NULL, kind text NOT NULL REFERENCES kinds,
  total numeric(10, 2) DEFAULT 0 CHECK (total >= 0), note text COLLATE "C",
  twice numeric GENERATED ALWAYS AS (total * 2) STORED,
  PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
COMMENT ON TABLE orders IS 'all of them';
COMMENT ON COLUMN orders.note IS 'it''s free';
ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL;
CREATE INDEX orders_note ON orders (lower(note) DESC) WHERE note IS NOT NULL;
CREATE INDEX "Orders total" ON orders USING hash (total);
CREATE TABLE orders_2023 PARTITION OF orders FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
  PARTITION BY RANGE (id);
CREATE TABLE orders_2024_a PARTITION OF orders_2024 FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE orders_2024_rest PARTITION OF orders_2024 DEFAULT;
CREATE TABLE orders_other PARTITION OF orders DEFAULT;
CREATE INDEX only_here ON orders_2023 (kind);
INSERT INTO orders (day, kind, total, note)
  SELECT date '2022-12-01' + n % 1000, chr(97 + n % 3), n, nullif('note ' || n % 50, 'note 0')
    FROM generate_series(1, 2000) n;
CREATE TABLE lines (order_id bigint, day date, line int, text text, PRIMARY KEY (order_id, day, line),
  CONSTRAINT lines_order FOREIGN KEY (order_id, day) REFERENCES orders ON DELETE CASCADE);
INSERT INTO lines SELECT id, day, 1, 'x' FROM orders;
CREATE TABLE events (id serial, key int NOT NULL, at timestamptz DEFAULT now(), UNIQUE (key, id))
  PARTITION BY HASH (key);
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO events (key, at) SELECT n, '2024-01-01' FROM generate_series(1, 500) n;
CREATE TABLE places (place text, n int) PARTITION BY LIST (lower(place));
CREATE TABLE places_ab PARTITION OF places FOR VALUES IN ('a', 'b');
CREATE TABLE "Places else" PARTITION OF places DEFAULT;
INSERT INTO places VALUES ('a', 1), ('B', 2), ('c', 3), (NULL, 4);
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL CHECK (name <> ''));
CREATE TABLE marked (mark text);
CREATE TABLE staff (salary numeric) INHERITS (people, marked);
ALTER TABLE staff ADD PRIMARY KEY (id);
INSERT INTO people (name) SELECT 'p' || n FROM generate_series(1, 20) n;
INSERT INTO staff (name, mark, salary) SELECT 's' || n, 'm', n FROM generate_series(1, 20) n;
INSERT INTO marked VALUES ('alone');
DELETE FROM staff WHERE id > 35;
DELETE FROM orders WHERE id > 1990;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO sluice_reader;
)sql";

constexpr const char* kTables[] = {
    "staff",        "kinds",  "orders_2023", "orders_2024_a", "orders_2024_rest",
    "orders_other", "lines",  "events_0",    "events_1",      "places_ab",
    "Places else",  "people", "marked"};

void make_families(Migration& migration) {
  migration.source(kSchema);
  // Largest first is copy's business; here a child comes before its parent.
  for (const char* table : kTables) migration.move(table, table, R"("create": {})");
}

/// The schema as pg_dump says it, without what a copy does not move: rights.
std::string dump(const std::string& conninfo) {
  const RunResult dumped = run_process({"pg_dump", "--schema-only", "--no-owner", "--no-privileges",
                                        "--exclude-schema=sluice", "--dbname", conninfo});
  INFO(dumped.err);
  REQUIRE(dumped.exit_code == 0);
  // psql's own lock, another key in each dump.
  std::string text;
  std::istringstream lines(dumped.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) text += line + "\n";
  }
  return text;
}

/// What the dump says of each object, in the order of names: the order of a dump follows numbers of
/// the server as well.
std::set<std::string> entries(const std::string& dump) {
  constexpr std::string_view kBegin = "--\n-- Name: ";
  std::set<std::string> all;
  for (std::size_t at = dump.find(kBegin); at != std::string::npos;) {
    const std::size_t next = dump.find(kBegin, at + 1);
    all.insert(dump.substr(at, next - at));
    at = next;
  }
  return all;
}

/// What one dump has and the other has not. Inherited columns and checks are the child's own too,
/// as ALTER TABLE INHERIT leaves them.
std::string missing(const std::set<std::string>& here, const std::set<std::string>& there) {
  std::string text;
  for (const std::string& entry : here) {
    const bool is_child = entry.find("Name: staff; Type: TABLE") != std::string::npos ||
                          entry.find("Name: staff id; Type: DEFAULT") != std::string::npos;
    if (!is_child && !there.contains(entry)) {
      text += entry;
    }
  }
  return text;
}

void check_arrived(const Migration& migration) {
  for (const char* table : kTables) {
    CAPTURE(table);
    const std::string sql = fmt::format("SELECT * FROM ONLY \"{0}\" AS t ORDER BY t::text", table);
    CHECK(migration.difference(sql, sql) == "");
  }
  for (const char* table : {"orders", "events", "places", "people"}) {
    CAPTURE(table);
    const std::string sql =
        fmt::format("SELECT tableoid::regclass, t.* FROM {0} AS t ORDER BY t::text", table);
    CHECK(migration.difference(sql, sql) == "");
  }
  const auto before = entries(dump(migration.source_conninfo()));
  const auto after = entries(dump(migration.target_database().conninfo()));
  CHECK(before.size() > 20);
  CHECK(missing(before, after) == "");
  CHECK(missing(after, before) == "");
  const std::string inherited =
      "SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits WHERE "
      "inhrelid::regclass::text NOT LIKE 'sluice.%' ORDER BY inhrelid::regclass::text, 3";
  CHECK(migration.difference(inherited, inherited) == "");
}

void check_numbers(const Migration& migration) {
  CHECK(migration.target_value("INSERT INTO orders (day, kind) VALUES ('2024-05-05', 'a') "
                               "RETURNING id || ' ' || tableoid::regclass") ==
        "2001 orders_2024_rest");
  CHECK(migration.target_value("INSERT INTO events (key) VALUES (1) RETURNING id") == "501");
  CHECK(migration.target_value("INSERT INTO events_0 (key) SELECT key FROM events_0 LIMIT 1 "
                               "RETURNING id") == "502");
  CHECK(migration.target_value("INSERT INTO staff (name) VALUES ('new') RETURNING id") == "41");
}

}  // namespace

TEST_CASE("partitions, children and everything that hangs on them arrive as they were") {
  Migration migration;
  make_families(migration);
  require_exit(migration.copy(), 0);
  check_arrived(migration);
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  check_numbers(migration);
}

TEST_CASE("a copy that died on its way to families goes on, and does nothing twice") {
  const std::string point =
      GENERATE("before_name_commit:1", "after_name_commit:4", "before_family_commit:1",
               "after_family_commit:1", "after_family_commit:2", "before_family_commit:5",
               "after_family_commit:6", "before_state_commit");
  CAPTURE(point);
  Migration migration;
  make_families(migration);
  const RunResult killed = migration.copy_killed_at(point);
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
  require_exit(migration.copy(), 0);
  check_arrived(migration);
  check_numbers(migration);
}

TEST_CASE("a partition that failed takes its place when the run goes on") {
  Migration migration;
  make_families(migration);
  // Somebody else's table has the name of its index.
  migration.source("CREATE INDEX in_the_way ON orders_2023 (note)");
  migration.target("CREATE TABLE elsewhere (id int)");
  const auto stalled = migration.start_copy_stalled_at("before_name_commit:1");
  REQUIRE(wait_until_stalled(*stalled));
  migration.target("CREATE INDEX in_the_way ON elsewhere (id)");
  stalled->send_signal(SIGCONT);
  const RunResult failed = stalled->wait();
  INFO(failed.out << failed.err);
  REQUIRE(failed.exit_code == 3);
  CHECK(failed.err.find("orders_2023 failed") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM pg_inherits WHERE inhparent = "
                               "'orders'::regclass") == "2");
  migration.target("DROP TABLE elsewhere");
  // A config that allows more has the run planned anew, and it is still the same run.
  migration.limit("quarantine_rows", 7);
  require_exit(migration.copy(), 0);
  check_arrived(migration);
}

TEST_CASE("a partitioned table that the target has is let alone while it is in use") {
  Migration migration;
  migration.source(
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE p_low PARTITION OF p FOR VALUES FROM (1) TO (101);"
      "INSERT INTO p SELECT generate_series(1, 100)");
  migration.target(
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE p_rest PARTITION OF p DEFAULT; INSERT INTO p VALUES (1000)");
  migration.move("p_low", "p_low", R"("create": {})");
  const RunResult copied = migration.copy();
  require_exit(copied, 0);
  INFO(copied.err);
  CHECK(copied.err.find("[partition-not-made]") != std::string::npos);
  CHECK(migration.target_value("SELECT string_agg(id::text, ' ') FROM p") == "1000");
  CHECK(migration.target_value("SELECT count(*) FROM p_low") == "100");
  require_exit(migration.sluice("verify"), 0);
  // What it says to be done by hand can be done.
  migration.target(R"(ALTER TABLE "public"."p" ATTACH PARTITION "public"."p_low" )"
                   R"(FOR VALUES FROM (1) TO (101))");
  CHECK(migration.target_value("SELECT count(*) FROM p") == "101");
}

TEST_CASE("partitions do not join a table that somebody else has made meanwhile") {
  Migration migration;
  migration.source(
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);"
      "CREATE TABLE middle PARTITION OF p FOR VALUES FROM (1) TO (101) PARTITION BY RANGE (id);"
      "CREATE TABLE low PARTITION OF middle FOR VALUES FROM (1) TO (101);"
      "CREATE TABLE high PARTITION OF p FOR VALUES FROM (101) TO (201);"
      "INSERT INTO p SELECT generate_series(1, 200)");
  migration.move("low", "low", R"("create": {})");
  migration.move("high", "high", R"("create": {})");
  CHECK(migration.copy_killed_at("after_copied_commit").signal == SIGKILL);
  migration.target("CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)");
  const RunResult waiting = migration.copy();
  require_exit(waiting, 3);
  INFO(waiting.err);
  CHECK(waiting.err.find("somebody else has made a table of this name") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM p") == "0");
  CHECK(migration.target_value("SELECT count(*) FROM pg_inherits") == "0");
  migration.target("DROP TABLE p");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value(
            "SELECT string_agg(DISTINCT tableoid::regclass::text, ' ') FROM p") == "high low");
  const auto event_of = [&migration](const std::string& table) {
    return fmt::format(R"({{"name":"\"public\".\"{}\"","oid":{}}})", table,
                       migration.target_value("SELECT '" + table + "'::regclass::oid"));
  };
  CHECK(migration.events("partitioned-table-made") ==
        std::vector<std::string>{event_of("p"), event_of("middle")});
}

TEST_CASE("a partitioned table is the run's own by its very name, and as the run made it") {
  Migration migration;
  for (const char* const parent : {R"(a."b.c")", R"("a.b".c)"}) {
    migration.source(
        fmt::format("CREATE SCHEMA IF NOT EXISTS a; CREATE SCHEMA IF NOT EXISTS \"a.b\";"
                    "CREATE TABLE {} (id int) PARTITION BY RANGE (id)",
                    parent));
  }
  migration.source(
      R"(CREATE TABLE a.one PARTITION OF a."b.c" FOR VALUES FROM (1) TO (101);
         CREATE TABLE "a.b".two PARTITION OF "a.b".c FOR VALUES FROM (1) TO (101);
         INSERT INTO a."b.c" SELECT generate_series(1, 100);
         INSERT INTO "a.b".c SELECT generate_series(1, 100);
         GRANT USAGE ON SCHEMA a, "a.b" TO sluice_reader;
         GRANT SELECT ON ALL TABLES IN SCHEMA a, "a.b" TO sluice_reader)");
  migration.move("a.one", "a.one", R"("create": {})");
  migration.move(R"(\"a.b\".two)", R"(\"a.b\".two)", R"("create": {})");
  REQUIRE(migration.copy_killed_at("after_family_commit:1").signal == SIGKILL);
  REQUIRE(migration.target_value(R"(SELECT to_regclass('a."b.c"') IS NOT NULL)") == "t");
  std::string taken;
  SECTION("another whose name is written alike without quotes") {
    taken = R"("a.b".c)";
    migration.target("CREATE TABLE " + taken + " (id int) PARTITION BY RANGE (id)");
  }
  SECTION("another that somebody has put into its place") {
    taken = R"(a."b.c")";
    migration.target(
        fmt::format("DROP TABLE {0}; CREATE TABLE {0} (id int) PARTITION BY RANGE (id)", taken));
  }
  const RunResult waiting = migration.copy();
  require_exit(waiting, 3);
  INFO(waiting.err);
  CHECK(waiting.err.find("somebody else has made a table of this name") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM " + taken) == "0");
  migration.target("DROP TABLE " + taken);
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM " + taken) == "100");
}

TEST_CASE("what two schemas call by one name stays two in one schema") {
  Migration migration;
  for (const char* const schema : {"a", "b"}) {
    migration.source(
        fmt::format("CREATE SCHEMA {0}; CREATE TABLE {0}.p (id int) PARTITION BY RANGE (id);"
                    "CREATE TABLE {0}.{0}_part PARTITION OF {0}.p FOR VALUES FROM (1) TO (101);"
                    "INSERT INTO {0}.p SELECT generate_series(1, 100);"
                    "CREATE TABLE {0}.t1 (id serial PRIMARY KEY);"
                    "CREATE TABLE {0}.t2 (id int PRIMARY KEY DEFAULT nextval('{0}.t1_id_seq'));"
                    "INSERT INTO {0}.t1 DEFAULT VALUES; INSERT INTO {0}.t2 DEFAULT VALUES;"
                    "GRANT USAGE ON SCHEMA {0} TO sluice_reader;"
                    "GRANT SELECT ON ALL TABLES IN SCHEMA {0} TO sluice_reader;"
                    "GRANT SELECT ON ALL SEQUENCES IN SCHEMA {0} TO sluice_reader",
                    schema));
    for (const char* const table : {"part", "t1", "t2"}) {
      const std::string source = fmt::format(
          "{}.{}{}", schema, *table == 'p' ? std::string(schema) + "_" : std::string(), table);
      migration.move(source, fmt::format("app.{}_{}", schema, table), R"("create": {})");
    }
  }
  // Somebody's sequence has the name of both.
  migration.target("CREATE SCHEMA app; CREATE SEQUENCE app.t1_id_seq START 77");
  const RunResult copied = migration.copy();
  require_exit(copied, 0);
  INFO(copied.err);
  CHECK(copied.err.find("[partitioned-renamed]") != std::string::npos);
  for (const char* const parent : {"app.p", "app.p_2"}) {
    CHECK(migration.target_value(fmt::format("SELECT count(*) FROM {}", parent)) == "100");
  }
  const auto next = [&migration](const char* table) {
    return migration.target_value(
        fmt::format("INSERT INTO app.{} DEFAULT VALUES RETURNING id", table));
  };
  CHECK(next("a_t1") == "3");
  CHECK(next("a_t2") == "4");
  CHECK(next("b_t2") == "3");
  CHECK(next("b_t1") == "4");
  migration.target("DROP TABLE app.a_t1, app.a_t2, app.b_t1, app.b_t2");
  CHECK(migration.target_value("SELECT nextval('app.t1_id_seq')") == "77");
}

TEST_CASE("what becomes of families is in the plan and in the script") {
  Migration migration;
  make_families(migration);
  const RunResult script = migration.copy({"--dry-run"});
  require_exit(script, 0);
  for (const char* const part :
       {"CREATE TABLE \"public\".\"orders\" (", "PARTITION BY RANGE (day)",
        "ALTER TABLE \"public\".\"orders\" ATTACH PARTITION \"public\".\"orders_2024\" FOR VALUES",
        "ALTER TABLE \"public\".\"orders_2024\" ATTACH PARTITION \"public\".\"orders_2024_rest\" "
        "DEFAULT",
        "ALTER TABLE \"public\".\"staff\" INHERIT \"public\".\"people\"",
        "ALTER TABLE \"public\".\"lines\" ADD CONSTRAINT \"lines_order\"",
        "ALTER SEQUENCE \"public\".\"events_id_seq\" OWNED BY \"public\".\"events\".\"id\""}) {
    CAPTURE(part);
    CHECK(script.out.find(part) != std::string::npos);
  }
  CHECK(migration.target_value("SELECT count(*) FROM pg_class WHERE relname = 'orders'") == "0");
}

TEST_CASE("what a table needs and nobody makes is said before anything is refused") {
  Migration migration;
  migration.source(
      "CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1';"
      "CREATE TABLE t (id int PRIMARY KEY, x int DEFAULT f(1, 'a')); INSERT INTO t VALUES (1, 2)");
  migration.move("t", "t", R"("create": {})");
  const std::string need = "needs function public.f(integer,text), which is not made";
  const RunResult missing = migration.copy({"--dry-run"});
  require_exit(missing, 0);
  INFO(missing.err);
  CHECK(missing.err.find(need) != std::string::npos);
  CHECK(missing.err.find("expression-refused") != std::string::npos);
  migration.target("CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  const RunResult there = migration.copy();
  require_exit(there, 0);
  CHECK(there.err.find(need) == std::string::npos);
  CHECK(migration.target_value("INSERT INTO t (id) VALUES (2) RETURNING x") == "1");
}

TEST_CASE("a partition arrives alone where the target cannot make what only its table needs") {
  Migration migration;
  migration.source(
      "CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 > 0';"
      "CREATE DOMAIN d AS int CHECK (f(VALUE));"
      "CREATE TABLE p (id int, n int DEFAULT 5::d) PARTITION BY RANGE (id);"
      "CREATE TABLE part PARTITION OF p FOR VALUES FROM (1) TO (9);"
      "ALTER TABLE part ALTER n DROP DEFAULT; INSERT INTO part VALUES (1, 2)");
  migration.move("part", "part", R"("create": {})");
  const RunResult planned = migration.sluice("plan");
  INFO(planned.err);
  require_exit(planned, 0);
  CHECK(planned.err.find("partitioned-not-made") != std::string::npos);
  const RunResult copied = migration.copy();
  INFO(copied.err);
  require_exit(copied, 0);
  CHECK(migration.target_value("SELECT n FROM part") == "2");
}

TEST_CASE("tables whose objects the target cannot make are told of, partitioned or not") {
  Migration migration;
  migration.source(
      "CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql AS 'SELECT $1 > 0';"
      "CREATE DOMAIN d AS int CHECK (f(VALUE));"
      "CREATE TABLE p (id d, n int) PARTITION BY RANGE (n);"
      "CREATE TABLE part PARTITION OF p FOR VALUES FROM (1) TO (9)");
  migration.move("part", "part", R"("create": {})");
  const RunResult copied = migration.copy();
  INFO(copied.err);
  require_exit(copied, 2);
  CHECK(copied.err.find("object-refused") != std::string::npos);
}

TEST_CASE("what belongs to a server, a role or an extension is listed, and sinks no table") {
  Migration migration;
  const auto source = migration.source_session();
  source("SET allow_in_place_tablespaces = on");
  source("CREATE TABLESPACE families LOCATION ''");
  source(
      "CREATE TABLE t (id int PRIMARY KEY USING INDEX TABLESPACE families) TABLESPACE families;"
      "INSERT INTO t VALUES (1); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
      "CREATE TABLE member (id int); ALTER EXTENSION plpgsql ADD TABLE member;"
      "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
      "CREATE EVENT TRIGGER every ON ddl_command_end EXECUTE FUNCTION e(); SELECT lo_create(0)");
  const TempDir dir;
  const PostgresDatabase& target = migration.target_database();
  const auto url = [&](const std::string& database) {
    return fmt::format("postgresql:///{}?host={}&port={}&user={}", database,
                       target.server().socket_dir(), target.server().port(),
                       target.server().user());
  };
  const std::string config = (dir.path() / "c.json").string();
  const RunResult init =
      run_sluice({"init", "--source", url(migration.source_value("SELECT current_database()")),
                  "--target", url(target.name()), "--out", config, "--all"});
  require_exit(init, 0);
  for (const char* const part :
       {"[event-trigger-not-moved]\n    every\n", "large objects are not moved",
        "[tablespace-not-moved]", "[row-security-not-moved]", "[rights-not-moved]",
        "[table-of-extension-plpgsql-not-moved]"}) {
    CAPTURE(part);
    CHECK(init.out.find(part) != std::string::npos);
  }
  std::ifstream file(config);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  INFO(text);
  CHECK(
      text.find(
          R"("public.member": "it belongs to extension plpgsql, which makes it in the target")") !=
      std::string::npos);
  migration.move("t", "t", R"("create": {})");
  migration.leave("member");
  migration.read_as_superuser();
  migration.member("allow",
                   R"({"source_can_delete": {"reason": "a test", "person": "the tester"}})");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT reltablespace FROM pg_class WHERE relname = 't'") == "0");
  source("DROP TABLE t");
  source("DROP TABLESPACE families");
}

}  // namespace sluice::test
