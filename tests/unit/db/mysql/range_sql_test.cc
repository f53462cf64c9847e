#include "db/mysql/range_sql.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"

namespace sluice::db::mysql {
namespace {

ReadColumn column(const char* name, const char* type, codec::Carrier carrier) {
  return {name, codec::parse_mysql_type(type), carrier};
}

TableRead table() {
  TableRead read;
  read.table = {"crm", "t"};
  read.columns = {column("v", "text", codec::Carrier::text),
                  column("a", "int", codec::Carrier::int4),
                  column("b", "varchar(9)", codec::Carrier::text)};
  read.key = {1, 2};
  return read;
}

model::KeyRange range(std::vector<std::string> lower, std::vector<std::string> upper) {
  model::KeyRange out;
  if (!lower.empty()) out.lower = model::Key{std::move(lower)};
  if (!upper.empty()) out.upper = model::Key{std::move(upper)};
  return out;
}

}  // namespace

TEST_CASE("a range is half open and written out column by column") {
  CHECK(range_condition(table(), range({}, {})).empty());
  CHECK(range_condition(table(), range({"1", "x"}, {})) ==
        "(`a` > 1 OR (`a` = 1 AND (`b` >= 'x')))");
  CHECK(range_condition(table(), range({}, {"9", "y"})) ==
        "(`a` < 9 OR (`a` = 9 AND (`b` < 'y')))");
  CHECK(range_condition(table(), range({"1"}, {"9"})) == "(`a` >= 1) AND (`a` < 9)");
  CHECK_THROWS_AS(range_condition(table(), range({"1", "x", "z"}, {})), model::Error);
}

TEST_CASE("a statement forces the key's index, and reads a whole table as it comes") {
  CHECK(select_range(table(), range({"1"}, {}), "PRIMARY", {"`v`", "`a`", "`b`"}) ==
        "SELECT `v`, `a`, `b` FROM `crm`.`t` FORCE INDEX (`PRIMARY`) WHERE (`a` >= 1) "
        "ORDER BY `a`, `b`");
  model::KeyRange whole;
  whole.kind = model::RangeKind::whole;
  CHECK(select_range(table(), whole, "", {"`v`"}) == "SELECT `v` FROM `crm`.`t` USE INDEX ()");
}

TEST_CASE("key values become literals of their column's type") {
  using codec::Carrier;
  CHECK(key_literal(column("k", "bigint unsigned", Carrier::numeric), "18446744073709551615") ==
        "18446744073709551615");
  CHECK(key_literal(column("k", "decimal(9,2)", Carrier::numeric), "-1.50") == "-1.50");
  CHECK(key_literal(column("k", "timestamp(3)", Carrier::timestamptz),
                    "2020-01-01 00:00:00.5+00") == "'2020-01-01 00:00:00.5'");
  CHECK(key_literal(column("k", "date", Carrier::date), "0000-00-00") == "'0000-00-00'");
  CHECK(key_literal(column("k", "varbinary(9)", Carrier::bytea), "\\x00ff") == "x'00ff'");
  CHECK(key_literal(column("k", "binary(16)", Carrier::uuid),
                    "123e4567-e89b-12d3-a456-426614174000") ==
        "x'123e4567e89b12d3a456426614174000'");
}

TEST_CASE("what is no value of the key's type is refused, so that nothing can be slipped in") {
  using codec::Carrier;
  CHECK_THROWS_AS(key_literal(column("k", "int", Carrier::int4), "1 OR 1=1"), model::Error);
  CHECK_THROWS_AS(key_literal(column("k", "int", Carrier::int4), ""), model::Error);
  CHECK_THROWS_AS(key_literal(column("k", "date", Carrier::date), "2020'"), model::Error);
  CHECK_THROWS_AS(key_literal(column("k", "varbinary(9)", Carrier::bytea), "\\xzz"), model::Error);
  CHECK_THROWS_AS(key_literal(column("k", "double", Carrier::float8), "1"), model::Error);
  CHECK(key_literal(column("k", "char(9)", Carrier::text), "' OR 1=1") ==
        "_utf8mb4 x'27204f5220313d31'");
}

}  // namespace sluice::db::mysql
