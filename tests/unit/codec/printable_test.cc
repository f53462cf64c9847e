#include "sluice/codec/printable.h"

#include <catch2/catch_test_macros.hpp>

using sluice::codec::printable_line;
using sluice::codec::printable_text;

TEST_CASE("text from elsewhere does not steer the terminal") {
  CHECK(printable_text("plain\ntext") == "plain\ntext");
  CHECK(printable_text("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
  CHECK(printable_text("M\xc3\xbcller") == "M\xc3\xbcller");
  CHECK(printable_text("M\xfcller") == "M\\xfcller");  // Latin-1: no UTF-8
  // U+009B is what ESC [ is; U+00A0 behind the last of its kind is a blank.
  CHECK(printable_text("\xc2\x9b"
                       "31m\xc2\xa0") == "\\xc2\\x9b31m\xc2\xa0");
  // What follows these would be shown in another order, or on another line.
  CHECK(printable_text("a\xe2\x80\xae"
                       "b") ==
        "a\\xe2\\x80\\xae"
        "b");
  CHECK(printable_text("a\xe2\x81\xa7"
                       "b") ==
        "a\\xe2\\x81\\xa7"
        "b");
  CHECK(printable_text("a\xe2\x80\xa9") == "a\\xe2\\x80\\xa9");
  // Hebrew, which brings its own direction, stays.
  CHECK(printable_text("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d") == "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
  CHECK(printable_text("\xe2\x80\x94") == "\xe2\x80\x94");  // a dash of the same block
}

TEST_CASE("a name cannot make a line of its own") {
  CHECK(printable_line("red\nNext: rm -rf\r\n") == "red\\nNext: rm -rf\\x0d\\n");
  CHECK(printable_line("\xff\n") == "\\xff\\n");
  CHECK(printable_line("") == "");
}
