// MySQL's latin1, and UTF-8 that lies in it.
#include "sluice/codec/latin1.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/utf8.h"

#include "random.h"

namespace sluice::codec {
namespace {

void append_utf8(char32_t character, std::string& out) {
  const auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0 | (character >> 6));
    put(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    put(0xE0 | (character >> 12));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  } else {
    put(0xF0 | (character >> 18));
    put(0x80 | ((character >> 12) & 0x3F));
    put(0x80 | ((character >> 6) & 0x3F));
    put(0x80 | (character & 0x3F));
  }
}

/// The text that a server sends for bytes stored in latin1. Written out as
/// SELECT HEX(CONVERT(CONVERT(UNHEX('..') USING latin1) USING utf8mb4)) of MariaDB gives it; an
/// integration test asks the server at hand for the same.
std::string as_latin1(std::string_view bytes) {
  constexpr char32_t kControls[] = {
      U'\u20AC', 0x81,      U'\u201A', U'\u0192', U'\u201E', U'\u2026', U'\u2020', U'\u2021',
      U'\u02C6', U'\u2030', U'\u0160', U'\u2039', U'\u0152', 0x8D,      U'\u017D', 0x8F,
      0x90,      U'\u2018', U'\u2019', U'\u201C', U'\u201D', U'\u2022', U'\u2013', U'\u2014',
      U'\u02DC', U'\u2122', U'\u0161', U'\u203A', U'\u0153', 0x9D,      U'\u017E', U'\u0178'};
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(byte >= 0x80 && byte < 0xA0 ? kControls[byte - 0x80] : byte, text);
  }
  return text;
}

Latin1Bytes look(const std::string& text) {
  std::string bytes;
  return look_at_latin1(text, bytes);
}

/// What is found in a column that holds these bytes.
Latin1Bytes stored(std::string_view bytes) { return look(as_latin1(bytes)); }

std::string random_character(test::Random& random) {
  std::string out;
  while (true) {
    const auto character = static_cast<char32_t>(random.below(random.one_in(3)   ? 0x80
                                                              : random.one_in(2) ? 0x800
                                                              : random.one_in(2) ? 0x10000
                                                                                 : 0x110000));
    if (character >= 0xD800 && character < 0xE000) continue;
    append_utf8(character, out);
    return out;
  }
}

}  // namespace

TEST_CASE("every byte of latin1 is a character and comes back") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const std::string bytes(1, static_cast<char>(byte));
    std::string back = "x";
    CHECK(append_latin1(as_latin1(bytes), back));
    CHECK(back == "x" + bytes);
  }
}

TEST_CASE("what latin1 does not have, and what is no UTF-8, has no bytes") {
  for (const char* text : {"\u0080", "\u0085", "\u0100", "\u0161\u03b1", "\u20ad", "\U0001F600",
                           "\xff", "a\xc3", "\xe2\x82", "\xc0\x80", "\xe0\x81\x81", "\x80"}) {
    CAPTURE(text);
    std::string out = "before";
    CHECK_FALSE(append_latin1(text, out));
    CHECK(out == "before");
    CHECK(look(text) == Latin1Bytes::latin1);
  }
}

TEST_CASE("texts of latin1 with accents, signs and quotes are what they claim to be") {
  for (const char* text : {"M\u00fcller", "caf\u00e9", "\u00c3", "\u00c9t\u00e9 \u00e0 No\u00ebl",
                           "\u00fc", "\u00a9 1999", "\u201cquoted\u201d", "10 \u20ac",
                           "na\u00efve fa\u00e7ade", "\u00ab CAF\u00c9 \u00bb",
                           "\u00abCAF\u00c9\u00bb", "Stra\u00dfe", "\u00d8re", "\u00e9\u00e8\u00ea",
                           "\u00c3o Jo\u00e3o", "S\u00c3O PAULO", "\u00bfQu\u00e9?", "it\u2019s"}) {
    CAPTURE(text);
    CHECK(look(text) == Latin1Bytes::latin1);
  }
}

