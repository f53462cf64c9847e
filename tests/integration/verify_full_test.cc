// verify: re-reads and re-maps the source, re-reads the target, and names what differs.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

constexpr const char* kTable =
    "CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(60), amount numeric(12,2), note "
    "text)";

/// Enough rows for several batches.
void fill(const Migration& migration, int rows) {
  std::string values;
  for (int id = 1; id <= rows; ++id) {
    values += (id == 1 ? "(" : ", (") + std::to_string(id) + ", 'name " + std::to_string(id) +
              "', " + std::to_string(id) + ".50, '" + std::string(200, 'x') + "')";
  }
  migration.source("INSERT INTO t VALUES " + values);
}

/// A table of 2000 rows, copied.
void copy_filled(Migration& migration) {
  migration.on_both(kTable);
  fill(migration, 2000);
  migration.move("t");
  copy_all(migration);
}

}  // namespace

TEST_CASE("a copy that nobody touched is equal, and exits 0") {
  const From from = GENERATE(From::postgresql, From::mariadb, From::mariadb_without_binlog);
  INFO(to_string(from));
  Migration migration(from);
  copy_filled(migration);
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal");
  CHECK(verified.rows("source") == 2000);
  CHECK(verified.rows("target") == 2000);
  CHECK_FALSE(verified.table().at("source_changed").as_bool());
  CHECK_FALSE(verified.table().at("target_changed").as_bool());
  CHECK(verified.counts().empty());
  CHECK(verified.table().at("facts").items().size() > 8);
  for (const auto& fact : verified.table().at("facts").items()) {
    CHECK(fact.at("result").as_string() == "equal");
  }
}

TEST_CASE("each kind of damage to the target is found, named and laid to the target") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_filled(migration);
  migration.target(
      "UPDATE t__side SET name = 'other', amount = amount + 0.01 WHERE id = 7;"
      "UPDATE t__side SET note = NULL WHERE id = 8;"
      "DELETE FROM t__side WHERE id IN (1, 2000);"
      "INSERT INTO t__side VALUES (5000, 'new', 0, '')");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(verified.outcome() == "different");
  CHECK(verified.counts() == "missing 2, extra 1, changed 2");
  const Lines found = verified.differences();
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "changed [\"7\"] target_changed; name: name 7 -> other; amount: 7.50 -> 7.51");
  CHECK(found[1].starts_with("changed [\"8\"] target_changed; note: xxx"));
  CHECK(found[1].ends_with(" -> NULL"));
  CHECK(found[2] == "extra [\"5000\"] target_changed");
  CHECK(found[3] == "missing [\"1\"] target_changed");
  CHECK(found[4] == "missing [\"2000\"] target_changed");
  CHECK_FALSE(verified.table().at("source_changed").as_bool());
  CHECK(verified.table().at("target_changed").as_bool());
}

TEST_CASE("a source that changed since the copy is named as such, row by row") {
  const From from = GENERATE(From::postgresql, From::mariadb, From::mariadb_without_binlog);
  INFO(to_string(from));
  Migration migration(from);
  copy_filled(migration);
  migration.source(
      "UPDATE t SET name = 'changed' WHERE id = 1000; DELETE FROM t WHERE id = 1500;"
      "INSERT INTO t VALUES (3000, 'late', 1, '')");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(verified.differences() ==
        Lines{"changed [\"1000\"] source_changed; name: changed -> name 1000",
              "extra [\"1500\"] source_changed", "missing [\"3000\"] source_changed"});
  CHECK(verified.table().at("source_changed").as_bool());
  CHECK_FALSE(verified.table().at("target_changed").as_bool());
}

TEST_CASE("when both sides changed, even in one batch, each row is laid to its own side") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_filled(migration);
  migration.source("UPDATE t SET name = 's' WHERE id IN (10, 1900)");
  migration.target("UPDATE t__side SET name = 't' WHERE id IN (11, 600)");
  CHECK(verify(migration).differences() ==
        Lines{"changed [\"10\"] source_changed; name: s -> name 10",
              "changed [\"11\"] target_changed; name: name 11 -> t",
              "changed [\"1900\"] source_changed; name: s -> name 1900",
              "changed [\"600\"] target_changed; name: name 600 -> t"});
}

