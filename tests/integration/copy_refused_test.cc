// Rows that the target's constraints refuse: during the load, when indexes are built, and when
// foreign keys come back. They go to quarantine, the others arrive, and the account closes.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// Every source row is in the side table or in quarantine, as the ledger says too.
void check_account(const Migration& migration, const std::string& table) {
  CAPTURE(table);
  const std::string arrived = migration.target_value("SELECT count(*) FROM " + table + "__side");
  const std::string held = migration.target_value(fmt::format(
      "SELECT count(*) FROM sluice.quarantine q JOIN sluice.run r USING (run_id) WHERE table_no = "
      "(SELECT ordinality FROM json_array_elements(r.plan::json->'tables') WITH ORDINALITY AS t(t, "
      "ordinality) WHERE t->'target'->>'table' = '{}')",
      table));
  CHECK(std::to_string(std::stol(arrived) + std::stol(held)) ==
        migration.source_value("SELECT count(*) FROM " + table));
}

/// What people see of rows that the target refuses: key, columns, value, message.
std::string refusals(const Migration& migration) {
  return to_text(migration.target(
      "SELECT source_key, column_name, convert_from(raw_value, 'UTF8'), message FROM "
      "sluice.quarantine WHERE reason IN ('key_collision', 'refused_by_target') "
      "ORDER BY table_no, length(source_key), source_key"));
}

}  // namespace

TEST_CASE("all rows of a group that shares a unique value go to quarantine") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.source(
      "CREATE TABLE people (id int PRIMARY KEY, email varchar(40), code int);"
      "INSERT INTO people VALUES (1, 'a@x', 1), (2, 'b@x', 2), (3, 'a@x', 3), (4, NULL, 4), "
      "(5, NULL, 5), (6, 'c@x', 6), (7, 'a@x', 7), (8, 'd@x', 2)");
  migration.target(
      "CREATE TABLE people (id int PRIMARY KEY, email varchar(40) CONSTRAINT one_email UNIQUE, "
      "code "
      "int); CREATE UNIQUE INDEX one_code ON people (code)");
  migration.move("people");
  require_exit(migration.copy(), 0);
  CHECK(migration.difference("SELECT id FROM people WHERE id IN (4, 5, 6) ORDER BY id",
                             "SELECT id FROM people__side ORDER BY id") == "");
  // Row 2 shares its code with 8; 1, 3 and 7 share their address.
  CHECK(migration.quarantine("people") ==
        "[\"1\"] | email | key_collision | open\n[\"2\"] | code | key_collision | open\n"
        "[\"3\"] | email | key_collision | open\n[\"7\"] | email | key_collision | open\n"
        "[\"8\"] | code | key_collision | open\n");
  check_account(migration, "people");
  // Each with the value and the others that have it.
  CHECK(
      refusals(migration) ==
      "[\"1\"] | email | a@x | one_email: the rows with keys [\"3\"], [\"7\"] have the same value\n"
      "[\"2\"] | code | 2 | one_code: the row with key [\"8\"] has the same value\n"
      "[\"3\"] | email | a@x | one_email: the rows with keys [\"1\"], [\"7\"] have the same value\n"
      "[\"7\"] | email | a@x | one_email: the rows with keys [\"1\"], [\"3\"] have the same value\n"
      "[\"8\"] | code | 2 | one_code: the row with key [\"2\"] has the same value\n");
}

