// copy: a target column that would round, cut or pad a value is no place for it.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

struct Narrow {
  std::string source;  // type
  std::string target;  // type, narrower
  std::string value;   // SQL on the source: does not fit
  std::string fitting;
};

/// Two rows for each column: the first holds what does not fit, the second what does.
void make_tables(Migration& migration, const std::vector<Narrow>& columns) {
  std::string source;
  std::string target;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string name = ", c" + std::to_string(i) + " ";
    source += name + columns[i].source;
    target += name + columns[i].target;
  }
  migration.source("CREATE TABLE t (id int PRIMARY KEY" + source + ")");
  migration.target("CREATE TABLE t (id int PRIMARY KEY" + target + ")");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string name = "INSERT INTO t (id, c" + std::to_string(i) + ") VALUES (";
    migration.source(name + std::to_string(100 + 2 * i) + ", " + columns[i].value + ")");
    migration.source(name + std::to_string(101 + 2 * i) + ", " + columns[i].fitting + ")");
  }
  migration.move("t", "t", R"("quarantine_limit": 1000)");
}

/// "source to target: why", of each column's first row: what quarantine says, or what arrived.
Lines fate_of(const Migration& migration, const std::vector<Narrow>& columns) {
  Lines lines;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string id = std::to_string(100 + 2 * i);
    const std::string name = "c" + std::to_string(i);
    const std::string reason = migration.target_value(
        "SELECT coalesce((SELECT column_name || ' ' || reason FROM sluice.quarantine "
        "WHERE source_key = '[\"" +
        id + "\"]'), (SELECT 'arrived as ' || " + name + "::text FROM t__side WHERE id = " + id +
        "), 'gone')");
    lines.push_back(columns[i].source + " to " + columns[i].target + ": " + reason);
  }
  return lines;
}

/// Each value that does not fit is in quarantine, each other has arrived.
void check_fates(const From from, const std::vector<Narrow>& columns) {
  Migration migration(from);
  make_tables(migration, columns);
  copy_all(migration);
  const Lines fates = fate_of(migration, columns);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CAPTURE(fates[i]);
    CHECK(fates[i].find("arrived") == std::string::npos);
    CHECK(migration.target_value("SELECT count(*) FROM t__side WHERE id = " +
                                 std::to_string(101 + 2 * i)) == "1");
  }
  const Verified verified = verify(migration);
  CHECK(verified.outcome() == "equal_except_quarantined");
  for (const auto& line : verified.differences()) UNSCOPED_INFO(line);
  CHECK(verified.differences().empty());
}

}  // namespace

TEST_CASE("a PostgreSQL value that a narrower column would change goes to quarantine") {
  const std::string whole = "'1 year 2 mons 3 days 04:05:06.789'";
  check_fates(From::postgresql,
              {{"interval", "interval year", whole, "'2 years'"},
               {"interval", "interval month", whole, "'14 mons'"},
               {"interval", "interval year to month", whole, "'1 year 2 mons'"},
               {"interval", "interval day", whole, "'1 year 2 mons 3 days'"},
               {"interval", "interval day", "'30:00:00'", "'1 day'"},
               {"interval", "interval hour", whole, "'1 day 05:00:00'"},
               {"interval", "interval minute", whole, "'3 days 04:05:00'"},
               {"interval", "interval day to hour", whole, "'3 days 04:00:00'"},
               {"interval", "interval hour to minute", whole, "'3 days 04:05:00'"},
               {"interval", "interval minute to second(0)", whole, "'1 day 00:05:06'"},
               {"interval", "interval second(0)", whole, "'00:00:06'"},
               {"interval", "interval day to second(2)", whole, "'3 days 04:05:06.78'"},
               {"interval", "interval(0)", whole, "'1 day 00:00:01'"},
               {"time", "time(0)", "'10:11:12.5'", "'10:11:12'"},
               {"timetz", "timetz(0)", "'10:11:12.5+01'", "'10:11:12+01'"},
               {"timestamp", "timestamp(0)", "'2020-01-01 10:11:12.6'", "'2020-01-01 10:11:12'"},
               {"timestamptz", "timestamptz(3)", "'2020-01-01 10:11:12.6789+00'",
                "'2020-01-01 10:11:12.678+00'"},
               {"numeric", "numeric(5,2)", "123.456", "123.45"},
               {"numeric", "numeric(5,2)", "1234.5", "-999.99"},
               {"numeric", "numeric(5,0)", "1.5", "2"},
               {"numeric", "numeric(3,-2)", "1234", "1200"},
               {"text", "varchar(3)", "'abcd'", "'abc'"},
               {"text", "varchar(3)", "'abc '", "'ab '"},
               {"text", "char(3)", "'abcd'", "'abc'"},
               {"varbit", "bit(3)", "B'10101'", "B'101'"},
               {"varbit", "bit(3)", "B'1'", "B'101'"},
               {"varbit", "varbit(3)", "B'10101'", "B'1'"},
               {"text", "name", "repeat('a', 70)", "repeat('a', 63)"},
               {"text", "name", "repeat('a', 62) || chr(228)", "repeat('a', 61) || chr(228)"},
               {"text", "\"char\"", "'abc'", "'a'"},
               {"text", "\"char\"", "chr(228)", "'b'"},
               {"varbit[]", "bit(3)[]", "'{10101}'", "'{101}'"},
               {"text[]", "int[]", "'{1.5}'", "'{15}'"}});
}