TEST_CASE("a column that is not copied may change without a difference") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, a text, b text)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, a text)");
  migration.source("INSERT INTO t VALUES (1, 'x', 'y')");
  migration.move(
      "t", "t", "",
      R"({"same_names": true, "drop": [{"column": "b", "lossy": true, "reason": "r"}]})");
  copy_all(migration);
  migration.source("UPDATE t SET b = 'z'");
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal");
  CHECK(verified.exit_code() == 0);
}

TEST_CASE("many differences are all counted and some of each kind are listed") {
  Migration migration;
  copy_filled(migration);
  migration.target(
      "UPDATE t__side SET name = name || '!' WHERE id <= 900;"
      "DELETE FROM t__side WHERE id BETWEEN 1001 AND 1003");
  const Verified verified = verify(migration, {"--list", "6"});
  CHECK(verified.counts() == "missing 3, changed 900");
  const Lines found = verified.differences();
  CHECK(found.size() == 6);
  CHECK(std::count_if(found.begin(), found.end(),
                      [](const std::string& line) { return line.starts_with("missing"); }) == 3);
  CHECK(verified.table().at("differences").at("complete").as_bool());
  for (const char* wrong : {"-1", "10001"}) {
    const RunResult refused = migration.sluice("verify", {"--list", wrong});
    INFO(refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("--list") != std::string::npos);
  }
}

TEST_CASE("tables without rows are equal, and say so") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.on_both(kTable);
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal");
  CHECK(verified.reason() == "no rows on either side");
  migration.target("INSERT INTO t__side VALUES (1, 'x', 0, '')");
  CHECK(verify(migration).counts() == "extra 1");
}

TEST_CASE("a table that is gone is no answer about its rows, and does not hide the others") {
  Migration migration;
  for (const char* name : {"a", "b", "c"}) {
    migration.on_both(std::string("CREATE TABLE ") + name + " (id int PRIMARY KEY)");
    migration.source(std::string("INSERT INTO ") + name + " VALUES (1), (2)");
    migration.move(name);
  }
  copy_all(migration);
  migration.source("DROP TABLE a");
  migration.target("DROP TABLE b__side");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 10);
  CHECK(verified.outcome() == "could_not_check");
  CHECK(verified.table_outcome(0) == "could_not_check");
  CHECK(verified.reason(0).find("source table public.a is not there") == 0);
  CHECK(verified.reason(1).find("side table public.b__side is not there") == 0);
  CHECK(verified.table_outcome(2) == "equal");
  migration.target("DELETE FROM c__side WHERE id = 1");
  const Verified different = verify(migration);
  CHECK(different.exit_code() == 3);
  CHECK(verify(migration, {"--table", "public.b"}).exit_code() == 10);
  CHECK(migration.sluice("verify", {"--table", "public.z"}).exit_code == 2);
}

TEST_CASE("a failing read is never an empty table") {
  Migration migration;
  migration.on_both("CREATE TABLE a (id int PRIMARY KEY)");
  migration.on_both("CREATE TABLE b (id int PRIMARY KEY)");
  migration.move("a");
  migration.move("b");
  copy_all(migration);
  migration.source("REVOKE SELECT ON a FROM sluice_reader; GRANT INSERT ON a TO sluice_reader");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 10);
  CHECK(verified.table_outcome(0) == "could_not_check");
  CHECK(verified.table_outcome(1) == "equal");
}