TEST_CASE("columns, values and rivals are named for expressions and for several columns too") {
  Migration migration;
  migration.source(
      "CREATE TABLE p (id int PRIMARY KEY, a int, b text, name text);"
      "INSERT INTO p SELECT n, n, 'x', CASE n % 2 WHEN 0 THEN 'ann' ELSE 'ANN' END FROM "
      "generate_series(1, 7) n; INSERT INTO p VALUES (8, 99, 'y', 'n'), (9, 99, 'y', 'm')");
  migration.target(
      "CREATE TABLE p (id int PRIMARY KEY, a int, b text, name text, CONSTRAINT pair UNIQUE (b, "
      "a)); CREATE UNIQUE INDEX by_name ON p (lower(name))");
  migration.move("p");
  require_exit(migration.copy(), 0);
  const std::string seen = refusals(migration);
  CHECK(seen.starts_with(
      R"(["1"] | name | ANN | by_name: the rows with keys ["2"], ["3"], ["4"], ["5"], ["6"] and 1 )"
      "more have the same value\n"));
  CHECK(seen.ends_with(
      R"(["8"] | b, a | ["y","99"] | pair: the row with key ["9"] has the same value)"
      "\n"
      R"(["9"] | b, a | ["y","99"] | pair: the row with key ["8"] has the same value)"
      "\n"));
  check_account(migration, "p");

  // All of it where people look.
  const RunResult listed = migration.sluice("quarantine");
  CHECK(listed.out.find(R"(pair: the row with key ["9"] has the same value)") != std::string::npos);
  const RunResult grouped = migration.sluice("quarantine", {"--group"});
  CHECK(grouped.out.find(R"(pair: the row with key ["9"] has the same value)") !=
        std::string::npos);
  const TempDir dir;
  const std::string file = (dir.path() / "decisions.json").string();
  require_exit(migration.sluice("quarantine", {"export", "--group", "--out", file}), 0);
  const std::string group = R"({"schema": "sluice.decisions/1", "decisions": [{"group": )"
                            R"({"table": "p", "column": "b, a", "reason": "key_collision", )"
                            R"("value": "[\"y\",\"99\"]"}, "decision": "leave_behind", )"
                            R"("person": "Ann", "reason": "gone"}]})";
  require_exit(
      migration.sluice("quarantine", {"decide", "--file", dir.write("d.json", group).string()}), 0);
  CHECK(migration.target_value(
            "SELECT count(*) FROM sluice.quarantine WHERE state = 'left_behind'") == "2");
}

TEST_CASE("rows that the target knows under one key are told apart by their source's") {
  Migration migration;
  migration.source(
      "CREATE TABLE q (id int PRIMARY KEY, code int);"
      "INSERT INTO q VALUES (1, 10), (2, 20), (3, 10), (4, 30)");
  migration.target("CREATE TABLE q (code int PRIMARY KEY)");
  migration.move(
      "q", "q", "",
      R"({"same_names": true, "drop": [{"column": "id", "lossy": true, "reason": "r"}]})");
  require_exit(migration.copy(), 0);
  CHECK(refusals(migration) ==
        "[\"1\"] | code | 10 | q_pkey: the row with key [\"3\"] has the same value\n"
        "[\"3\"] | code | 10 | q_pkey: the row with key [\"1\"] has the same value\n");
  check_account(migration, "q");
}

TEST_CASE("rows without a parent, and those below them, go to quarantine") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  const std::string columns =
      "CREATE TABLE nodes (id int PRIMARY KEY, parent int{0});"
      "CREATE TABLE lefts (id int PRIMARY KEY, other int);"
      "CREATE TABLE rights (id int PRIMARY KEY, other int{1});";
  migration.source(fmt::format(fmt::runtime(columns), "", ""));
  migration.target(fmt::format(fmt::runtime(columns), " REFERENCES nodes", " REFERENCES lefts"));
  migration.target("ALTER TABLE lefts ADD FOREIGN KEY (other) REFERENCES rights");
  // 1 <- 2 <- 3 is whole; 9 is nowhere, so 4 is an orphan, and 5 and 6 after it; 7 is its own
  // parent.
  migration.source(
      "INSERT INTO nodes VALUES (1, NULL), (2, 1), (3, 2), (4, 9), (5, 4), (6, 5), (7, 7);"
      // a ring of 1 and 1, and a chain that ends in nothing
      "INSERT INTO lefts VALUES (1, 1), (2, 2), (3, NULL);"
      "INSERT INTO rights VALUES (1, 1), (2, 4), (5, 3)");
  for (const char* table : {"nodes", "lefts", "rights"}) migration.move(table);
  require_exit(migration.copy(), 0);
  CHECK(to_text(migration.target("SELECT id FROM nodes__side ORDER BY id")) == "1\n2\n3\n7\n");
  CHECK(to_text(migration.target("SELECT id FROM lefts__side ORDER BY id")) == "1\n3\n");
  CHECK(to_text(migration.target("SELECT id FROM rights__side ORDER BY id")) == "1\n5\n");
  for (const char* table : {"nodes", "lefts", "rights"}) check_account(migration, table);
  CHECK(refusals(migration).starts_with(
      "[\"4\"] | parent | 9 | foreign key nodes_parent_fkey: there is no such row in "
      "public.nodes__side\n[\"5\"] | parent | 4 | foreign key nodes_parent_fkey: "));
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND "
                               "convalidated AND conrelid::regclass::text LIKE '%side' AND "
                               "confrelid::regclass::text LIKE '%side'") == "3");
}

