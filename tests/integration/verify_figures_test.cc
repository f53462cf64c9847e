// verify: the servers' own figures are of the rows that both sides have alike, and fail where these
// differ, whatever people decided of others.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/verify_fixture.h"
#include "support/source_tree.h"

namespace sluice::test {
namespace {

/// "measure of column: source, target" of each fact with this result.
Lines facts_that_are(const Verified& verified, const std::string& result) {
  Lines lines;
  for (const auto& fact : verified.table().at("facts").items()) {
    if (fact.at("result").as_string() != result) continue;
    lines.push_back(fact.at("measure").as_string() + " of " + fact.at("target_column").as_string() +
                    ": " + Verified::value_of(fact.at("source")) + ", " +
                    Verified::value_of(fact.at("target")));
  }
  return lines;
}

/// All facts that were not plainly equal.
Lines other_facts(const Verified& verified) {
  Lines lines;
  for (const char* result : {"explained", "not_compared", "different", "could_not_check"}) {
    for (std::string& line : facts_that_are(verified, result)) {
      lines.push_back(std::string(result) + ": " + line);
    }
  }
  return lines;
}

void decide(const Migration& migration, const std::string& entries) {
  const TempDir dir;
  const auto file =
      dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" + entries + "]}");
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
}

std::string about_row(int id, const std::string& decision) {
  return R"({"table": "t", "source_key": [")" + std::to_string(id) +
         R"("], "person": "Ann", "reason": "r", "decision": )" + decision + "}";
}

/// Rows 1 to 4 arrive; the names of 5, 6 and 7 are too long. Row 5 has the largest amount.
void copy_with_long_names(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(60), amount numeric(12,2))");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(10), amount numeric(12,2))");
  migration.source(
      "INSERT INTO t VALUES (1, 'a', 1.00), (2, 'b', 2.00), (3, 'c', 3.00), (4, 'd', NULL), "
      "(5, 'much too long for it', 500.00), (6, 'also too long for it', 6.00), "
      "(7, 'too long for it as well', -7.00)");
  migration.move("t");
  copy_all(migration);
}

/// Whose filter the server settles for row 3, and the mapping does not: nobody has said whether its
/// city is "K\u00f6ln" or "K\u00c3\u00b6ln". Row 3 is in quarantine, and has a status of others.
void fill_with_undecided_filter(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, "
      "status varchar(20), city varchar(20) CHARACTER SET latin1);"
      "INSERT INTO t VALUES (1, 'trial', 'Ulm'), (2, 'trial', 'Bonn'), "
      "(3, 'trial', x'4BC3B66C6E'), (4, 'paid', 'Ulm'), (5, 'paid', 'Jena')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, status text, city text)");
  migration.move("t", "t", R"("quarantine_limit": 30000)",
                 R"({"columns": {"id": "id", "city": "city",
      "status": {"from": "status", "steps": [
          {"map": {"trial": "pending", "paid": "paid"}, "otherwise": "quarantine"}]}},
      "filter": {"column": "city", "op": "in", "values": ["Ulm", "Bonn"]}})");
}

}  // namespace

TEST_CASE("a decided row does not hide a figure that is wrong elsewhere") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_with_long_names(migration);
  decide(migration, about_row(5, R"({"set": {"name": "short", "amount": "4.00"}})") + "," +
                        about_row(6, R"("leave_behind")"));
  const Verified before = verify(migration);
  CHECK(before.exit_code() == 0);
  CHECK(before.rows("decided") == 1);
  CHECK(other_facts(before).empty());
  CHECK(before.table().at("figures_not_compared").as_string().empty());
  // As many rows and values as before.
  migration.target("UPDATE t__side SET amount = 2.50 WHERE id = 2");
  const Verified after = verify(migration);
  CHECK(after.exit_code() == 3);
  CHECK(other_facts(after) == Lines{"different: sum of amount: 6.00, 6.50"});
}

TEST_CASE("a row that is lost beside a decided one is missing in the figures") {
  Migration migration;
  copy_with_long_names(migration);
  decide(migration, about_row(5, R"({"set": {"name": "short"}})"));
  // The decided row is not damaged, and another one takes the place of the lost one.
  migration.target("UPDATE t__side SET id = 40, amount = 0 WHERE id = 4");
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(facts_that_are(verified, "different") == Lines{"max of id: 4, 40", "sum of id: 10, 46",
                                                       "values of amount: 3, 4",
                                                       "min of amount: 1.00, 0.00"});
}