TEST_CASE("rows in quarantine and filtered rows are left out on record") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name varchar(60), state varchar(20))");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(10) UNIQUE, state text)");
  migration.source(
      "INSERT INTO t VALUES (1, 'short', 'on'), (2, 'much too long for it', 'on'), "
      "(3, 'short', 'on'), (4, 'gone', 'off'), (5, 'fine', NULL), (6, 'six', 'on')");
  migration.move(
      "t", "t", R"("quarantine_limit": 10)",
      R"({"same_names": true, "filter": {"column": "state", "op": "=", "value": "on"}})");
  copy_all(migration);
  const Verified verified = verify(migration);
  INFO(verified.reason());
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(verified.rows("source") == 6);
  CHECK(verified.rows("filtered") == 2);
  CHECK(verified.rows("quarantined") == 3 - verified.rows("decided"));
  CHECK(verified.rows("target") == 6 - 2 - verified.rows("quarantined"));
  for (const auto& fact : verified.table().at("facts").items()) {
    CHECK(fact.at("result").as_string() == "equal");
  }
}

TEST_CASE("a row that does not map any more is news, not quarantine") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(10))");
  migration.source("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  migration.move("t");
  copy_all(migration);
  migration.source("UPDATE t SET name = 'much too long for it' WHERE id = 2");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(verified.rows("unrecorded") == 1);
  CHECK(verified.differences() == Lines{"extra [\"2\"] source_changed"});
}

TEST_CASE("composite and unordered keys are compared as they stand") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE t (a int, b uuid, c text, PRIMARY KEY (b, a));"
      "INSERT INTO t SELECT i % 10, gen_random_uuid(), 'v' || i FROM generate_series(1, 500) i");
  migration.target("DELETE FROM t");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target("UPDATE t__side SET c = 'x' WHERE c = 'v7'");
  const Verified verified = verify(migration);
  REQUIRE(verified.differences().size() == 1);
  CHECK(verified.differences()[0].ends_with("target_changed; c: v7 -> x"));
}

TEST_CASE("a table without a key is a bag: equal rows count") {
  Migration migration;
  migration.on_both("CREATE TABLE t (a int, b text)");
  migration.source("INSERT INTO t VALUES (1, 'a'), (1, 'a'), (1, 'a'), (2, NULL), (3, 'c')");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target(
      "DELETE FROM t__side WHERE ctid IN (SELECT ctid FROM t__side WHERE a = 1 LIMIT 1);"
      "INSERT INTO t__side VALUES (3, 'c'), (4, 'new')");
  const Verified verified = verify(migration);
  CHECK(verified.counts() == "missing 1, extra 1, duplicated 1");
  CHECK(verified.differences() == Lines{"duplicated [\"3\",\"c\"] target_changed",
                                        "extra [\"4\",\"new\"] target_changed",
                                        "missing [\"1\",\"a\"] target_changed"});
}

TEST_CASE("old values that were kept are verified as well") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name varchar(60), old varchar(20))");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(5))");
  migration.source("INSERT INTO t VALUES (1, 'longer than five', 'x'), (2, 'ok', NULL)");
  migration.move(
      "t", "t", "",
      R"({"columns": {"id": "id", "name": {"from": "name", "steps": [{"truncate": 5}], "lossy": true, "keep_rest": true}},
          "drop": [{"column": "old", "lossy": true, "keep_rest": true, "reason": "unused"}]})");
  copy_all(migration);
  const Verified equal = verify(migration);
  CHECK(equal.outcome() == "equal");
  CHECK(equal.table().at("rest").at("target_rows").as_integer() == 2);
  migration.target("UPDATE t__rest SET value = 'forged' WHERE column_name = 'old'");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  const auto& rest = verified.table().at("rest");
  CHECK(rest.at("outcome").as_string() == "different");
  CHECK(Verified::lines_of(rest.at("differences")) ==
        Lines{R"(extra ["[\"1\"]","old","forged"] target_changed)",
              R"(missing ["[\"1\"]","old","x"] target_changed)"});
}