TEST_CASE("rows that fail a check or lack a value go to quarantine") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.source("CREATE TABLE t (id int PRIMARY KEY, amount int, name varchar(20))");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, amount int CHECK (amount > 0), name varchar(5) NOT "
      "NULL)");
  migration.source(
      "INSERT INTO t VALUES (1, 5, 'ok'), (2, -5, 'no'), (3, NULL, 'null'), (4, 4, NULL), (5, 0, "
      "'zero'), (6, 1, 'too long')");
  migration.move("t");
  require_exit(migration.copy(), 0);
  CHECK(to_text(migration.target("SELECT id FROM t__side ORDER BY id")) == "1\n3\n");
  CHECK(migration.quarantine("t") ==
        "[\"2\"] | amount | refused_by_target | open\n[\"4\"] | name | null_not_allowed | open\n"
        "[\"5\"] | amount | refused_by_target | open\n[\"6\"] | name | too_long | open\n");
  CHECK(refusals(migration) ==
        "[\"2\"] | amount | -5 | check t_amount_check: (amount > 0) does not hold\n"
        "[\"5\"] | amount | 0 | check t_amount_check: (amount > 0) does not hold\n");
  check_account(migration, "t");
}

TEST_CASE("a batch that only the server can judge is halved until the rows at fault are found") {
  Migration migration;
  // A domain's check holds during the load, and sluice does not evaluate it.
  migration.on_both("CREATE DOMAIN even AS int");
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, n even, payload text)");
  migration.target("ALTER DOMAIN even ADD CHECK (VALUE % 2 = 0)");
  migration.source(
      "INSERT INTO t SELECT n, CASE WHEN n IN (1, 777, 778, 779, 2999) THEN n * 2 + 1 ELSE n * 2 "
      "END, repeat('x', 80) FROM generate_series(1, 3000) n");
  migration.move("t");
  require_exit(migration.copy(), 0);
  CHECK(migration.difference("SELECT * FROM t WHERE n % 2 = 0 ORDER BY id",
                             "SELECT * FROM t__side ORDER BY id") == "");
  CHECK(migration.target_value("SELECT string_agg(source_key, ' ' ORDER BY source_key) FROM "
                               "sluice.quarantine WHERE reason = 'refused_by_target'") ==
        "[\"1\"] [\"2999\"] [\"777\"] [\"778\"] [\"779\"]");
  CHECK(migration.target_value(
            "SELECT count(*) FROM sluice.quarantine WHERE column_name = 'n' AND message LIKE "
            "'%even_check%' AND convert_from(raw_value, 'UTF8')::int % 2 = 1") == "5");
  check_account(migration, "t");
}

TEST_CASE(
    "more rows in quarantine than the limit pause the run, which goes on under a higher one") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, name text, payload text);"
      "INSERT INTO t SELECT n, CASE WHEN n % 100 = 0 THEN NULL ELSE 'x' END, repeat('x', 90) FROM "
      "generate_series(1, 5000) n");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, payload text)");
  migration.move("t", "t", R"("quarantine_limit": 10)");
  const RunResult paused = migration.copy();
  require_exit(paused, 3);
  CHECK(paused.err.find("more than its limit of 10") != std::string::npos);
  CHECK(paused.out.find("Next: sluice quarantine") != std::string::npos);
  CHECK(migration.run_state().starts_with("paused: "));
  CHECK(migration.sluice("status").out.find("Next: sluice quarantine ") != std::string::npos);
  const int before = std::stoi(migration.target_value("SELECT count(*) FROM sluice.quarantine"));
  CHECK(before > 10);
  CHECK(before < 50);

  // Nobody has decided anything: it stops again before it does anything.
  require_exit(migration.copy(), 3);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == std::to_string(before));

  migration.forget_tables();
  migration.move("t", "t", R"("quarantine_limit": 50)");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "50");
  check_account(migration, "t");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
}

