#include "plan/staged_values.h"

#include <catch2/catch_test_macros.hpp>

#include "example.h"

namespace sluice::plan {
namespace {

using model::ColumnType;
using model::TypeKind;

/// An array of a type of the server's own.
ColumnType array(const std::string& base) {
  ColumnType type = example::type(base + "[]", "_" + base);
  type.kind = TypeKind::array;
  return type;
}

ColumnType made(TypeKind kind, std::vector<std::string> members) {
  ColumnType type = example::type("crm.made", "made");
  type.schema = "crm";
  type.kind = kind;
  type.members = std::move(members);
  return type;
}

ColumnType varchars(int length) {
  ColumnType type = array("varchar");
  type.length = length;
  return type;
}

ColumnType numerics(int precision, int scale) {
  ColumnType type = array("numeric");
  type.precision = precision;
  type.scale = scale;
  return type;
}

}  // namespace

TEST_CASE("a type's own texts stay exact, those of another only where that is known") {
  for (const char* base : {"text", "jsonb", "timestamp", "char", "name", "point", "float4"}) {
    CAPTURE(base);
    CHECK(stays_exact(array(base), array(base)));
  }
  const auto stays = [](const char* from, const char* to) {
    return stays_exact(array(from), array(to));
  };
  CHECK(stays("int4", "int8"));
  CHECK(stays("int8", "numeric"));
  CHECK(stays("timestamp", "text"));
  CHECK(stays("text", "uuid"));
  CHECK(stays("cidr", "inet"));
  CHECK(stays("float4", "float8"));
  CHECK(stays("varbit", "bit"));
  CHECK_FALSE(stays("timestamp", "date"));
  CHECK_FALSE(stays("date", "timestamp"));
  CHECK_FALSE(stays("text", "char"));
  CHECK_FALSE(stays("text", "name"));
  CHECK_FALSE(stays("json", "jsonb"));
  CHECK_FALSE(stays("int8", "float8"));
  CHECK_FALSE(stays("int4", "oid"));
  CHECK_FALSE(stays("macaddr", "macaddr8"));
  CHECK_FALSE(stays("box", "text"));  // has another delimiter
}

TEST_CASE("a modifier of elements may become wider, and nothing else") {
  CHECK(stays_exact(varchars(3), varchars(5)));
  CHECK_FALSE(stays_exact(varchars(5), varchars(3)));
  CHECK_FALSE(stays_exact(array("text"), varchars(3)));
  CHECK(stays_exact(varchars(3), array("text")));
  CHECK(stays_exact(numerics(5, 2), numerics(7, 2)));
  CHECK(stays_exact(numerics(5, 2), array("numeric")));
  CHECK_FALSE(stays_exact(array("numeric"), numerics(5, 2)));
}

TEST_CASE("any text stays exact where the input function refuses what it would have to change") {
  CHECK(stays_exact(std::nullopt, array("int4")));
  CHECK(stays_exact(std::nullopt, array("text")));
  CHECK(stays_exact(std::nullopt, made(TypeKind::array, {"enum[]"})));
  CHECK(stays_exact(example::type("text", "text"), array("numeric")));
  CHECK(stays_exact(std::nullopt, example::type("\"char\"", "char")));  // has a fit
  CHECK_FALSE(stays_exact(std::nullopt, array("float8")));
  CHECK_FALSE(stays_exact(std::nullopt, numerics(5, 2)));
  CHECK_FALSE(stays_exact(std::nullopt, example::type("money", "money")));
  CHECK_FALSE(stays_exact(std::nullopt, made(TypeKind::composite, {"a text"})));
}

TEST_CASE("made types are compared by what they are made of") {
  const std::vector<std::string> fine{"at timestamp without time zone", "amount numeric"};
  const std::vector<std::string> coarse{"at timestamp(0) without time zone", "amount numeric(5,2)"};
  ColumnType other = made(TypeKind::composite, fine);
  other.base = "other";
  CHECK(stays_exact(made(TypeKind::composite, fine), other));
  CHECK_FALSE(stays_exact(made(TypeKind::composite, fine), made(TypeKind::composite, coarse)));
  CHECK_FALSE(stays_exact(made(TypeKind::array, {"(a numeric)[]"}),
                          made(TypeKind::array, {"(a numeric(5,2))[]"})));
  CHECK(stays_exact(made(TypeKind::array, {"enum[]"}), array("text")));
  CHECK_FALSE(stays_exact(made(TypeKind::array, {"(a numeric)[]"}), array("text")));
  ColumnType points = example::type("gis.geometry(Point,4326)", "geometry");
  points.schema = "gis";
  ColumnType shapes = points;
  shapes.sql = "gis.geometry";
  CHECK(stays_exact(points, shapes));
  CHECK(stays_exact(points, points));
  CHECK_FALSE(stays_exact(shapes, points));
  CHECK_FALSE(stays_exact(example::type("geometry", "geometry"), shapes));
}

}  // namespace sluice::plan