TEST_CASE(
    "what the target would change while it reads a text is refused before anything is copied") {
  for (const auto& [source, target] :
       std::vector<std::pair<std::string, std::string>>{{"timestamp[]", "timestamp(0)[]"},
                                                        {"timestamp[]", "date[]"},
                                                        {"numeric[]", "numeric(5,2)[]"},
                                                        {"interval[]", "interval day[]"},
                                                        {"float8[]", "float4[]"},
                                                        {"text[]", "\"char\"[]"},
                                                        {"text[]", "name[]"},
                                                        {"text[]", "varchar(3)[]"},
                                                        {"text[]", "char(3)[]"},
                                                        {"json[]", "jsonb[]"},
                                                        {"fine", "coarse"},
                                                        {"fine[]", "coarse[]"},
                                                        {"tsrange", "daterange"},
                                                        {"text", "tsrange"},
                                                        {"text", "money"},
                                                        {"text", "timetz(3)[]"}}) {
    CAPTURE(source, target);
    Migration migration;
    migration.on_both(
        "CREATE TYPE fine AS (at timestamp, amount numeric);"
        "CREATE TYPE coarse AS (at timestamp(0), amount numeric(5,2))");
    migration.source("CREATE TABLE t (id int PRIMARY KEY, c " + source + ")");
    migration.target("CREATE TABLE t (id int PRIMARY KEY, c " + target + ")");
    migration.move("t");
    const RunResult copied = migration.copy();
    CHECK(copied.exit_code == 2);
    CHECK(copied.err.find("text-may-change") != std::string::npos);
    CHECK(copied.err.find("\"lossy\": true") != std::string::npos);
  }
}

TEST_CASE("a lossy rule takes what the target makes of a text, and verify shows it") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, c text);"
      "INSERT INTO t VALUES (1, '{1.50,2.00}')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, c numeric(5,2)[])");
  migration.move("t", "t", "", R"({"columns": {"id": "id", "c": {"from": "c", "lossy": true}}})");
  SECTION("what stays as it is is equal") {
    copy_all(migration);
    CHECK(verify(migration).outcome() == "equal");
  }
  SECTION("what is rounded is not what was written") {
    migration.source("INSERT INTO t VALUES (2, '{1.505}')");
    copy_all(migration);
    CHECK(migration.target_value("SELECT c FROM t__side WHERE id = 2") == "{1.51}");
    const Verified verified = verify(migration);
    CHECK(verified.outcome() == "different");
    CHECK(verified.differences() == Lines{R"(changed ["2"] target_changed; c: {1.505} -> {1.51})"});
  }
}

TEST_CASE("types that are made of the same are moved, whatever they are called") {
  Migration migration;
  migration.on_both("CREATE TYPE mood AS ENUM ('good', 'bad')");
  const auto make = [](const std::string& name) {
    return "CREATE DOMAIN " + name + "_price AS numeric(5,2);" + "CREATE TYPE " + name +
           " AS (at timestamp, price " + name + "_price, moods mood[]);" +
           "CREATE TABLE t (id int PRIMARY KEY, a " + name + ", b " + name +
           "[], c mood[], d tsrange, e money, f \"char\", g text[])";
  };
  migration.source(make("one"));
  migration.source(
      "INSERT INTO t SELECT 1, v, ARRAY[v, NULL], '{bad}', '[2020-01-01 10:11:12.5,)', 1.25, 'x', "
      "'{a,NULL}' FROM (SELECT ROW('2020-01-01 10:11:12.5', 1.25, '{good}')::one AS v) AS x");
  migration.target(make("two"));
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
}

TEST_CASE("arrays whose elements fit are moved") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, a numeric(5,2)[], b timestamp(0)[], c interval day[]);"
      "INSERT INTO t VALUES (1, '{1.2}', '{2020-01-01 10:11:12}', '{1 day}')");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, a numeric(7,2)[], b timestamp(3)[], c interval[])");
  migration.move("t");
  copy_all(migration);
  CHECK(verify(migration).outcome() == "equal");
}

TEST_CASE("a MariaDB value that a narrower column would change goes to quarantine") {
  check_fates(From::mariadb, {{"datetime(6)", "timestamp(0)", "'2020-01-01 10:11:12.600000'",
                               "'2020-01-01 10:11:12.000000'"},
                              {"time(6)", "time(0)", "'10:11:12.5'", "'10:11:12'"},
                              {"time(6)", "interval hour to minute", "'10:11:12.5'", "'30:11:00'"},
                              {"time(6)", "interval second(0)", "'10:11:12.5'", "'10:11:12'"},
                              {"time(6)", "interval(0)", "'10:11:12.5'", "'10:11:12'"},
                              {"decimal(20,6)", "numeric(10,2)", "1.234567", "1.23"},
                              {"decimal(20,6)", "numeric(10,2)", "12345678901.0", "1.0"},
                              {"varchar(20)", "varchar(3)", "'abcd'", "'abc'"},
                              {"varchar(20)", "char(3)", "'abcd'", "'abc'"}});
}

}  // namespace sluice::test
