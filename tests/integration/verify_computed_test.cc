// verify: columns that both sides compute by themselves are moved by nobody. What the target has is
// compared where both servers can write it alike, and named as not compared where they cannot.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

/// A computed column of both sides: its type and expression.
struct Computed {
  std::string name;
  std::string source_type;
  std::string source_sql;
  std::string target_type;
  std::string target_sql;
  std::string wrong_sql;  // of the target, with as many values
};
using Columns = std::vector<Computed>;

enum class Side { source, target, wrong_target };

std::string expression_of(const Computed& column, Side side) {
  if (side == Side::source) return column.source_sql;
  return side == Side::target ? column.target_sql : column.wrong_sql;
}

/// With computed columns g0, g1 and so on.
std::string table_sql(const std::string& base, const Columns& columns, Side side) {
  std::string sql = "CREATE TABLE t (id int NOT NULL PRIMARY KEY, " + base;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Computed& column = columns[i];
    sql += fmt::format(", g{} {} GENERATED ALWAYS AS ({}) STORED", i,
                       side == Side::source ? column.source_type : column.target_type,
                       expression_of(column, side));
  }
  return sql + ")";
}

/// Rows copied into a target whose columns are right, or all wrong.
Verified verify_computed(Migration& migration, const Columns& columns,
                         const std::pair<std::string, std::string>& base, const std::string& values,
                         bool wrong) {
  migration.source(table_sql(base.first, columns, Side::source));
  migration.source("INSERT INTO t (id, d, s, n, b) VALUES " + values);
  migration.target(table_sql(base.second, columns, wrong ? Side::wrong_target : Side::target));
  migration.move("t");
  copy_all(migration);
  return verify(migration);
}

std::string results_of(const Verified& verified, const std::string& measure,
                       const std::string& target_column) {
  std::string results;
  for (const auto& fact : verified.table().at("facts").items()) {
    if (fact.at("target_column").as_string() != target_column) continue;
    if (fact.at("measure").as_string() != measure) continue;
    results += fact.at("result").as_string();
  }
  return results;
}

/// Of each column by itself: one that is wrong hides no other.
void check_columns(const Verified& verified, const Columns& columns, bool wrong) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string column = fmt::format("g{}", i);
    CAPTURE(columns[i].name, column);
    CHECK(results_of(verified, "hash", column) == (wrong ? "different" : "equal"));
    CHECK(results_of(verified, "values", column) == "equal");
  }
}

Lines not_compared(const Verified& verified) {
  Lines lines;
  for (const auto& column : verified.table().at("columns_not_compared").items()) {
    lines.push_back(column.at("column").as_string() + ": " + column.at("reason").as_string());
  }
  return lines;
}

const std::pair<std::string, std::string> kPgBase{"d timestamp, s text, n float8, b bytea",
                                                  "d timestamp, s text, n float8, b bytea"};
constexpr const char* kPgValues =
    "(1, '2024-02-29 23:59:59.5', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 0.1, '\\x00ff'), "
    "(2, '0044-03-15 12:00:00 BC', '00000000000000000000000000000001', -2.5, '\\x'), "
    "(3, NULL, NULL, NULL, NULL)";

const std::pair<std::string, std::string> kMariadbBase{
    "d datetime(6), s varchar(60), n double, b varbinary(20)",
    "d timestamp, s text, n float8, b bytea"};
constexpr const char* kMariadbValues =
    "(1, '2024-02-29 23:59:59.5', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 0.1, x'00ff'), "
    "(2, '0999-03-15 12:00:00', '00000000-0000-0000-0000-000000000001', -2.5, x''), "
    "(3, NULL, NULL, NULL, NULL)";

}  // namespace

