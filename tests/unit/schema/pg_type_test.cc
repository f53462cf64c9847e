#include "schema/pg_type.h"

#include <array>
#include <string>

#include <catch2/catch_test_macros.hpp>

namespace sluice::schema {
namespace {

TEST_CASE("types that people write are spelled as the server prints them") {
  const std::array<std::array<const char*, 3>, 14> cases = {{
      {"varchar(40)", "character varying(40)", "varchar"},
      {" VARCHAR ( 40 ) ", "character varying(40)", "varchar"},
      {"timestamptz", "timestamp with time zone", "timestamptz"},
      {"timestamp(3) with time zone", "timestamp(3) with time zone", "timestamptz"},
      {"timestamp (3)  without time zone", "timestamp(3) without time zone", "timestamp"},
      {"int", "integer", "int4"},
      {"numeric", "numeric", "numeric"},
      {"decimal(5)", "numeric(5,0)", "numeric"},
      {"bit", "bit(1)", "bit"},
      {"char", "character(1)", "bpchar"},
      {"bpchar", "bpchar", "bpchar"},
      {"interval day to second(2)", "interval day to second(2)", "interval"},
      {"text[]", "text[]", "_text"},
      {"app.mood", "app.mood", "mood"},
  }};
  for (const auto& [written, sql, base] : cases) {
    INFO(written);
    CHECK(pg_type(written).sql == sql);
    CHECK(pg_type(written).base == base);
  }
  CHECK(pg_type("decimal(5)").scale == 0);
  CHECK(pg_type("app.mood").schema == "app");
  CHECK(pg_type("text[]").kind == model::TypeKind::array);
}

}  // namespace
}  // namespace sluice::schema
