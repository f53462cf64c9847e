#include "cli/console.h"

#include <catch2/catch_test_macros.hpp>

using sluice::cli::escaped;

TEST_CASE("text from elsewhere does not steer the terminal") {
  CHECK(escaped("plain\ntext") == "plain\ntext");
  CHECK(escaped("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
  CHECK(escaped("M\xc3\xbcller") == "M\xc3\xbcller");
  CHECK(escaped("M\xfcller") == "M\\xfcller");  // Latin-1: no UTF-8
  // What follows these would be shown in another order, or on another line.
  CHECK(escaped("a\xe2\x80\xae"
                "b") ==
        "a\\xe2\\x80\\xae"
        "b");
  CHECK(escaped("a\xe2\x81\xa7"
                "b") ==
        "a\\xe2\\x81\\xa7"
        "b");
  CHECK(escaped("a\xe2\x80\xa9") == "a\\xe2\\x80\\xa9");
  // Hebrew, which brings its own direction, stays.
  CHECK(escaped("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d") == "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
  CHECK(escaped("\xe2\x80\x94") == "\xe2\x80\x94");  // a dash of the same block
}
