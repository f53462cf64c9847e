#include "sluice/codec/columns.h"

#include <catch2/catch_test_macros.hpp>

using sluice::codec::cell;
using sluice::codec::clipped;
using sluice::codec::columns_of;
using sluice::codec::common_schema;
using sluice::codec::wrapped;

TEST_CASE("wide characters take two columns, combining ones none") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("M\xc3\xbcller") == 6);
  CHECK(columns_of("\xe5\xb1\xb1\xe7\x94\xb0") == 4);          // two ideographs
  CHECK(columns_of("\xf0\x9f\x9a\x80") == 2);                  // a rocket
  CHECK(columns_of("e\xcc\x81") == 1);                         // e and a combining accent
  CHECK(columns_of("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d") == 4);  // Hebrew
}

TEST_CASE("what is cut off is shown, and nothing gets wider than it may") {
  CHECK(clipped("abcdef", 6) == "abcdef");
  CHECK(clipped("abcdefg", 6) == "abc...");
  CHECK(clipped("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1", 6) ==
        "\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1");
  CHECK(clipped("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1", 5) == "\xe5\xb1\xb1...");
  // Half a wide character is none.
  CHECK(columns_of(clipped("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1\xe5\xb1\xb1", 6)) == 5);
  CHECK(clipped("abcdef", 2) == "..");
}

TEST_CASE("a cell is exactly as wide as its column") {
  CHECK(cell("ab", 4) == "ab  ");
  CHECK(cell("\xe5\xb1\xb1", 4) == "\xe5\xb1\xb1  ");
  CHECK(cell("abcdef", 4) == "a...");
  CHECK(columns_of(cell("\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1\xe5\xb1\xb1", 6)) == 6);
}

TEST_CASE("a schema that all names have is left away where it costs a part of a name") {
  CHECK(common_schema({"crm.person", "crm.note"}, 10) == 0);
  CHECK(common_schema({"crm.person", "crm.note"}, 9) == 4);
  CHECK(common_schema({"crm.person", "crm2.note"}, 4) == 0);
  CHECK(common_schema({"person", "note"}, 2) == 0);
  CHECK(common_schema({}, 2) == 0);
}

TEST_CASE("long lines are broken at blanks and go on further in") {
  CHECK(wrapped("one two three four", 9, true) == "one two\n  three\n  four");
  CHECK(wrapped("  key: value is long\nshort\n", 14, true) == "  key: value\n    is long\nshort\n");
  CHECK(wrapped("a  b", 10, true) == "a  b");
  CHECK(wrapped("a\n\nb\n", 10, true) == "a\n\nb\n");
}

TEST_CASE("words that are too wide are cut, or stay whole to be pasted") {
  CHECK(wrapped("see abcdefghijklmnop now", 10, true) == "see\n  abcde...\n  now");
  CHECK(wrapped("see abcdefghijklmnop now", 10, false) == "see\n  abcdefghijklmnop\n  now");
}

TEST_CASE("folded text loses nothing, and stands further in where a line goes on") {
  using sluice::codec::folded;
  CHECK(folded("", 10).empty());
  CHECK(folded("ten digits\n", 10) == "ten digits\n");
  CHECK(folded("0123456789abcdefghijkl\nx\n", 10) == "0123456789\n  abcdefgh\n  ijkl\nx\n");
  CHECK(folded("a b\n\nc", 10) == "a b\n\nc");
  // Wide characters are not cut, and no width is too small.
  CHECK(folded("\u65e5\u672c\u8a9e", 5) == "\u65e5\u672c\n  \u8a9e");
  CHECK(folded("abcdef", 3) == "abc\n  de\n  f");
}
