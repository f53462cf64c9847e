#include "sluice/plan/alike.h"

#include <catch2/catch_test_macros.hpp>

using sluice::model::ColumnType;
using sluice::model::Engine;
using sluice::plan::alike;
using sluice::plan::Alike;
using sluice::plan::ComputedColumn;
using sluice::plan::why_not_alike;

namespace {

ColumnType type(const std::string& base) {
  ColumnType made;
  made.sql = made.base = base;
  return made;
}

ColumnType decimal(const std::string& base, int scale) {
  ColumnType made = type(base);
  made.precision = 10;
  made.scale = scale;
  return made;
}

ColumnType sized(const std::string& base, int length) {
  ColumnType made = type(base);
  made.length = length;
  return made;
}

Alike from_postgresql(const ColumnType& source, const ColumnType& target) {
  return alike(Engine::postgresql, {"c", "c", source, target});
}

Alike from_mysql(const ColumnType& source, const ColumnType& target) {
  return alike(Engine::mariadb, {"c", "c", source, target});
}

}  // namespace

TEST_CASE("one type of PostgreSQL is written alike, whatever it is") {
  for (const char* base : {"float8", "jsonb", "timestamptz", "tsvector", "money", "int4"}) {
    CAPTURE(base);
    CHECK(from_postgresql(type(base), type(base)) == Alike::text);
  }
  ColumnType array = type("float8");
  array.kind = sluice::model::TypeKind::array;
  CHECK(from_postgresql(array, array) == Alike::text);
  CHECK(from_postgresql(array, type("float8")) == Alike::nothing);
  CHECK(from_postgresql(type("float4"), type("float8")) == Alike::nothing);
}

TEST_CASE("zeros behind the point are written as the scale has them") {
  CHECK(from_postgresql(decimal("numeric", 2), decimal("numeric", 2)) == Alike::text);
  CHECK(from_postgresql(decimal("numeric", 2), decimal("numeric", 3)) == Alike::figures);
  CHECK(from_mysql(decimal("decimal", 2), decimal("numeric", 2)) == Alike::text);
  CHECK(from_mysql(decimal("decimal", 2), type("numeric")) == Alike::figures);
  CHECK(from_mysql(type("bigint"), type("numeric")) == Alike::figures);
}

TEST_CASE("a moment is never compared with a local time") {
  CHECK(from_mysql(type("datetime"), type("timestamp")) == Alike::moment);
  CHECK(from_mysql(type("timestamp"), type("timestamptz")) == Alike::moment);
  CHECK(from_mysql(type("timestamp"), type("timestamp")) == Alike::nothing);
  CHECK(from_mysql(type("datetime"), type("timestamptz")) == Alike::nothing);
  CHECK(from_postgresql(type("timestamp"), type("timestamptz")) == Alike::nothing);
  CHECK(from_postgresql(type("date"), type("timestamp")) == Alike::moment);
}

TEST_CASE("bits are compared with as many of them, one bit with a truth value") {
  CHECK(from_mysql(sized("bit", 8), sized("bit", 8)) == Alike::bits);
  CHECK(from_mysql(sized("bit", 8), sized("bit", 9)) == Alike::nothing);
  CHECK(from_mysql(sized("bit", 1), type("bool")) == Alike::bits);
  CHECK(from_mysql(sized("bit", 2), type("bool")) == Alike::nothing);
}

TEST_CASE("a uuid is compared with its text and its 16 bytes") {
  CHECK(from_mysql(sized("char", 36), type("uuid")) == Alike::uuid);
  CHECK(from_mysql(sized("binary", 16), type("uuid")) == Alike::uuid);
  CHECK(from_mysql(sized("binary", 15), type("uuid")) == Alike::nothing);
  CHECK(from_mysql(type("uuid"), type("text")) == Alike::uuid);
  CHECK(from_mysql(type("uuid"), type("bytea")) == Alike::nothing);
}

TEST_CASE("floating-point numbers and JSON of two engines are written by each in its own way") {
  CHECK(from_mysql(type("double"), type("float8")) == Alike::nothing);
  CHECK(from_mysql(type("json"), type("jsonb")) == Alike::nothing);
  CHECK(why_not_alike(Engine::mariadb, {"c", "c", type("double"), type("float8")}) ==
        "SQL does not write double of the source and float8 of the target alike");
  CHECK(why_not_alike(Engine::mariadb, {"c", "c", type("int"), type("int4")}).empty());
}
