#include "sluice/codec/mysql_types.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::codec {
namespace {

model::ColumnType parse(std::string_view text) { return parse_mysql_type(text); }

}  // namespace

TEST_CASE("a column type of either server is read into its parts") {
  CHECK(parse("int(10) unsigned zerofill").base == "int");
  CHECK(parse("int(10) unsigned zerofill").is_unsigned);
  CHECK(parse("int(10) unsigned zerofill").sql == "int(10) unsigned zerofill");
  CHECK_FALSE(parse("int(10)").length);
  CHECK(parse("bigint unsigned").is_unsigned);
  CHECK_FALSE(parse("bigint").is_unsigned);
  CHECK(parse("decimal(12,3)").precision == 12);
  CHECK(parse("decimal(12,3)").scale == 3);
  CHECK(parse("decimal(12)").scale == 0);
  CHECK(parse("varchar(40)").length == 40);
  CHECK(parse("bit(9)").length == 9);
  CHECK(parse("bit").length == 1);
  CHECK(parse("datetime(6)").fraction_digits == 6);
  CHECK(parse("datetime").fraction_digits == 0);
  CHECK(parse("text /*M!100301 COMPRESSED*/").base == "text");
}

TEST_CASE("members of an enum are read as the catalogue escapes them") {
  CHECK(parse(R"(enum('a','b''c','d\\e','x\ny','',' ,)'))").members ==
        std::vector<std::string>{"a", "b'c", "d\\e", "x\ny", "", " ,)"});
  CHECK(parse("set('p')").members == std::vector<std::string>{"p"});
}

TEST_CASE("what is no type becomes text") {
  for (const char* const text : {"", "enum('a", "enum(a)", "int(", "int(x)", "('a')"}) {
    CAPTURE(text);
    CHECK(mysql_kind(parse(text)) == MysqlKind::unknown);
    CHECK(carrier_for_mysql_type(parse(text)) == Carrier::text);
    CHECK(parse(text).sql == text);
  }
  CHECK(carrier_for_mysql_type(parse("newtype(3)")) == Carrier::text);
}

TEST_CASE("the natural carrier holds every value of an integer type") {
  CHECK(carrier_for_mysql_type(parse("tinyint(1)")) == Carrier::int2);
  CHECK(carrier_for_mysql_type(parse("tinyint unsigned")) == Carrier::int2);
  CHECK(carrier_for_mysql_type(parse("smallint")) == Carrier::int2);
  CHECK(carrier_for_mysql_type(parse("smallint unsigned")) == Carrier::int4);
  CHECK(carrier_for_mysql_type(parse("mediumint unsigned")) == Carrier::int4);
  CHECK(carrier_for_mysql_type(parse("int")) == Carrier::int4);
  CHECK(carrier_for_mysql_type(parse("int unsigned")) == Carrier::int8);
  CHECK(carrier_for_mysql_type(parse("bigint")) == Carrier::int8);
  CHECK(carrier_for_mysql_type(parse("bigint unsigned")) == Carrier::numeric);
}

TEST_CASE("every type can be carried by its natural carrier, and as text") {
  for (const char* const text :
       {"tinyint", "smallint", "mediumint", "int",      "bigint",    "year",     "decimal(9,2)",
        "float",   "double",   "bit(3)",    "date",     "datetime",  "time",     "timestamp",
        "char(3)", "longtext", "binary(2)", "longblob", "enum('a')", "set('a')", "json",
        "uuid",    "inet4",    "inet6",     "geometry", "vector(8)", "unheard"}) {
    CAPTURE(text);
    CHECK(mysql_can_carry(parse(text), carrier_for_mysql_type(parse(text))));
    CHECK(mysql_can_carry(parse(text), Carrier::text));
    CHECK_FALSE(mysql_can_carry(parse(text), Carrier::jsonb));
  }
  CHECK(mysql_can_carry(parse("binary(16)"), Carrier::uuid));
  CHECK_FALSE(mysql_can_carry(parse("binary(15)"), Carrier::uuid));
  CHECK_FALSE(mysql_can_carry(parse("varbinary(16)"), Carrier::uuid));
}

TEST_CASE("only columns that compare as their index orders them can be keys") {
  CHECK(mysql_can_key(parse("int"), Carrier::int4));
  CHECK(mysql_can_key(parse("int"), Carrier::text));
  CHECK(mysql_can_key(parse("varchar(9)"), Carrier::text));
  CHECK(mysql_can_key(parse("binary(16)"), Carrier::uuid));
  CHECK(mysql_can_key(parse("datetime(3)"), Carrier::timestamp));
  CHECK_FALSE(mysql_can_key(parse("char(36)"), Carrier::uuid));
  CHECK_FALSE(mysql_can_key(parse("tinyint(1)"), Carrier::boolean));
  CHECK_FALSE(mysql_can_key(parse("enum('a')"), Carrier::text));
  CHECK_FALSE(mysql_can_key(parse("double"), Carrier::float8));
  CHECK_FALSE(mysql_can_key(parse("bit(3)"), Carrier::varbit));
  CHECK_FALSE(mysql_can_key(parse("int"), Carrier::date));
}

TEST_CASE("tinyint(1) was made for a boolean, other tinyints were not") {
  CHECK(is_mysql_boolean(parse("tinyint(1)")));
  CHECK(is_mysql_boolean(parse("tinyint(1) unsigned")));
  CHECK_FALSE(is_mysql_boolean(parse("tinyint(4)")));
  CHECK_FALSE(is_mysql_boolean(parse("tinyint")));
  CHECK_FALSE(is_mysql_boolean(parse("int(1)")));
}

}  // namespace sluice::codec
