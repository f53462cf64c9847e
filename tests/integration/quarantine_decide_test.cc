// Rows that people decided about move, exactly once, and everything still adds up.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/quarantine_fixture.h"

namespace sluice::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Every row of the ledger and of the side tables, as the server writes it, beside its table.
Rows everything(const Migration& migration) {
  Rows all;
  for (const Row& table : migration.target(
           "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN "
           "('sluice', 'public') ORDER BY 1")) {
    const Rows rows = migration.target(
        fmt::format("SELECT '{0}', t::text FROM {0} t ORDER BY 2", table.at(0).value()));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

}  // namespace

TEST_CASE("a copy leaves every kind of bad row in quarantine") {
  const MessyCrm crm;
  const RunResult copied = crm.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(crm.migration.quarantine("customers") ==
        "[\"10\"] | status | unmapped_value | open\n"
        "[\"11\"] | status | unmapped_value | open\n"
        "[\"20\"] | born | not_a_date | open\n"
        "[\"30\"] | email | key_collision | open\n"
        "[\"31\"] | email | key_collision | open\n"
        "[\"40\"] | name | too_long | open\n");
  CHECK(crm.migration.quarantine("orders") ==
        "[\"110\"] | customer_id | refused_by_target | open\n"
        "[\"130\"] | customer_id | refused_by_target | open\n");
}

TEST_CASE("corrected values, NULL and leaving behind close the account, and verify agrees") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult decided =
      crm.decide(about("customers", 10, R"({"set": {"status": "active"}})") + "," +
                 about("customers", 11, R"("leave_behind")") + "," +
                 about("customers", 20, R"({"set": {"born": null}})") + "," +
                 about("customers", 30, R"("retry")") + "," +
                 about("customers", 31, R"({"set": {"email": "jan@x"}})") + "," +
                 about("customers", 40, R"({"set": {"name": "Karolina III"}})") + "," +
                 about("orders", 110, R"("retry")") + "," + about("orders", 130, R"("retry")"));
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  CHECK(crm.side("customers", 10) == "10 | Fay | fay@x | active | 1970-01-31\n");
  CHECK(crm.side("customers", 11) == "");
  CHECK(crm.side("customers", 20) == "20 | Hal | hal@x | active | NULL\n");
  CHECK(crm.side("customers", 30) == "30 | Ida | twin@x | active | NULL\n");
  CHECK(crm.side("customers", 31) == "31 | Jan | jan@x | active | NULL\n");
  CHECK(crm.side("customers", 40) == "40 | Karolina III | kar@x | active | NULL\n");
  CHECK(crm.side("orders", 110) == "110 | 10 | 5.00\n");
  CHECK(crm.side("orders", 130) == "130 | 30 | 7.50\n");
  CHECK(crm.state("customers", 10) == R"(decided by Ann: looked it up {"status":"active"})"
                                      "\n");
  CHECK(crm.state("customers", 11) == "left_behind by Ann: looked it up\n");
  CHECK(crm.state("orders", 110) == "decided by Ann: looked it up {}\n");
  CHECK(crm.open_rows() == "0");
  CHECK(crm.migration.run_state() == "finished");
  CHECK(contains(decided.out,
                 "customers: 11 read = 5 arrived + 5 decided + 0 in quarantine + 1 "
                 "left behind + 0 filtered"));
  CHECK(contains(decided.out, "Next: sluice verify"));
  const RunResult verified = crm.migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  const RunResult target_only = crm.migration.sluice("verify", {"--target"});
  INFO(target_only.out << target_only.err);
  CHECK(target_only.exit_code == 0);
}

