#include "verify/printable.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/utf8.h"

using sluice::verify::printable;
using sluice::verify::printable_pair;

TEST_CASE("what could steer a terminal is shown as its bytes") {
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(printable("\x1b[31m") == "\\x1b[31m");
  CHECK(printable("back\\slash") == "back\\\\slash");
  CHECK(printable("\xe2\x80\xae"
                  "txt") ==
        "\\xe2\\x80\\xae"
        "txt");
  CHECK(printable("Zo\xc3\xab \xf0\x9f\x98\x80") == "Zo\xc3\xab \xf0\x9f\x98\x80");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("bytes that are no UTF-8 are shown as their bytes, wherever they stand") {
  CHECK(printable("\xff") == "\\xff");
  CHECK(printable("a\xc3") == "a\\xc3");
  CHECK(printable("\xc3(") == "\\xc3(");
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  for (int lead = 0; lead < 256; ++lead) {
    for (int next = 0; next < 256; ++next) {
      const std::string bytes{static_cast<char>(lead), static_cast<char>(next)};
      CHECK(sluice::codec::is_utf8(printable(bytes)));
    }
  }
}

TEST_CASE("a long value is cut between characters and says how long it is") {
  const std::string text(500, 'a');
  CHECK(printable(text, 10) == "aaaaaaaaaa... (500 bytes)");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xbc";
  CHECK(printable(umlauts, 5) == "\xc3\xbc\xc3\xbc... (200 bytes)");
}

TEST_CASE("two long values are shown around their first difference") {
  std::string a(5000, 'a');
  std::string b = a;
  b[4000] = 'b';
  const auto [left, right] = printable_pair(a, b);
  CHECK(left != right);
  CHECK(left.starts_with("...aaaa"));
  CHECK(right.find("aab") != std::string::npos);
  CHECK(left.size() < 200);
}

TEST_CASE("one value that is the beginning of the other is shown up to its end") {
  const std::string a(300, 'a');
  const auto [left, right] = printable_pair(a, a + "more");
  CHECK(right.ends_with("more"));
  CHECK(left != right);
}
