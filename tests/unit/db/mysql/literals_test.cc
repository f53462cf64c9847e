#include "db/mysql/literals.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::mysql {

TEST_CASE("a literal is quoted where it is plain and hexadecimal otherwise") {
  CHECK(text_literal("") == "''");
  CHECK(text_literal("plain % _ \" `") == "'plain % _ \" `'");
  CHECK(text_literal("it's") == "_utf8mb4 x'69742773'");
  CHECK(text_literal("a\\") == "_utf8mb4 x'615c'");
  CHECK(text_literal(std::string("\0", 1)) == "_utf8mb4 x'00'");
  CHECK(binary_literal("") == "x''");
  CHECK(binary_literal("\xff") == "x'ff'");
}

TEST_CASE("parameters stand only where a question mark is one") {
  CHECK(bind_literals("a = ? AND b = ?", {"x", std::nullopt}) == "a = 'x' AND b = NULL");
  CHECK(bind_literals("'?' \"?\" `?` /* ? */ ? -- ?\n# ?\n?", {"1", "2"}) ==
        "'?' \"?\" `?` /* ? */ '1' -- ?\n# ?\n'2'");
  CHECK(bind_literals("'it''s ?' ? 'a\\'?'", {"1"}) == "'it''s ?' '1' 'a\\'?'");
  CHECK(bind_literals("`a``?` ?", {"1"}) == "`a``?` '1'");
  CHECK(bind_literals("1 --1 ?", {"1"}) == "1 --1 '1'");  // a comment needs a space
  CHECK(bind_literals("?", {"?"}) == "'?'");
}

TEST_CASE("another number of parameters than of question marks is refused") {
  CHECK_THROWS_AS(bind_literals("?", {}), model::Error);
  CHECK_THROWS_AS(bind_literals("'?'", {"a"}), model::Error);
  CHECK_THROWS_AS(bind_literals("? ?", {"a"}), model::Error);
}

}  // namespace sluice::db::mysql