TEST_CASE("the way on that a paused run names works, with a reviewed plan too") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, name text);"
      "INSERT INTO t SELECT n, CASE WHEN n % 100 = 0 THEN NULL ELSE 'x' END FROM "
      "generate_series(1, 5000) n");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)");
  migration.move("t");
  migration.limit("quarantine_rows", 10);
  const TempDir dir;
  const std::string plan = (dir.path() / "plan.json").string();
  require_exit(migration.sluice("plan", {"--out", plan}), 0);
  const RunResult paused = migration.copy({"--plan", plan});
  require_exit(paused, 3);
  CHECK(paused.err.find("raise \"quarantine_limit\" of the table, or \"quarantine_rows\", in ") !=
        std::string::npos);
  // The line can be pasted.
  const std::string next = paused.out.substr(paused.out.rfind("Next: ") + 6);
  CHECK(next.starts_with("sluice quarantine --config /"));
  CHECK(next.ends_with("/config.json --group\n"));
  require_exit(migration.sluice("quarantine", {"--group"}), 0);
  migration.limit("quarantine_rows", 50);
  require_exit(migration.copy({"--plan", plan}), 0);
  check_account(migration, "t");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");

  // Anything else is a change of the plan, and is named.
  migration.forget_tables();
  migration.move("t", "t", R"("existing_rows": "replace")");
  const RunResult changed = migration.copy({"--plan", plan});
  require_exit(changed, 7);
  CHECK(changed.err.find("config: public.t: existing_rows is not what it was") !=
        std::string::npos);
  CHECK(changed.err.find("config.json --new-run") != std::string::npos);
}

TEST_CASE("more rows at fault in one constraint than the limit pause the run and move nothing") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, code int);"
      "INSERT INTO t SELECT n, n % 500 FROM generate_series(1, 1000) n");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE)");
  migration.move("t", "t", R"("quarantine_limit": 999)");
  const RunResult paused = migration.copy();
  require_exit(paused, 3);
  CHECK(paused.err.find("t_code_key") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "1000");
  migration.forget_tables();
  migration.move("t", "t", R"("quarantine_limit": 1000)");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "0");
  check_account(migration, "t");
}

TEST_CASE("rows at fault of a table without a key are found by all that they hold") {
  Migration migration;
  // Equal rows, NULLs, and a value that looks like the text of another row.
  migration.source(
      "CREATE TABLE tags (customer int, tag varchar(40), price decimal(8,2));"
      "INSERT INTO tags VALUES (1, 'a', 1.50), (1, 'a', 1.50), (1, 'b', NULL), (7, NULL, NULL), "
      "(7, NULL, NULL), (7, '[null]', 2.00), (NULL, NULL, NULL), (NULL, NULL, NULL), (2, 'c', 3)");
  migration.target(
      "CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers VALUES (1), (2);"
      "CREATE TABLE tags (customer int CONSTRAINT tagged REFERENCES customers, tag varchar(40), "
      "price numeric(8,2)); CREATE UNIQUE INDEX one_tag ON tags (customer, tag)");
  migration.move("tags");
  require_exit(migration.copy(), 0);
  CHECK(migration.difference("SELECT customer, tag, price FROM tags WHERE customer = 2 OR "
                             "customer IS NULL OR tag = 'b' ORDER BY customer, tag",
                             "SELECT customer, tag, price FROM tags__side ORDER BY customer, tag "
                             "NULLS FIRST") == "");
  CHECK(to_text(migration.target("SELECT reason, message, count(*) FROM sluice.quarantine "
                                 "GROUP BY 1, 2 ORDER BY 1, 2")) ==
        "key_collision | one_tag: the row with key [\"1\",\"a\",\"1.50\"] has the same value | 2\n"
        "refused_by_target | foreign key tagged: there is no such row in public.customers | 3\n");
  check_account(migration, "tags");
}