TEST_CASE("what the mapping or the target refuses stays open, and the corrected file finds it") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult refused =
      crm.decide(about("customers", 10, R"({"set": {"status": null}})") + "," +
                 about("customers", 11, R"({"set": {"status": "gold"}})") + "," +
                 about("customers", 20, R"({"set": {"born": "31.31.1999"}})") + "," +
                 about("customers", 30, R"({"set": {"email": "ann@x"}})") + "," +
                 about("customers", 40, R"({"set": {"name": "still far too long a name"}})") + "," +
                 about("orders", 110, R"("retry")"));
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 3);
  CHECK(contains(refused.out, "customers: 0 decided, 0 left behind, 5 stay open"));
  CHECK(contains(refused.out, "customers 10 status: null_not_allowed"));
  CHECK(contains(refused.out, "customers 11 status: refused_by_target: check "));
  CHECK(contains(refused.out, "customers 20 born: not_a_date"));
  CHECK(contains(refused.out, "customers 30 email: key_collision: "));
  CHECK(contains(refused.out, "customers 40 name: too_long"));
  CHECK(crm.open_rows() == "8");
  CHECK(crm.migration.target_value("SELECT count(*) FROM customers__side") == "5");
  // Why a row is in quarantine has not changed; what came of the decision stands beside it.
  CHECK(
      contains(crm.migration.quarantine("customers"), "[\"10\"] | status | unmapped_value | open"));
  CHECK(crm.migration.target_value("SELECT count(*) FROM sluice.quarantine WHERE problems LIKE "
                                   "'%\"decision\":true%'") == "5");
  CHECK(crm.migration.events("quarantine-decided").empty());

  const RunResult corrected = crm.decide(
      R"({"group": {"table": "customers", "column": "status", "reason": "unmapped_value",)"
      R"( "value": "gold"}, "decision": {"set": {"status": "active"}}, "person": "Bob",)"
      R"( "reason": "gold is active"})");
  INFO(corrected.out << corrected.err);
  CHECK(corrected.exit_code == 0);
  CHECK(crm.side("customers", 10) == "10 | Fay | fay@x | active | 1970-01-31\n");
  CHECK(crm.side("customers", 11) == "11 | Gus | gus@x | active | NULL\n");
  CHECK(crm.open_rows() == "6");
}

TEST_CASE("of two rows that collide, people may let one in; the tool never chooses") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult both =
      crm.decide(about("customers", 30, R"("retry")") + "," + about("customers", 31, R"("retry")"));
  INFO(both.out << both.err);
  CHECK(both.exit_code == 3);
  CHECK(contains(both.out,
                 "customers 30 email: key_collision: customers_email_key: this file "
                 "decides the same value for another row"));
  CHECK(crm.migration.target_value("SELECT count(*) FROM customers__side") == "5");
  CHECK(crm.open_rows() == "8");

  const RunResult one = crm.decide(about("customers", 31, R"("retry")"));
  INFO(one.out << one.err);
  CHECK(one.exit_code == 0);
  CHECK(crm.side("customers", 31) == "31 | Jan | twin@x | active | NULL\n");

  const RunResult late = crm.decide(about("customers", 30, R"("retry")"));
  INFO(late.out << late.err);
  CHECK(late.exit_code == 3);
  CHECK(contains(late.out, "key_collision"));
  CHECK(crm.side("customers", 30) == "");
  CHECK(crm.state("customers", 30) == "open\n");
}

TEST_CASE("of many rows, exactly those that a file makes collide are named") {
  Migration migration;
  // Of varied length, so that the server puts them where there is room and not one after another.
  migration.source(
      "CREATE TABLE t (n int PRIMARY KEY, email varchar(20), kind varchar(20), payload text);"
      "INSERT INTO t SELECT n, 'm' || CASE n WHEN 200 THEN 100 ELSE n END || '@x', 'odd', "
      "repeat('x', n * 7919 % 1500) FROM generate_series(1, 250) n");
  migration.target(
      "CREATE TABLE t (n int PRIMARY KEY, email varchar(20) CONSTRAINT one_email UNIQUE, "
      "kind varchar(20), payload text)");
  migration.move("t", "t", "", R"({"same_names": true, "columns": {"kind": {"from": "kind",
      "steps": [{"map": {"a": "active"}, "otherwise": "quarantine"}]}}})");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const auto file = dir.write(
      "d.json",
      R"({"schema": "sluice.decisions/1", "decisions": [{"group": {"table": "t", "column": "kind",)"
      R"( "reason": "unmapped_value", "value": "odd"}, "decision": {"set": {"kind": "active"}},)"
      R"( "person": "Ann", "reason": "odd is active"}]})");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 3);
  CHECK(contains(decided.out, "t: 248 decided, 0 left behind, 2 stay open"));
  for (const char* row : {"t 100 email: key_collision", "t 200 email: key_collision"}) {
    CHECK(contains(decided.out, row));
  }
  CHECK(to_text(migration.target("SELECT source_key FROM sluice.quarantine WHERE state = 'open' "
                                 "ORDER BY 1")) == "[\"100\"]\n[\"200\"]\n");
}