TEST_CASE("ASCII is the same either way, wherever it ends") {
  for (std::size_t size = 0; size < 40; ++size) {
    CHECK(look(std::string(size, 'a')) == Latin1Bytes::ascii);
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text.replace(at, 1, "\u00fc");
      CHECK(look(text) == Latin1Bytes::latin1);
    }
  }
  CHECK(look(std::string("a\0b", 3)) == Latin1Bytes::ascii);
}

TEST_CASE("UTF-8 in latin1 is found, and its bytes are the text") {
  for (const std::string text :
       {"M\u00fcller", "caf\u00e9", "\u00c3", "10 \u20ac", "\U0001F600", "\u0141\u00f3d\u017a",
        "\u041c\u043e\u0441\u043a\u0432\u0430", "\u6771\u4eac", "\u0081\u008d\u009d"}) {
    CAPTURE(text);
    std::string bytes;
    CHECK(look_at_latin1(as_latin1(text), bytes) == Latin1Bytes::utf8);
    CHECK(bytes == text);
    // Stored twice over, it is UTF-8 of UTF-8.
    CHECK(look_at_latin1(as_latin1(as_latin1(text)), bytes) == Latin1Bytes::utf8);
    CHECK(bytes == as_latin1(text));
  }
}

TEST_CASE("UTF-8 that was cut within its last character is found") {
  CHECK(stored("M\xc3\xbcller, Gr\xc3") == Latin1Bytes::cut_utf8);
  CHECK(stored("\xc3\xbc\xe2\x82") == Latin1Bytes::cut_utf8);
  CHECK(stored("\xc3\xbc\xe2") == Latin1Bytes::cut_utf8);
  CHECK(stored("\xc3\xbc\xf0\x9f\x98") == Latin1Bytes::cut_utf8);
  // No whole character tells it from an accent at the end of a word.
  CHECK(stored("caf\xc3") == Latin1Bytes::latin1);
  CHECK(stored("10 \xe2\x82") == Latin1Bytes::latin1);
  // A cut is at the end, and of one character.
  CHECK(stored("\xc3 M\xc3\xbcller") == Latin1Bytes::latin1);
  CHECK(stored("\xc3\xbc\xff") == Latin1Bytes::latin1);
  CHECK(stored("\xc3\xbc\xbc") == Latin1Bytes::latin1);
  CHECK(stored("\xbc\xbc\xbc\xbc") == Latin1Bytes::latin1);
  CHECK(stored("\xc3\xbc\xed\xa0\x80") == Latin1Bytes::latin1);
}

TEST_CASE("random UTF-8 in latin1 is always found, whole or cut") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random_character(random);
    for (std::uint64_t more = random.below(12); more > 0; --more) text += random_character(random);
    std::string bytes;
    const Latin1Bytes found = look_at_latin1(as_latin1(text), bytes);
    const bool is_ascii = count_chars(text) == text.size();
    REQUIRE(found == (is_ascii ? Latin1Bytes::ascii : Latin1Bytes::utf8));
    if (!is_ascii) REQUIRE(bytes == text);
    text += "\u00fc" + random_character(random);
    const std::size_t whole = text.size() - 1;
    if (static_cast<signed char>(text.back()) < 0) {
      REQUIRE(stored(text.substr(0, whole)) == Latin1Bytes::cut_utf8);
    }
  }
}

TEST_CASE("random texts whose accents stand alone are never suspected") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (std::uint64_t letters = 1 + random.below(20); letters > 0; --letters) {
      const bool accent = random.one_in(3);
      if (accent) bytes += static_cast<char>(0x80 + random.below(0x80));
      if (!accent || letters > 1) bytes += static_cast<char>('a' + random.below(26));
    }
    REQUIRE(stored(bytes) == (is_utf8(bytes) ? Latin1Bytes::ascii : Latin1Bytes::latin1));
  }
}

TEST_CASE("random bytes come back from latin1, and are found to be what they are") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes = random.bytes(20);
    std::string back;
    REQUIRE(append_latin1(as_latin1(bytes), back));
    REQUIRE(back == bytes);
    const Latin1Bytes found = stored(bytes);
    const bool surely_utf8 = found == Latin1Bytes::utf8 || found == Latin1Bytes::ascii;
    REQUIRE(surely_utf8 == is_utf8(bytes));
    (void)look(bytes);  // whatever is no text does no harm
  }
}

}  // namespace sluice::codec