TEST_CASE("rows that exclude each other go to quarantine, all of them") {
  Migration migration;
  migration.source(
      "CREATE TABLE bookings (id int PRIMARY KEY, room int, days daterange, active boolean);"
      "INSERT INTO bookings VALUES (1, 1, '[2026-01-01,2026-01-05)', true), "
      "(2, 1, '[2026-01-04,2026-01-06)', true), (3, 1, '[2026-01-04,2026-01-06)', false), "
      "(4, 1, '[2026-01-06,2026-01-09)', true), (5, 2, NULL, true), (6, 2, NULL, true), "
      "(7, 3, '[2026-01-01,2026-01-02)', true), (8, 3, '[2026-02-01,2026-02-02)', true)");
  migration.target(
      "CREATE TABLE bookings (id int PRIMARY KEY, room int, days daterange, active boolean, "
      "CONSTRAINT apart EXCLUDE USING gist (int4range(room, room, '[]') WITH &&, days WITH &&) "
      "WHERE (active))");
  migration.move("bookings");
  require_exit(migration.copy(), 0);
  CHECK(migration.difference("SELECT * FROM bookings WHERE id > 2 ORDER BY id",
                             "SELECT * FROM bookings__side ORDER BY id") == "");
  CHECK(refusals(migration) ==
        "[\"1\"] | days, room, active | [\"[2026-01-01,2026-01-05)\",\"1\",\"t\"] | exclusion "
        "constraint apart: another row stands against it\n"
        "[\"2\"] | days, room, active | [\"[2026-01-04,2026-01-06)\",\"1\",\"t\"] | exclusion "
        "constraint apart: another row stands against it\n");
  check_account(migration, "bookings");
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE conrelid = "
                               "'bookings__side'::regclass AND contype = 'x'") == "1");
}

TEST_CASE("a row's parent is the one that the foreign key's own operator finds") {
  Migration migration;
  migration.source(
      "CREATE TABLE people (email text PRIMARY KEY); INSERT INTO people VALUES ('b@x'), ('c@x');"
      "CREATE TABLE notes (id int PRIMARY KEY, email text);"
      "INSERT INTO notes VALUES (1, 'B@X'), (2, 'c@x'), (3, 'd@x')");
  migration.target(
      "CREATE EXTENSION citext; CREATE TABLE people (email citext PRIMARY KEY);"
      "CREATE TABLE notes (id int PRIMARY KEY, email citext REFERENCES people)");
  migration.move("people");
  migration.move("notes");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT string_agg(id::text, ',' ORDER BY id) FROM notes__side") ==
        "1,2");
  CHECK(migration.quarantine("notes") == "[\"3\"] | email | refused_by_target | open\n");
}

TEST_CASE("a row that a function of the target refuses by an error of its own is set aside") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT n, n FROM "
      "generate_series(1, 500) n");
  migration.target(
      "CREATE FUNCTION no_seven(n int) RETURNS boolean LANGUAGE plpgsql AS "
      "$$ BEGIN IF n = 7 THEN RAISE EXCEPTION 'seven'; END IF; RETURN true; END $$;"
      "CREATE DOMAIN wary AS int CHECK (public.no_seven(VALUE));"
      "CREATE TABLE t (id int PRIMARY KEY, v wary)");
  migration.move("t");
  require_exit(migration.copy(), 0);
  // The server does not say which column it was.
  CHECK(migration.quarantine("t") == "[\"7\"] |  | refused_by_target | open\n");
  check_account(migration, "t");
}

TEST_CASE("a key that is no UTF-8 costs its row, not its table") {
  const PostgresDatabase ascii(PostgresServer::shared(), kSqlAscii);
  ascii.run(
      "CREATE TABLE t (k text PRIMARY KEY, v int); INSERT INTO t VALUES ('a', 1), "
      "(E'M\\xfcller', 2), (E'\\xc3\\xa4', 3); GRANT SELECT ON t TO PUBLIC");
  Migration migration;
  migration.source_url(fmt::format("postgresql:///{}?host={}&port={}&user=sluice_reader",
                                   ascii.name(), ascii.server().socket_dir(),
                                   ascii.server().port()));
  migration.target("CREATE TABLE t (k text PRIMARY KEY, v int)");
  migration.move("t");
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT string_agg(v::text, ',' ORDER BY v) FROM t__side") == "1,3");
  CHECK(migration.target_value("SELECT source_key || column_name || reason FROM "
                               "sluice.quarantine") == "[\"M\\\\xfcller\"]kinvalid_utf8");
}

}  // namespace sluice::test