TEST_CASE("rows that a file makes collide in what the target makes of them are named") {
  const std::string rule = GENERATE("UNIQUE (folded)", "EXCLUDE USING btree (folded WITH =)");
  CAPTURE(rule);
  Migration migration;
  migration.source(
      "CREATE TABLE t (code int PRIMARY KEY, email varchar(20), born varchar(20));"
      "INSERT INTO t VALUES (1, 'twin@x', '?'), (2, 'Twin@X', '?'), (3, 'other@x', '?')");
  migration.target(
      "CREATE TABLE t (code int PRIMARY KEY, email varchar(20), born date, "
      "folded text GENERATED ALWAYS AS (lower(email)) STORED, "
      "made int GENERATED ALWAYS AS IDENTITY, " +
      rule + ")");
  migration.move("t", "t", "", R"({"same_names": true, "columns": {"born": {"from": "born",
      "steps": [{"date": "%Y-%m-%d"}]}}})");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const auto file = dir.write(
      "d.json",
      R"({"schema": "sluice.decisions/1", "decisions": [{"group": {"table": "t", "column": "born",)"
      R"( "reason": "not_a_date", "value": "?"}, "decision": {"set": {"born": null}},)"
      R"( "person": "Ann", "reason": "nobody knows"}]})");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 3);
  CHECK(contains(decided.out, "t: 1 decided, 0 left behind, 2 stay open"));
  CHECK(to_text(migration.target("SELECT code FROM t__side")) == "3\n");
}

TEST_CASE("a group of 300 rows is decided by one entry, with exceptions, once") {
  const MessyCrm crm;
  crm.migration.source(
      "INSERT INTO customers SELECT 1000 + n, 'N' || n, 'n' || n || '@x', 'silver', NULL "
      "FROM generate_series(1, 300) AS n");
  REQUIRE(crm.copy().exit_code == 0);
  const std::string entries =
      R"({"group": {"table": "public.customers", "column": "status", "reason": "unmapped_value",)"
      R"( "value": "silver"}, "decision": {"set": {"status": "active", "born": "1999-09-09"}},)"
      R"( "person": "Bob", "reason": "silver is active"},)" +
      about("customers", 1007, R"("leave_behind")") + "," +
      about("customers", 1008, R"({"set": {"status": "pending"}})");
  const RunResult decided = crm.decide(entries);
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK(contains(decided.out, "customers: 299 decided, 1 left behind\n"));
  CHECK(crm.migration.target_value(
            "SELECT count(*) FROM customers__side WHERE id > 1000 AND status = 'active' AND "
            "born = '1999-09-09'") == "298");
  CHECK(crm.side("customers", 1008) == "1008 | N8 | n8@x | pending | NULL\n");
  // More than one transaction; what they say adds up.
  CHECK(crm.migration.events("quarantine-decided").size() == 2);
  CHECK(crm.migration.target_value("SELECT sum((body::json->>'decided')::int) || ' ' || "
                                   "sum((body::json->>'left_behind')::int) || ' ' || "
                                   "sum((body::json->'persons'->>'Bob')::int) FROM sluice.event "
                                   "WHERE kind = 'quarantine-decided'") == "299 1 298");

  const RunResult again = crm.decide(entries);
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(contains(again.out, "customers: 0 decided, 0 left behind, 300 decided before\n"));
  CHECK(crm.migration.target_value("SELECT count(*) FROM customers__side") == "304");
  CHECK(crm.migration.events("quarantine-decided").size() == 2);
  CHECK(crm.migration.sluice("verify").exit_code == 0);
}