TEST_CASE("kept rows do not hide a figure that is wrong elsewhere") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, amount int)");
  migration.source("INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");
  // Row 3 of the live table has the key of one of the source.
  migration.target("INSERT INTO t VALUES (3, 33), (100, 1000), (101, -1000)");
  migration.move("t", "t", R"("existing_rows": "keep", "quarantine_limit": 10)");
  copy_all(migration);
  const Verified before = verify(migration);
  CHECK(before.exit_code() == 0);
  CHECK(facts_that_are(before, "different").empty());
  CHECK(facts_that_are(before, "not_compared").empty());
  migration.target("UPDATE t__side SET amount = 11 WHERE id = 1");
  const Verified after = verify(migration);
  CHECK(after.exit_code() == 3);
  CHECK(facts_that_are(after, "different").size() == 2);  // least and sum
}

TEST_CASE("figures of a table without a key are not compared when rows were left out") {
  Migration migration;
  migration.source("CREATE TABLE t (name varchar(60), amount int)");
  migration.target("CREATE TABLE t (name varchar(10), amount int)");
  migration.source("INSERT INTO t VALUES ('a', 1), ('a', 1), ('much too long for it', 5)");
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(other_facts(verified) ==
        Lines{"explained: rows of : 3, 2", "not_compared: values of name: 3, 2",
              "not_compared: values of amount: 3, 2", "not_compared: min of amount: 1, 1",
              "not_compared: max of amount: 5, 1", "not_compared: sum of amount: 7, 2"});
  const std::string reason =
      "source rows that went to quarantine cannot be named in a statement: the table has no key";
  CHECK(verified.table().at("figures_not_compared").as_string() == reason);
  const RunResult text = migration.sluice("verify");
  INFO(text.out);
  CHECK(text.out.find("not compared") != std::string::npos);
  migration.target("INSERT INTO t__side VALUES ('a', 1)");
  const Verified one_more = verify(migration);
  CHECK(one_more.exit_code() == 3);
  CHECK(facts_that_are(one_more, "different") == Lines{"rows of : 3, 3"});
}

TEST_CASE("figures are compared on servers that refuse MD5") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE t (id int PRIMARY KEY, n text, twice text GENERATED ALWAYS AS (n || n) STORED);"
      "ALTER FUNCTION pg_catalog.md5(text) RENAME TO md5_refused;"
      "ALTER FUNCTION pg_catalog.md5(bytea) RENAME TO md5_refused");
  migration.source("INSERT INTO t (id, n) VALUES (1, 'x'), (2, '\u00e9'), (3, NULL)");
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal");
  CHECK(facts_that_are(verified, "equal").size() > 1);
}

TEST_CASE("no SQL of ours asks a server for MD5") {
  for (const char* const folder : {"src", "include"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(in_source_tree(folder))) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cc" && extension != ".h") continue;
      std::ifstream file(entry.path());
      std::string text{std::istreambuf_iterator<char>(file), {}};
      std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
      CAPTURE(entry.path());
      CHECK(text.find("md5(") == std::string::npos);
    }
  }
}

TEST_CASE("columns that both sides compute are compared by the servers' figures") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  const std::string source_nn = from == From::mariadb ? "concat(n, '-', a)" : "n || '-' || a::text";
  migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, n varchar(20), " +
      ("tot int GENERATED ALWAYS AS (a * 3) STORED, nn varchar(40) GENERATED ALWAYS AS (" +
       source_nn + ") STORED)"));
  migration.source("INSERT INTO t (id, a, n) VALUES (1, 1, 'x'), (2, 5, 'y'), (3, NULL, 'z')");
  const bool agrees = GENERATE(true, false);
  const std::string by = agrees ? "3" : "2";
  const std::string joint = agrees ? "-" : "+";
  migration.target("CREATE TABLE t (id int PRIMARY KEY, a int, n varchar(20), " +
                   ("tot int GENERATED ALWAYS AS (a * " + by +
                    ") STORED, nn varchar(40) GENERATED ALWAYS AS " + "(n || '" + joint +
                    "' || a::text) STORED)"));
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == (agrees ? "equal" : "different"));
  const Lines different = facts_that_are(verified, "different");
  if (agrees) {
    CHECK(different.empty());
    return;
  }
  const Lines sums = {"max of tot: 15, 10", "min of tot: 3, 2", "sum of tot: 18, 12"};
  for (const std::string& line : sums) {
    CHECK(std::ranges::find(different, line) != different.end());
  }
  const bool text_differs = std::ranges::any_of(
      different, [](const std::string& line) { return line.starts_with("hash of nn: "); });
  CHECK(text_differs);
}