TEST_CASE("a computed column of any type is compared between two PostgreSQL servers") {
  const Columns columns = {
      {"timestamp", "timestamp", "d", "timestamp", "d", "d + interval '1 microsecond'"},
      {"timestamptz", "timestamptz", "d AT TIME ZONE 'UTC'", "timestamptz", "d AT TIME ZONE 'UTC'",
       "d AT TIME ZONE 'Asia/Tokyo'"},
      {"time", "time", "d::time", "time", "d::time", "d::time + interval '1 second'"},
      {"another type", "date", "d::date", "timestamp", "d::date::timestamp", "d"},
      {"interval", "interval", "d - timestamp '2000-01-01'", "interval",
       "d - timestamp '2000-01-01'", "d - timestamp '2000-01-02'"},
      {"float8", "float8", "n * 2", "float8", "n * 2", "n * 3"},
      {"float4", "float4", "n", "float4", "n", "n + 1"},
      {"bytea", "bytea", "b || b", "bytea", "b || b", "b || '\\x01'::bytea"},
      {"uuid", "uuid", "s::uuid", "uuid", "s::uuid", "reverse(replace(s, '-', ''))::uuid"},
      {"uuid of text", "text", "s", "uuid", "s::uuid", "reverse(replace(s, '-', ''))::uuid"},
      {"jsonb", "jsonb", R"(('{"s": "' || s || '"}')::jsonb)", "jsonb",
       R"(('{"s": "' || s || '"}')::jsonb)", R"(('{"r": "' || s || '"}')::jsonb)"},
      {"array", "float8[]", "ARRAY[n]", "float8[]", "ARRAY[n]", "ARRAY[n, n]"},
      {"tsvector", "tsvector", "to_tsvector('simple', s)", "tsvector", "to_tsvector('simple', s)",
       "to_tsvector('simple', 'x' || s)"},
      {"numeric", "numeric(10,2)", "n", "numeric(10,2)", "n", "-2.4 - n"},
  };
  const bool wrong = GENERATE(false, true);
  CAPTURE(wrong);
  Migration migration;
  const Verified verified = verify_computed(migration, columns, kPgBase, kPgValues, wrong);
  CHECK(verified.outcome() == (wrong ? "different" : "equal"));
  check_columns(verified, columns, wrong);
  CHECK(not_compared(verified).empty());
}

TEST_CASE("a computed column of MariaDB is compared in a form that both servers write") {
  const Columns columns = {
      {"datetime", "datetime(6)", "d", "timestamp", "d", "d + interval '1 microsecond'"},
      {"date", "date", "cast(d as date)", "timestamp", "d::date::timestamp", "d"},
      {"time", "time(6)", "addtime('-100:00:00.5', cast(d as time(6)))", "interval",
       "d::time::interval - interval '100:00:00.5'", "d::time::interval - interval '100:00:00.4'"},
      {"time of a day", "time(6)", "cast(d as time(6))", "time", "d::time",
       "d::time + interval '1 second'"},
      {"bytes", "varbinary(40)", "concat(b, b)", "bytea", "b || b", "b || '\\x01'::bytea"},
      {"blob", "blob", "concat(b, b)", "bytea", "b || b", "b || '\\x01'::bytea"},
      {"uuid", "uuid", "cast(s as uuid)", "uuid", "s::uuid", "reverse(replace(s, '-', ''))::uuid"},
      {"uuid of text", "varchar(60)", "s", "uuid", "s::uuid", "reverse(replace(s, '-', ''))::uuid"},
      {"uuid of bytes", "binary(16)", "unhex(replace(s, '-', ''))", "uuid", "s::uuid",
       "reverse(replace(s, '-', ''))::uuid"},
      {"bits", "bit(5)", "if(n > 0, 5, 18)", "bit(5)",
       "CASE WHEN n > 0 THEN B'00101' ELSE B'10010' END",
       "CASE WHEN n > 0 THEN B'00101' ELSE B'10011' END"},
      {"one bit", "bit(1)", "n > 0", "boolean", "n > 0", "n < 0"},
      {"zeros", "int(7) unsigned zerofill", "if(n > 0, 5, 18)", "int",
       "CASE WHEN n > 0 THEN 5 ELSE 18 END", "CASE WHEN n > 0 THEN 18 ELSE 5 END"},
      {"decimal", "decimal(10,2) zerofill", "n + 3", "numeric(10,2)", "n + 3", "0.6 - n"},
      {"decimal", "decimal(10,2)", "n", "numeric(10,2)", "n", "-2.4 - n"},
  };
  const bool wrong = GENERATE(false, true);
  CAPTURE(wrong);
  Migration migration(From::mariadb);
  const Verified verified =
      verify_computed(migration, columns, kMariadbBase, kMariadbValues, wrong);
  CHECK(verified.outcome() == (wrong ? "different" : "equal"));
  check_columns(verified, columns, wrong);
  CHECK(not_compared(verified).empty());
}

