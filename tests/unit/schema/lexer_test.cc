#include "schema/lexer.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::schema {
namespace {

using Kind = Token::Kind;

Token first(std::string_view printed) { return tokens_of(printed).front(); }

TEST_CASE("an expression falls into names, texts, numbers, words and signs") {
  const std::vector<Token> tokens = tokens_of("`a``b` <=> 'it''s' AND f(1.5e-3, .5)");
  const std::vector<Token> wanted = {
      {Kind::name, "a`b"},  {Kind::sign, "<=>"}, {Kind::text, "it's"},     {Kind::word, "and"},
      {Kind::word, "f"},    {Kind::sign, "("},   {Kind::number, "1.5e-3"}, {Kind::sign, ","},
      {Kind::number, ".5"}, {Kind::sign, ")"},   {Kind::end, ""}};
  CHECK(tokens == wanted);
}

TEST_CASE("texts are read as they are meant") {
  CHECK(first(R"('a\'b\\c\n')") == Token{Kind::text, "a'b\\c\n"});
  CHECK(first(R"('50\%')") == Token{Kind::text, "50\\%"});
  CHECK(first("_utf8mb4'\xC3\xA9'") == Token{Kind::text, "\xC3\xA9"});
  CHECK(first("_latin1'a'") == Token{Kind::text, "a"});
  CHECK(first("_latin1'\xC3\xA9'").kind == Kind::other);
  CHECK(first("b'0101'") == Token{Kind::bits, "0101"});
  CHECK(first("x'00ff'") == Token{Kind::bytes, "00ff"});
  CHECK(first("0xFF") == Token{Kind::bytes, "FF"});
}

TEST_CASE("what never ends is nothing that is read") {
  CHECK(first("'abc").kind == Kind::other);
  CHECK(first("`abc").kind == Kind::other);
  CHECK(tokens_of("").size() == 1);
  CHECK(tokens_of("#").back().kind == Kind::end);
}

}  // namespace
}  // namespace sluice::schema
