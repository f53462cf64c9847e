// Figures that people know, and value maps: computed by each server's own SQL.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

const char* const kOrders =
    "INSERT INTO orders VALUES (1, 'paid', 10.50, '2020-01-01', 'Ann'), (2, 'paid', 20, NULL, "
    "'ann'), (3, 'open', -5.25, '2021-06-30', 'Bob '), (4, 'open', NULL, '2019-12-31', ''), "
    "(5, 'void', 0.01, '2020-01-01', NULL), (6, 'PAID', 7, '2020-01-01', '  ')";

void copy_orders(Migration& migration, const std::string& checks,
                 const std::string& mapping = R"({"same_names": true})") {
  migration.on_both(
      "CREATE TABLE orders (id int NOT NULL PRIMARY KEY, status varchar(20), total decimal(12,2), "
      "day date, who varchar(40))");
  migration.source(kOrders);
  migration.move("orders", "orders", "", mapping);
  migration.member("checks", checks);
  copy_all(migration);
}

/// A check of the same thing on both sides. `side` is members of its JSON object besides "table".
std::string same_check(const std::string& name, const std::string& measure, const std::string& side,
                       const std::string& more = {}) {
  const std::string object =
      fmt::format(R"({{"table": "orders"{}{}}})", side.empty() ? "" : ", ", side);
  return fmt::format(R"({{"name": "{}", "measure": "{}", "source": {}, "target": {}{}{}}})", name,
                     measure, object, object, more.empty() ? "" : ", ", more);
}

const codec::JsonValue& check_of(const Verified& verified, std::size_t i = 0) {
  return verified.root().at("checks").items().at(i);
}

std::string groups_of(const codec::JsonValue& check) {
  std::string text;
  for (const codec::JsonValue& group : check.at("groups").items()) {
    text += group.at("key").as_string() + " " + Verified::value_of(group.at("source")) + " " +
            Verified::value_of(group.at("target")) + "\n";
  }
  return text;
}

/// "outcome: value expected actual; ..." of one value map.
std::string values_of(const Verified& verified, std::size_t map_no) {
  const auto& map = verified.table().at("value_maps").items().at(map_no);
  std::string text = map.at("outcome").as_string() + ": ";
  for (const auto& value : map.at("values").items()) {
    text += Verified::value_of(value.at("value")) + " " +
            std::to_string(value.at("expected").as_integer()) + " " +
            std::to_string(value.at("actual").as_integer()) + "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("every measure gives the same figure on both engines") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_orders(migration,
              "[" + same_check("rows", "count", "") + "," +
                  same_check("totals", "sum", R"("column": "total", "group_by": ["status"])") +
                  "," + same_check("first", "min", R"("column": "day")") + "," +
                  same_check("last", "max", R"("column": "day")") + "," +
                  same_check("largest", "max", R"("column": "total")") + "," +
                  same_check("nulls", "null_count", R"("column": "who")") + "," +
                  same_check("names", "count_distinct", R"("column": "who")") + "," +
                  same_check("days", "count", R"("group_by": ["day", "status"])") + "," +
                  same_check("first name", "min", R"("column": "who")") + "]");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(groups_of(check_of(verified, 0)) == "[] 6 6\n");
  // Byte for byte: 'paid' and 'PAID' are two groups, whatever the source's collation says.
  CHECK(groups_of(check_of(verified, 1)) ==
        "[\"PAID\"] 7 7\n[\"open\"] -5.25 -5.25\n[\"paid\"] 30.5 30.5\n[\"void\"] 0.01 0.01\n");
  CHECK(groups_of(check_of(verified, 2)) == "[] 2019-12-31 2019-12-31\n");
  CHECK(groups_of(check_of(verified, 3)) == "[] 2021-06-30 2021-06-30\n");
  CHECK(groups_of(check_of(verified, 4)) == "[] 20 20\n");
  CHECK(groups_of(check_of(verified, 5)) == "[] 1 1\n");
  CHECK(groups_of(check_of(verified, 6)) == "[] 5 5\n");
  CHECK(check_of(verified, 7).at("groups_total").as_integer() == 6);
  CHECK(groups_of(check_of(verified, 8)) == "[]  \n");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.check_result WHERE side = 'source'") ==
        migration.target_value("SELECT count(*) FROM sluice.check_result WHERE side = 'target'"));
  CHECK(migration.target_value("SELECT value FROM sluice.check_result WHERE name = 'rows' AND "
                               "side = 'target'") == "6");
}