TEST_CASE("kept rows of the live table must be there unchanged, and are counted apart") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.source("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  migration.target("INSERT INTO t VALUES (100, 'live'), (101, 'live too')");
  migration.move("t", "t", R"("existing_rows": "keep")");
  copy_all(migration);
  const Verified equal = verify(migration);
  CHECK(equal.outcome() == "equal");
  CHECK(equal.rows("existing") == 2);
  CHECK(equal.rows("source") == 2);
  CHECK(equal.rows("target") == 4);
  migration.target("UPDATE t__side SET name = 'touched' WHERE id = 101");
  const Verified verified = verify(migration);
  CHECK(verified.differences() ==
        Lines{"changed [\"101\"] target_changed; name: live too -> touched"});
}

TEST_CASE("a bag in which too many equal rows differ is different, even if they cannot be named") {
  Migration migration;
  migration.on_both("CREATE TABLE t (a int)");
  // More equal rows in one bucket than are held at once.
  migration.source("INSERT INTO t SELECT 7 FROM generate_series(1, 700000)");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target("DELETE FROM t__side WHERE ctid = (SELECT min(ctid) FROM t__side)");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(verified.reason() == "more equal rows than can be told apart");
  CHECK_FALSE(verified.table().at("differences").at("complete").as_bool());
}

TEST_CASE("what the mapping does not write of kept rows is looked at too") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, since date DEFAULT '2000-01-01')");
  migration.source("INSERT INTO t VALUES (1)");
  migration.target("INSERT INTO t VALUES (100, '1999-12-31')");
  migration.move("t", "t", R"("existing_rows": "keep")",
                 R"({"same_names": true, "columns": {"since": {"default": true}}})");
  copy_all(migration);
  const std::string kept = migration.target_value("SELECT since FROM t__side WHERE id = 100");
  const Verified verified = verify(migration);
  const auto& facts = verified.table().at("facts").items();
  const auto fact = std::find_if(facts.begin(), facts.end(), [](const codec::JsonValue& value) {
    return value.at("measure").as_string() == "kept rows";
  });
  REQUIRE(fact != facts.end());
  CHECK((fact->at("result").as_string() == "equal") == (kept == "1999-12-31"));
  migration.target("UPDATE t__side SET since = '1900-01-01' WHERE id = 100");
  CHECK(verify(migration).exit_code() == 3);
}

TEST_CASE("values that look alike and are not are told apart") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, a text, f float8, n numeric, b bytea)");
  migration.source(
      "INSERT INTO t VALUES (1, '', 0.0, 1.10, ''), (2, NULL, 'NaN', 1.1, NULL), "
      "(3, 'NULL', 0.1, 100, '\\x00'), (4, E'\\u00e9', 1, 0, NULL), (5, 'a ', 1, 0, NULL)");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target(
      "UPDATE t__side SET a = NULL, f = '-0.0', n = 1.1, b = NULL WHERE id = 1;"
      "UPDATE t__side SET a = E'e\\u0301' WHERE id = 4; UPDATE t__side SET a = 'a' WHERE id = 5");
  CHECK(verify(migration).differences() ==
        Lines{"changed [\"1\"] target_changed; a:  -> NULL; f: 0 -> -0; n: 1.10 -> 1.1; b: \\\\x "
              "-> NULL",
              "changed [\"4\"] target_changed; a: \xc3\xa9 -> e\xcc\x81",
              "changed [\"5\"] target_changed; a: a  -> a"});
}

TEST_CASE("a difference deep inside a long value is shown where it is") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, a text)");
  migration.source("INSERT INTO t VALUES (1, repeat('x', 3000) || 'SOURCE' || repeat('y', 3000))");
  migration.move("t");
  copy_all(migration);
  migration.target("UPDATE t__side SET a = replace(a, 'SOURCE', 'TARGET')");
  const Lines found = verify(migration).differences();
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("SOURCE") < found[0].find(" -> "));
  CHECK(found[0].find("TARGET") != std::string::npos);
  CHECK(found[0].size() < 500);
}

