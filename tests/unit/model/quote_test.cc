#include "sluice/model/quote.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

using sluice::model::Engine;

TEST_CASE("identifiers are quoted the way each engine wants") {
  CHECK(quote_identifier(Engine::postgresql, "Odd \"name\"`") == "\"Odd \"\"name\"\"`\"");
  CHECK(quote_identifier(Engine::mysql, "Odd \"name\"`") == "`Odd \"name\"```");
  CHECK(quote_identifier(Engine::mariadb, "") == "``");
}

TEST_CASE("a qualified name quotes both parts, and a missing schema leaves no dot") {
  CHECK(quote_name(Engine::postgresql, {"a.b", "c"}) == "\"a.b\".\"c\"");
  CHECK(quote_name(Engine::mariadb, {"", "c"}) == "`c`");
}

TEST_CASE("literals survive quotes and backslashes on every engine") {
  CHECK(quote_literal(Engine::postgresql, "it's") == "'it''s'");
  CHECK(quote_literal(Engine::postgresql, "a\\'b") == "E'a\\\\''b'");
  CHECK(quote_literal(Engine::mysql, "a\\'b") == "'a\\\\''b'");
}

TEST_CASE("a NUL byte is refused, not cut off") {
  const std::string name("a\0b", 3);
  CHECK_THROWS_AS(quote_identifier(Engine::postgresql, name), sluice::model::Error);
  CHECK_THROWS_AS(quote_literal(Engine::mysql, name), sluice::model::Error);
}
