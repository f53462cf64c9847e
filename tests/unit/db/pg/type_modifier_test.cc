#include "db/pg/type_modifier.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::db::pg {
namespace {

model::ColumnType taken(const std::string& base, const std::string& formatted) {
  model::ColumnType type;
  type.base = base;
  take_modifier(formatted, type);
  return type;
}

}  // namespace

TEST_CASE("the numbers of a type's name are what they mean for that type") {
  CHECK(taken("varchar", "character varying(20)").length == 20);
  CHECK(taken("bit", "bit(8)").length == 8);
  CHECK(taken("numeric", "numeric(12,2)").precision == 12);
  CHECK(taken("numeric", "numeric(12,2)").scale == 2);
  CHECK(taken("numeric", "numeric(5,-2)").scale == -2);
  CHECK(taken("timestamptz", "timestamp(3) with time zone").fraction_digits == 3);
  CHECK(taken("interval", "interval second(2)").fraction_digits == 2);
  CHECK(taken("interval", "interval day to second(2)").last_field == "second");
  CHECK(taken("interval", "interval year to month").last_field == "month");
}

TEST_CASE("types without numbers, and numbers that are no lengths, leave everything absent") {
  for (const auto& type :
       {taken("varchar", "character varying"), taken("numeric", "numeric"),
        taken("timestamptz", "timestamp with time zone"),
        taken("geometry", "public.geometry(Point,4326)"), taken("varchar", "character varying("),
        taken("varchar", "character varying(x)")}) {
    CHECK_FALSE(type.length.has_value());
    CHECK_FALSE(type.precision.has_value());
    CHECK_FALSE(type.scale.has_value());
    CHECK_FALSE(type.fraction_digits.has_value());
    CHECK(type.last_field.empty());
  }
  CHECK(taken("interval", "interval").last_field.empty());
  CHECK(taken("interval", "interval(3)").last_field.empty());
}

TEST_CASE("what an array's type says is said of its elements") {
  model::ColumnType array;
  array.kind = model::TypeKind::array;
  array.base = "_numeric";
  take_modifier("numeric(10,2)[]", array);
  CHECK(array.precision == 10);
  array.base = "_interval";
  take_modifier("interval day[]", array);
  CHECK(array.last_field == "day");
  take_modifier("interval[]", array);
  CHECK(array.last_field.empty());
}

}  // namespace sluice::db::pg