TEST_CASE("every condition selects the same rows on both engines") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  // What each condition must count, by hand.
  const std::vector<std::pair<std::string, std::string>> conditions{
      {R"({"column": "status", "op": "=", "value": "paid"})", "2"},
      {R"({"column": "status", "op": "<>", "value": "paid"})", "4"},
      {R"({"column": "status", "op": "in", "values": ["paid", "void"]})", "3"},
      {R"({"column": "who", "op": "=", "value": "Bob"})", "0"},
      {R"({"column": "who", "op": "<>", "value": "ann"})", "4"},
      {R"({"not": {"column": "who", "op": "=", "value": "ann"}})", "4"},
      {R"({"column": "who", "op": "is_null"})", "1"},
      {R"({"column": "who", "op": "is_blank"})", "3"},
      {R"({"not": {"column": "who", "op": "is_blank"}})", "3"},
      {R"({"column": "who", "op": "starts_with", "values": ["a", "B"]})", "2"},
      {R"({"column": "who", "op": "ends_with", "values": ["nn"]})", "2"},
      {R"({"column": "who", "op": "contains", "values": ["n"]})", "2"},
      {R"({"column": "total", "op": ">=", "value": 7})", "3"},
      {R"({"column": "total", "op": "<", "value": 0.01})", "1"},
      {R"({"not": {"column": "total", "op": ">=", "value": 7}})", "2"},
      {R"({"column": "day", "op": ">", "value": "2020-01-01"})", "1"},
      {R"({"and": [{"column": "status", "op": "=", "value": "open"}, {"column": "total", "op": "is_null"}]})",
       "1"},
      {R"({"or": [{"column": "total", "op": "is_null"}, {"column": "total", "op": "=", "value": 7}]})",
       "2"},
  };
  std::string checks;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    checks += (i == 0 ? "" : ",") +
              same_check("c" + std::to_string(i), "count", R"("filter": )" + conditions[i].first);
  }
  Migration migration(from);
  copy_orders(migration, "[" + checks + "]");
  const Verified verified = verify(migration);
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    INFO(conditions[i].first);
    CHECK(groups_of(check_of(verified, i)) ==
          "[] " + conditions[i].second + " " + conditions[i].second + "\n");
  }
  CHECK(verified.exit_code() == 0);
}

TEST_CASE("a figure that differs is a difference, within and beyond what was agreed on") {
  Migration migration;
  copy_orders(
      migration,
      "[" + same_check("exact", "sum", R"("column": "total")") + "," +
          same_check("agreed", "sum", R"("column": "total")", R"("difference": "0.05")") + "," +
          same_check("beyond", "sum", R"("column": "total")", R"("difference": "0.04")") + "]");
  migration.target("UPDATE orders__side SET total = total + 0.05 WHERE id = 1");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(check_of(verified, 0).at("outcome").as_string() == "different");
  CHECK(check_of(verified, 1).at("outcome").as_string() == "equal");
  CHECK(check_of(verified, 2).at("outcome").as_string() == "different");
}

TEST_CASE("a check that could not be answered is refused before anything is copied") {
  Migration migration;
  migration.on_both("CREATE TABLE orders (id int PRIMARY KEY, who varchar(40))");
  migration.move("orders");
  migration.member(
      "checks",
      "[" + same_check("no sum", "sum", R"("column": "who")") + "," +
          R"({"name": "no table", "measure": "count", "source": {"table": "orders"}, "target": {"table": "nobody"}}])");
  const auto copied = migration.copy();
  CHECK(copied.exit_code == 2);
  CHECK(copied.err.find("only numbers can be summed") != std::string::npos);
  CHECK(copied.err.find("public.nobody") != std::string::npos);
}