TEST_CASE("another server than the plan's is refused") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  copy_all(migration);
  const PostgresDatabase elsewhere;
  elsewhere.run("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source_url("postgresql:///" + elsewhere.name() +
                       "?host=" + elsewhere.server().socket_dir() +
                       "&port=" + std::to_string(elsewhere.server().port()) + "&user=postgres");
  const RunResult refused = migration.sluice("verify");
  CHECK(refused.exit_code == 7);
  CHECK(refused.err.find(elsewhere.name()) != std::string::npos);
}

TEST_CASE("verify before any copy, and of a run that is not finished, says so") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES (1), (2)");
  migration.move("t");
  const RunResult none = migration.sluice("verify");
  CHECK(none.exit_code == 2);
  CHECK(none.err.find("no ledger") != std::string::npos);
  (void)migration.copy_killed_at("after_claim");
  const RunResult unfinished = migration.sluice("verify");
  CHECK(unfinished.exit_code == 10);
  CHECK(unfinished.err.find("nothing whole to verify") != std::string::npos);
}

TEST_CASE("a source that has not moved since the copy is not blamed for a difference") {
  PostgresServer source;
  Migration migration(source, PostgresServer::shared());
  copy_filled(migration);
  migration.source("UPDATE t SET name = 'other' WHERE id = 1000");
  // As if the copy had read at the point in time that the source is at now, and read it wrong.
  migration.target("UPDATE sluice.snapshot SET position = '" +
                   migration.source_value("SELECT txid_current_snapshot()") + "'");
  const Verified verified = verify(migration);
  CHECK(verified.differences() ==
        Lines{"changed [\"1000\"] copied_wrong; name: other -> name 1000"});
  CHECK_FALSE(verified.table().at("source_changed").as_bool());
  CHECK(verified.table().at("notes").items().at(0).as_string().find("nothing was committed") !=
        std::string::npos);
}

TEST_CASE("rows of tables that inherit from the source are neither moved nor counted") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, status text)");
  migration.source(
      "CREATE TABLE child () INHERITS (t); INSERT INTO t VALUES (1, 'a'), (2, 'b');"
      "INSERT INTO child VALUES (3, 'a')");
  migration.leave("child");
  migration.move("t", "t", "",
                 R"({"columns": {"id": "id", "status": {"from": "status", "steps": [
                     {"map": {"a": "x", "b": "y"}, "otherwise": "quarantine"}]}}})");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal");
  CHECK(verified.rows("source") == 2);
}

TEST_CASE("a look at one of several tables is not kept as a look at all") {
  Migration migration;
  for (const char* name : {"a", "b"}) {
    migration.on_both(std::string("CREATE TABLE ") + name + " (id int PRIMARY KEY)");
    migration.move(name);
  }
  copy_all(migration);
  migration.target("INSERT INTO b__side VALUES (1)");
  const Verified verified = verify(migration, {"--table", "public.a"});
  CHECK(verified.outcome() == "equal");
  CHECK(verified.root().at("tables_total").as_integer() == 2);
  CHECK(migration.target_value("SELECT mode FROM sluice.verification") == "full_in_part");
  CHECK(migration.sluice("status").out.find("copied and verified") == std::string::npos);
}

TEST_CASE("a quarantined row that the source has lost is still to be looked at") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(3))");
  migration.source("INSERT INTO t VALUES (1, 'abcdef'), (2, 'x')");
  migration.move("t");
  copy_all(migration);
  migration.source("DELETE FROM t WHERE id = 1");
  const Verified verified = verify(migration);
  CHECK(verified.counts().empty());
  CHECK(verified.outcome() == "equal_except_quarantined");
}

TEST_CASE("a source table with a column that the plan does not know is not equal") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.on_both("CREATE TABLE t (id int NOT NULL PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES (1)");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.source("ALTER TABLE t ADD COLUMN note varchar(9) DEFAULT 'x'");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 10);
  CHECK(verified.outcome() == "not_comparable");
  CHECK(verified.reason().starts_with(
      "the source table is not the plan's any more: column note: is new, "));
  // What differs is still found.
  migration.target("INSERT INTO t__side VALUES (2)");
  CHECK(verify(migration).outcome() == "different");
}

}  // namespace sluice::test
