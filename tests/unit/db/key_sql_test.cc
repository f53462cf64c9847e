#include "db/mysql/key_sql.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/convert.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"

#include "db/mysql/insert_sql.h"
#include "db/pg/key_sql.h"

namespace sluice::db {
namespace {

TableRead pg_table() {
  TableRead table;
  table.table = {"a", "b\"c"};
  model::ColumnType number;
  number.sql = "bigint";
  number.base = "int8";
  model::ColumnType text;
  text.sql = "character varying(9)";
  text.base = "varchar";
  table.columns = {{"n", text, codec::Carrier::text}, {"id", number, codec::Carrier::int8}};
  table.key = {1, 0};
  return table;
}

ReadColumn mysql_column(const std::string& name, const std::string& type, codec::Carrier carrier) {
  ReadColumn column{name, codec::parse_mysql_type(type), carrier};
  return column;
}

TableRead mysql_table() {
  TableRead table;
  table.table = {"a", "b`c"};
  table.columns = {mysql_column("n", "varchar(9)", codec::Carrier::text),
                   mysql_column("id", "bigint(20)", codec::Carrier::int8)};
  table.columns[0].type.charset = "utf8mb4";
  table.key = {1, 0};
  return table;
}

/// The literal of a value that is given as the carrier's text.
std::string literal(const std::string& type, codec::Carrier carrier, const std::string& text) {
  std::string bytes;
  REQUIRE(codec::from_text(carrier, text, bytes));
  return mysql::value_literal(mysql_column("c", type, carrier), bytes);
}

}  // namespace

TEST_CASE("PostgreSQL: keys travel as one array a column, each element quoted") {
  const std::vector<model::Key> keys{{{"1", "x"}}, {{"2", "a\"b\\c'd,}"}}};
  CHECK(pg::remove_sql(pg_table(), keys, pg::Only::yes) ==
        "DELETE FROM ONLY \"a\".\"b\"\"c\" AS t USING unnest('{\"1\",\"2\"}'::bigint[], "
        "E'{\"x\",\"a\\\\\"b\\\\\\\\c''d,}\"}'::character varying(9)[]) AS k(k0, k1) WHERE "
        "t.\"id\" = k.k0 AND t.\"n\" = k.k1 RETURNING t.\"n\", t.\"id\"");
  const std::string found = pg::find_sql(pg_table(), keys, pg::Only::no);
  CHECK(found.starts_with("SELECT t.\"n\", t.\"id\" FROM unnest("));
  CHECK(found.find("ONLY") == std::string::npos);
}

TEST_CASE("PostgreSQL: a key of another number of columns is a mistake") {
  const std::vector<model::Key> keys{{{"1"}}};
  CHECK_THROWS_AS(pg::find_sql(pg_table(), keys, pg::Only::no), model::Error);
}

TEST_CASE("MySQL: a list of keys, written out where a key has several columns") {
  const std::vector<model::Key> keys{{{"1", "x"}}, {{"2", "y'"}}};
  CHECK(mysql::key_list_condition(mysql_table(), keys) ==
        "((`id` = 1 AND `n` = 'x') OR (`id` = 2 AND `n` = _utf8mb4 x'7927'))");
  TableRead one = mysql_table();
  one.key = {1};
  const std::vector<model::Key> numbers{{{"1"}}, {{"-2"}}};
  CHECK(mysql::key_list_condition(one, numbers) == "`id` IN (1,-2)");
  const std::vector<model::Key> no_number{{{"1 OR 1"}}};
  CHECK_THROWS_AS(mysql::key_list_condition(one, no_number), model::Error);
}

TEST_CASE("MySQL: values are written as literals that read back exactly") {
  using codec::Carrier;
  CHECK(literal("bigint(20) unsigned", Carrier::numeric, "18446744073709551615") ==
        "18446744073709551615");
  CHECK(literal("double", Carrier::float8, "-0") == "-0e0");
  CHECK(literal("double", Carrier::float8, "0.1") == "0.1");
  CHECK(literal("bit(5)", Carrier::varbit, "01010") == "b'01010'");
  CHECK(literal("varbinary(9)", Carrier::bytea, "\\x00ff27") == "x'00ff27'");
  CHECK(literal("date", Carrier::text, "0000-00-00") == "'0000-00-00'");
  CHECK(literal("enum('a','b')", Carrier::text, "") == "0");
  CHECK(literal("enum('a','')", Carrier::text, "") == "''");
  CHECK(literal("enum('a','b')", Carrier::text, "b") == "'b'");
}

}  // namespace sluice::db