TEST_CASE("a dry run tries everything, prints the rows and writes nothing") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const std::string entries = about("customers", 10, R"({"set": {"status": "active"}})") + "," +
                              about("customers", 11, R"({"set": {"status": "gold"}})") + "," +
                              about("orders", 110, R"("retry")");
  const Rows before = everything(crm.migration);
  REQUIRE(contains(to_text(before), "sluice.process"));
  const RunResult tried = crm.decide(entries, {"--dry-run"});
  INFO(tried.out << tried.err);
  CHECK(tried.exit_code == 3);
  CHECK(contains(tried.out,
                 R"(INSERT INTO "public"."customers__side" ("id", "name", "email", "status", )"
                 R"("born") VALUES ('10', 'Fay', 'fay@x', 'active', '1970-01-31');)"));
  CHECK(contains(tried.out, R"(VALUES ('110', '10', '5.00');)"));
  CHECK(contains(tried.out, "would be: 1 decided, 0 left behind, 1 stay open"));
  CHECK(contains(tried.out, "Next: sluice quarantine decide"));
  CHECK(first_difference(before, everything(crm.migration)) == "");
  CHECK(crm.decide(entries).exit_code == 3);
  CHECK(crm.side("orders", 110) == "110 | 10 | 5.00\n");
}

TEST_CASE("entries that are not filled in leave their rows open") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult decided =
      crm.decide(R"({"table": "customers", "source_key": ["10"], "decision": null, "person": "",)"
                 R"( "reason": ""},)" +
                 about("customers", 11, R"("leave_behind")"));
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 3);
  CHECK(contains(decided.out, "customers: 0 decided, 1 left behind, 1 stay open"));
  CHECK(contains(decided.out, "customers 10 status: nobody has decided yet"));
}

TEST_CASE("a bad file changes nothing, whatever else stands in it") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const std::string good = about("customers", 10, R"({"set": {"status": "active"}})");
  struct Case {
    std::string entries;
    std::string message;
  };
  const std::vector<Case> cases = {
      {good + "," + about("customers", 99, R"("retry")"), "is not in the quarantine"},
      {good + "," + good, "row 1 is decided here and at"},
      {good + "," + about("customers", 11, R"({"set": {"statos": "active"}})"),
       "did you mean \"status\"?"},
      {good + R"(, {"quarantine_id": 1, "table": "customers", "source_key": ["11"],)"
              R"( "decision": "retry", "person": "A", "reason": "b"})",
       "not the one that the entry describes"},
      {good + R"(, {"quarantine_id": 2, "decision": {"set": {"nam": "x"}}, "person": "A",)"
              R"( "reason": "b"})",
       "did you mean \"name\"?"},
      {good + ",", "decisions.json:1:"},
  };
  for (const Case& bad : cases) {
    const RunResult refused = crm.decide(bad.entries);
    INFO(bad.entries << "\n" << refused.out << refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, bad.message));
  }
  const RunResult other_run = crm.decide_file(
      R"({"schema": "sluice.decisions/1", "run": "20200101-000000-0000", "decisions": []})");
  CHECK(other_run.exit_code == 2);
  CHECK(contains(other_run.err, "was exported from run 20200101-000000-0000"));
  CHECK(crm.open_rows() == "8");
  CHECK(crm.migration.target_value("SELECT count(*) FROM sluice.batch WHERE origin = 'decided'") ==
        "0");
}

TEST_CASE("decisions wait while another process holds the run, and stop where tables changed") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const std::string entry = about("customers", 10, R"({"set": {"status": "active"}})");
  {
    PgSql other(crm.migration.target_database().conninfo());
    other.query("SELECT pg_advisory_lock(1936487779, hashtext(run_id)) FROM sluice.run");
    const RunResult held = crm.decide(entry);
    INFO(held.out << held.err);
    CHECK(held.exit_code == 6);
    CHECK(contains(held.err, "is held by another process"));
  }
  crm.migration.target("ALTER TABLE customers ALTER COLUMN name TYPE varchar(40)");
  const RunResult drifted = crm.decide(entry);
  INFO(drifted.out << drifted.err);
  CHECK(drifted.exit_code == 7);
  CHECK(contains(drifted.err, "character varying(40)"));
  crm.migration.target(
      "ALTER TABLE customers ALTER COLUMN name TYPE varchar(20);"
      "COMMENT ON TABLE customers__side IS 'mine'");
  const RunResult taken = crm.decide(entry);
  INFO(taken.out << taken.err);
  CHECK(taken.exit_code == 7);
  CHECK(crm.open_rows() == "8");
}