TEST_CASE("a computed moment of MariaDB is compared in UTC") {
  const bool wrong = GENERATE(false, true);
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, d timestamp(6) NULL, "
      "g timestamp(6) GENERATED ALWAYS AS (d) STORED);"
      "SET time_zone = '+05:00'; INSERT INTO t (id, d) VALUES (1, '2024-02-29 23:59:59.25')");
  migration.target(fmt::format(
      "CREATE TABLE t (id int PRIMARY KEY, d timestamptz, "
      "g timestamptz GENERATED ALWAYS AS ((d AT TIME ZONE 'UTC' {}) AT TIME ZONE 'UTC') STORED)",
      wrong ? "+ interval '1 microsecond'" : ""));
  migration.move("t");
  copy_all(migration);
  const Verified verified = verify(migration);
  CHECK(results_of(verified, "hash", "g") == (wrong ? "different" : "equal"));
}

TEST_CASE("a computed column that cannot be compared is named, and never silently equal") {
  const Columns columns = {
      {"float", "double", "n * 2", "float8", "n * 2", ""},
      {"json", "json", "concat('{\"n\": \"', s, '\"}')", "jsonb",
       R"(('{"n": "' || s || '"}')::jsonb)", ""},
      {"local time", "datetime(6)", "d", "timestamptz", "d AT TIME ZONE 'UTC'", ""},
  };
  Migration migration(From::mariadb);
  const Verified verified =
      verify_computed(migration, columns, kMariadbBase, kMariadbValues, false);
  CHECK(verified.outcome() == "equal");
  const Lines named = not_compared(verified);
  REQUIRE(named.size() == columns.size());
  const std::string text = migration.sluice("verify").out;
  CAPTURE(text);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string column = fmt::format("g{}", i);
    CAPTURE(columns[i].name, column);
    CHECK(results_of(verified, "hash", column) == "not_compared");
    CHECK(named[i].starts_with(column + ": SQL does not write "));
    CHECK(text.find("computed column " + column + " was not compared: SQL does not") !=
          std::string::npos);
  }
  CHECK(text.find("; 3 columns not compared") != std::string::npos);
  CHECK(text.find(": equal; 3 columns not compared\n") != std::string::npos);
  const RunResult planned = migration.sluice("plan");
  CHECK(planned.err.find("verify does not compare it: SQL does not") != std::string::npos);
}

TEST_CASE(
    "computed columns are compared by nothing where figures are not, and only the target is read") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (name varchar(60), g text GENERATED ALWAYS AS (name || 'x') STORED)");
  migration.target(
      "CREATE TABLE t (name varchar(10), g text GENERATED ALWAYS AS (name || 'x') STORED)");
  migration.source("INSERT INTO t VALUES ('a'), ('much too long for it')");
  migration.move("t", "t", R"("quarantine_limit": 10)");
  copy_all(migration);
  CHECK(not_compared(verify(migration)) ==
        Lines{"g: source rows that went to quarantine cannot be named in a statement: the table "
              "has no key"});
  CHECK(not_compared(verify(migration, {"--target"})) ==
        Lines{"g: the target computes it, and only the target was read"});
}

}  // namespace sluice::test