TEST_CASE("a quarantined row that only the server's filter settles is counted on neither side") {
  Migration migration(From::mariadb);
  fill_with_undecided_filter(migration);
  copy_all(migration);
  CHECK(migration.quarantine("t") == "[\"3\"] | city | utf8_in_latin1 | open\n");
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(other_facts(verified).empty());
  const auto& map = verified.table().at("value_maps").items().at(0);
  CHECK(map.at("outcome").as_string() == "equal");
  migration.target("UPDATE t__side SET status = 'paid' WHERE id = 2");
  CHECK(verify(migration).table().at("value_maps").items().at(0).at("outcome").as_string() ==
        "different");
}

TEST_CASE("rows in quarantine are named in figures whatever the type of their key") {
  struct Key {
    const char* type;
    const char* held;  // of the row that goes to quarantine
    const char* other;
    const char* target_type;
  };
  const Key key =
      GENERATE(Key{"binary(3)", "x'00ff00'", "x'01'", "bytea"},
               Key{"varbinary(9)", "x'5c00'", "''", "bytea"},
               Key{"timestamp(3)", "'2026-01-31 10:00:00.5'", "'1980-01-01'", "timestamptz(3)"},
               Key{"datetime", "'2026-01-31 10:00:00'", "'1000-01-01'", "timestamp"},
               Key{"date", "'2026-01-31'", "'1000-01-01'", "date"},
               Key{"date", "'0000-00-00'", "'1000-01-01'", "date"},
               Key{"datetime", "'2026-01-00'", "'1000-01-01'", "timestamp"},
               Key{"time(1)", "'-100:00:00.5'", "'1:00'", "interval"},
               Key{"uuid", "'6b6ed8b8-0b0c-11ef-8b8b-0242ac120002'", "uuid()", "uuid"},
               Key{"year", "0", "1999", "int"},
               Key{"varchar(9) CHARACTER SET latin1", "'a\u00e9'", "''", "text"},
               Key{"decimal(4,2)", "-1.5", "0", "numeric"},
               Key{"bigint unsigned", "18446744073709551615", "0", "numeric"});
  CAPTURE(key.type, key.held);
  Migration migration(From::mariadb);
  migration.source(std::string("SET sql_mode = ''; CREATE TABLE t (k ") + key.type +
                   " NOT NULL PRIMARY KEY, name varchar(9)); INSERT INTO t VALUES (" + key.held +
                   ", 'too long'), (" + key.other + ", 'short')");
  migration.target(std::string("CREATE TABLE t (k ") + key.target_type +
                   " PRIMARY KEY, name varchar(5))");
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(facts_that_are(verified, "different").empty());
}

TEST_CASE("where such rows cannot be named, figures are not compared rather than wrong") {
  Migration migration(From::mariadb);
  fill_with_undecided_filter(migration);
  migration.source("INSERT INTO t SELECT seq, 'paid', x'4BC3B66C6E' FROM seq_101_to_20100");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal_except_quarantined");
  CHECK(facts_that_are(verified, "different").empty());
  CHECK(facts_that_are(verified, "explained").empty());
  const std::string reason =
      "source rows that went to quarantine cannot be named in a statement: they are more than "
      "20000";
  CHECK(verified.table().at("figures_not_compared").as_string() == reason);
  const auto& maps = verified.table().at("value_maps").items();
  REQUIRE(maps.size() == 1);
  CHECK(maps[0].at("outcome").as_string() == "not_compared");
  CHECK(maps[0].at("reason").as_string() == reason);
  CHECK(maps[0].at("target_column").as_string() == "status");
  CHECK(maps[0].at("values").items().empty());
}

}  // namespace sluice::test