TEST_CASE("a check whose table is gone is not a difference, and not equal either") {
  Migration migration;
  migration.source("CREATE TABLE summary (id int PRIMARY KEY)");
  migration.leave("summary");
  copy_orders(
      migration,
      R"([{"name": "gone", "measure": "count", "source": {"table": "summary"}, "target": {"table": "orders"}},)" +
          same_check("fine", "count", "") + "]");
  migration.source("DROP TABLE summary");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 10);
  CHECK(check_of(verified, 0).at("outcome").as_string() == "could_not_check");
  CHECK(check_of(verified, 0).at("reason").as_string().find("public.summary") != std::string::npos);
  CHECK(check_of(verified, 1).at("outcome").as_string() == "equal");
  CHECK(verified.table_outcome() == "equal");
}

TEST_CASE("a figure that differs by the rows in quarantine alone is explained") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_orders(migration,
              "[" + same_check("rows", "count", "") + "," +
                  same_check("totals", "sum", R"("column": "total", "group_by": ["who"])") + "]",
              R"({"same_names": true, "columns": {"status": {"from": "status",
          "steps": [{"map": {"paid": "done", "open": "pending"}, "otherwise": "quarantine"}]}}})");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(verified.rows("quarantined") == 2);
  CHECK(check_of(verified, 0).at("outcome").as_string() == "equal_except_quarantined");
  CHECK(check_of(verified, 1).at("outcome").as_string() == "equal_except_quarantined");
  migration.target("DELETE FROM orders__side WHERE id = 1");
  const Verified different = verify(migration);
  CHECK(check_of(different, 0).at("outcome").as_string() == "different");
}

TEST_CASE("a figure that differs by what people decided alone is explained") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_orders(migration,
              "[" + same_check("totals", "sum", R"("column": "total", "group_by": ["day"])") + "]",
              R"({"same_names": true, "columns": {"status": {"from": "status",
          "steps": [{"map": {"paid": "done", "open": "pending"}, "otherwise": "quarantine"}]}}})");
  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [
      {"table": "orders", "source_key": ["5"], "person": "Ann", "reason": "r",
       "decision": {"set": {"status": "done", "total": "4.00"}}},
      {"table": "orders", "source_key": ["6"], "person": "Ann", "reason": "r",
       "decision": {"set": {"status": "done"}}}]})");
  REQUIRE(migration.sluice("quarantine", {"decide", "--file", file.string()}).exit_code == 0);
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal");
  CHECK(check_of(verified).at("reason").as_string() ==
        "equal without rows that are on record: 2 decided");
  CHECK(check_of(verified).at("groups_differing").as_integer() == 1);
  migration.target("UPDATE orders__side SET total = total + 1 WHERE id = 2");
  CHECK(check_of(verify(migration)).at("outcome").as_string() == "different");
}

TEST_CASE("a figure that differs by kept rows alone is explained") {
  Migration migration;
  migration.on_both("CREATE TABLE orders (id int PRIMARY KEY, total int)");
  migration.source("INSERT INTO orders VALUES (1, 10), (2, 20)");
  migration.target("INSERT INTO orders VALUES (100, 1000), (101, 1)");
  migration.move("orders", "orders", R"("existing_rows": "keep")");
  migration.member("checks", "[" + same_check("totals", "sum", R"("column": "total")") + "]");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal");
  CHECK(check_of(verified).at("reason").as_string() ==
        "equal without rows that are on record: 2 kept");
  migration.target("UPDATE orders__side SET total = 21 WHERE id = 2");
  CHECK(check_of(verify(migration)).at("outcome").as_string() == "different");
}

TEST_CASE("a value map is checked by itself: rows per old value are rows per new value") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_orders(migration, "[]", R"({"same_names": true, "columns": {"status": {"from": "status",
      "steps": [{"map": {"paid": "done", "PAID": "done", "open": null}, "otherwise": {"value": "other"}}],
      "lossy": true}}})");
  const Verified verified = verify(migration);
  const auto& map = verified.table().at("value_maps").items().at(0);
  CHECK(map.at("outcome").as_string() == "equal");
  std::string values;
  for (const auto& value : map.at("values").items()) {
    values += Verified::value_of(value.at("value")) + " " +
              std::to_string(value.at("expected").as_integer()) + " " +
              std::to_string(value.at("actual").as_integer()) + "; ";
  }
  CHECK(values == "NULL 2 2; done 3 3; other 1 1; ");
  CHECK(verified.outcome() == "equal");
  migration.target("UPDATE orders__side SET status = 'other' WHERE id = 1");
  const Verified damaged = verify(migration);
  const auto& different = damaged.table().at("value_maps").items().at(0);
  CHECK(different.at("outcome").as_string() == "different");
  CHECK(different.at("reason").as_string() == "2 of 3 values have another number of rows");
}

