#include "sluice/codec/printable.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

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

TEST_CASE("what is shown as nothing is shown as bytes") {
  const auto escaped = [](std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    return text;
  };
  const std::string_view hidden = GENERATE(values<std::string_view>({
      "\xc2\x80",          // U+0080, the first of C1
      "\xc2\x9f",          // U+009F, the last
      "\xc2\xad",          // U+00AD soft hyphen
      "\xcd\x8f",          // U+034F
      "\xd8\x9c",          // U+061C Arabic mark
      "\xe1\x85\x9f",      // U+115F Hangul filler
      "\xe1\xa0\x8e",      // U+180E Mongolian separator
      "\xe2\x80\x8b",      // U+200B no width
      "\xe2\x80\x8d",      // U+200D joiner
      "\xe2\x80\x8f",      // U+200F right to left
      "\xe2\x80\xa8",      // U+2028 line separator
      "\xe2\x80\xaa",      // U+202A
      "\xe2\x80\xae",      // U+202E
      "\xe2\x81\xa0",      // U+2060 word joiner
      "\xe2\x81\xa4",      // U+2064 invisible plus
      "\xe2\x81\xa6",      // U+2066
      "\xe2\x81\xa9",      // U+2069
      "\xe3\x85\xa4",      // U+3164 Hangul filler
      "\xef\xb8\x80",      // U+FE00 variation selector
      "\xef\xb8\x8f",      // U+FE0F
      "\xef\xbb\xbf",      // U+FEFF byte order mark
      "\xef\xbe\xa0",      // U+FFA0
      "\xef\xbf\xbb",      // U+FFFB
      "\xf3\xa0\x80\x81",  // U+E0001 tag
      "\xf3\xa0\x81\xa1",  // U+E0061 tag a
      "\xf3\xa0\x84\x80",  // U+E0100 variation selector 17
      "\xed\xa0\x80",      // U+D800, half of a pair: no UTF-8
  }));
  const std::string text = "a" + std::string(hidden) + "b";
  CHECK(printable_line(text) == "a" + escaped(hidden) + "b");
  CHECK(printable_text(text) == "a" + escaped(hidden) + "b");
}

TEST_CASE("letters of all scripts, marks on letters and pictures stay") {
  for (const std::string text : {
           "\xd0\xb0",          // Cyrillic a, which looks like a Latin one
           "e\xcc\x81",         // e and its accent
           "\xe1\x84\x80",      // Hangul, before the fillers
           "\xe2\x80\x8a",      // hair space, before U+200B
           "\xe2\x80\x90",      // hyphen, behind U+200F
           "\xe2\x80\xaf",      // narrow blank, behind U+202E
           "\xe2\x81\xb0",      // superscript 0, behind U+206F
           "\xe3\x85\xa5",      // Hangul, behind the filler
           "\xef\xbf\xbc",      // U+FFFC
           "\xef\xbf\xbd",      // U+FFFD
           "\xf0\x9f\x98\x80",  // a face
       }) {
    CHECK(printable_line(text) == text);
  }
}

TEST_CASE("a name cannot make a line of its own") {
  CHECK(printable_line("red\nNext: rm -rf\r\n") == "red\\nNext: rm -rf\\x0d\\n");
  CHECK(printable_line("\xff\n") == "\\xff\\n");
  CHECK(printable_line("") == "");
}