TEST_CASE("a decided row keeps its kept values and moves its sequence on") {
  Migration migration;
  migration.source(
      "CREATE TABLE items (id int PRIMARY KEY, name varchar(40), fax text);"
      "INSERT INTO items VALUES (1, 'one', NULL), (9, 'a name that is too long', '555-9')");
  migration.target(
      "CREATE TABLE items (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, "
      "name varchar(10) NOT NULL)");
  migration.move("items", "items", "", R"({"same_names": true, "drop": [{"column": "fax",
      "lossy": true, "keep_rest": true, "reason": "nobody faxes"}]})");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const auto file =
      dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                              about("items", 9, R"({"set": {"name": "nine"}})") + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  CHECK(to_text(migration.target("SELECT * FROM items__rest")) == "[\"9\"] | fax | 555-9\n");
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 0);
  CHECK(migration.target_value("INSERT INTO items__side (name) VALUES ('x') RETURNING id") == "10");
}

TEST_CASE("a source row that collides with a kept row may get another key") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.source("INSERT INTO t VALUES (1, 'new one'), (2, 'two')");
  migration.target("INSERT INTO t VALUES (1, 'old one')");
  migration.move("t", "t", R"("existing_rows": "keep")");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                                            about("t", 1, R"({"set": {"id": "1001"}})") + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  CHECK(to_text(migration.target("SELECT id, name FROM t__side ORDER BY id")) ==
        "1 | old one\n2 | two\n1001 | new one\n");
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("constraints that wait for the COMMIT refuse the row, not the batch") {
  Migration migration;
  migration.source(
      "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1);"
      "CREATE TABLE c (id int PRIMARY KEY, p_id int);"
      "INSERT INTO c VALUES (10, 1), (11, 2), (12, 3)");
  migration.target(
      "CREATE TABLE p (id int PRIMARY KEY);"
      "CREATE TABLE c (id int PRIMARY KEY, "
      "p_id int REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
  migration.move("p");
  migration.move("c");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                                            about("c", 11, R"("retry")") + "," +
                                            about("c", 12, R"({"set": {"p_id": "1"}})") + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 3);
  CHECK(to_text(migration.target("SELECT id, p_id FROM c__side ORDER BY id")) ==
        "10 | 1\n12 | 1\n");
}

TEST_CASE("MariaDB's zero dates are decided like everything else") {
  Migration migration(From::mariadb);
  migration.source(
      "SET sql_mode = ''; CREATE TABLE t (id int PRIMARY KEY, d date);"
      "INSERT INTO t VALUES (1, '2020-02-29'), (2, '0000-00-00'), (3, '2020-00-15')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, d date)");
  migration.move("t");
  REQUIRE(migration.copy().exit_code == 0);
  CHECK(migration.quarantine("t") ==
        "[\"2\"] | d | zero_date | open\n[\"3\"] | d | part_zero_date | open\n");
  const TempDir dir;
  const auto file = dir.write(
      "d.json",
      R"({"schema": "sluice.decisions/1", "decisions": [{"group": {"table": "t", "column": "d",)"
      R"( "reason": "zero_date", "value": "0000-00-00"}, "decision": {"set": {"d": null}},)"
      R"( "person": "Ann", "reason": "no date"},)" +
          about("t", 3, R"({"set": {"d": "2020-01-15"}})") + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK(to_text(migration.target("SELECT id, d FROM t__side ORDER BY id")) ==
        "1 | 2020-02-29\n2 | NULL\n3 | 2020-01-15\n");
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("the JSON of a decision names every row that stays open and the accounts") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult decided = crm.decide(about("customers", 10, R"({"set": {"status": null}})") +
                                           "," + about("customers", 11, R"("leave_behind")"),
                                       {"--json"});
  CHECK(decided.exit_code == 3);
  const auto json = [&](const std::string& path) {
    return crm.migration.target_value(
        fmt::format("SELECT '{}'::json #>> '{{{}}}'", decided.out, path));
  };
  CHECK(json("schema") == "sluice.decided/1");
  CHECK(json("tables,0,table") == "public.customers");
  CHECK(json("tables,0,left_behind") == "1");
  CHECK(json("tables,0,still_open") == "1");
  CHECK(json("still_open,0,source_key,0") == "10");
  CHECK(json("still_open,0,reason") == "null_not_allowed");
  CHECK(json("accounts,0,closes") == "true");
  CHECK(json("accounts,0,left_behind") == "1");
  CHECK(!contains(decided.out, "Next:"));
}

}  // namespace sluice::test