TEST_CASE("a map to truth values is checked by the target's own truth values") {
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, active tinyint(1), state varchar(10));"
      "INSERT INTO t VALUES (1, 1, 'on'), (2, 0, 'off'), (3, 1, 'on'), (4, NULL, NULL), "
      "(5, 2, 'on')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, active boolean, state boolean)");
  migration.move("t", "t", "", R"({"columns": {"id": "id",
      "active": {"from": "active", "steps": [
          {"map": {"1": "true", "0": "false"}, "otherwise": "quarantine"}]},
      "state": {"from": "state", "steps": [
          {"map": {"on": "yes", "off": "no"}, "otherwise": "quarantine"}]}}})");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(values_of(verified, 0) == "equal: NULL 1 1; 0 1 1; 1 2 2; ");
  CHECK(values_of(verified, 1) == "equal: NULL 1 1; 0 1 1; 1 2 2; ");
  migration.target("UPDATE t__side SET active = NOT active WHERE id = 1");
  CHECK(values_of(verify(migration), 0) == "different: NULL 1 1; 0 1 2; 1 2 1; ");
}

TEST_CASE("truth values and numbers of PostgreSQL are mapped by the text that the mapping sees") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, active boolean, rate numeric(6,2));"
      "INSERT INTO t VALUES (1, true, 1.50), (2, false, 2), (3, true, 1.5), (4, NULL, NULL)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, active text, rate text)");
  migration.move("t", "t", "", R"({"columns": {"id": "id",
      "active": {"from": "active", "steps": [
          {"map": {"t": "yes", "f": "no"}, "otherwise": "quarantine"}]},
      "rate": {"from": "rate", "steps": [
          {"map": {"1.50": "low", "2.00": "high"}, "otherwise": "quarantine"}]}}})");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal");
  CHECK(values_of(verified, 0) == "equal: NULL 1 1; no 1 1; yes 2 2; ");
  CHECK(values_of(verified, 1) == "equal: NULL 1 1; high 1 1; low 2 2; ");
}

TEST_CASE("a least text is compared as a text, even if it looks like a number") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.on_both("CREATE TABLE orders (id int PRIMARY KEY, who varchar(20))");
  migration.source("INSERT INTO orders VALUES (1, '007')");
  migration.move("orders");
  migration.member("checks", "[" + same_check("first", "min", R"("column": "who")") + "]");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target("UPDATE orders__side SET who = '7'");
  CHECK(check_of(verify(migration), 0).at("outcome").as_string() == "different");
}

TEST_CASE("long texts are compared whole, however short a report shows them") {
  Migration migration;
  migration.on_both("CREATE TABLE orders (id int PRIMARY KEY, who text)");
  migration.source("INSERT INTO orders VALUES (1, repeat('x', 9000) || 'a')");
  migration.move("orders");
  migration.member("checks", "[" + same_check("last", "max", R"("column": "who")") + "," +
                                 same_check("each", "count", R"("group_by": ["who"])") + "]");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
  migration.target("UPDATE orders__side SET who = repeat('x', 9000) || 'b'");
  const Verified verified = verify(migration);
  CHECK(check_of(verified, 0).at("outcome").as_string() == "different");
  CHECK(check_of(verified, 1).at("outcome").as_string() == "different");
  CHECK(check_of(verified, 1).at("groups_total").as_integer() == 2);
}

TEST_CASE("the servers' figures find a change without any hash of ours") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_orders(migration, "[]");
  migration.target("UPDATE orders__side SET total = total + 1 WHERE id = 1");
  const Verified verified = verify(migration);
  Lines wrong;
  for (const auto& fact : verified.table().at("facts").items()) {
    if (fact.at("result").as_string() == "equal") continue;
    wrong.push_back(fact.at("measure").as_string() + " of " + fact.at("target_column").as_string() +
                    ": " + Verified::value_of(fact.at("source")) + ", " +
                    Verified::value_of(fact.at("target")));
  }
  CHECK(wrong == Lines{"sum of total: 32.26, 33.26"});
}

}  // namespace sluice::test
