// UTF-8, hex and SHA-256.

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/hex.h"
#include "sluice/codec/sha256.h"
#include "sluice/codec/utf8.h"

#include "random.h"

namespace sluice::codec {
namespace {

TEST_CASE("text is checked as PostgreSQL checks it") {
  CHECK(check_text("") == Problem::none);
  CHECK(check_text({}) == Problem::none);
  CHECK(check_text("Gr\xc3\xbc\xc3\x9f"
                   "e") == Problem::none);
  CHECK(check_text("\xf0\x9f\x8c\x8d") == Problem::none);
  CHECK(check_text(std::string_view("a\0b", 3)) == Problem::nul_byte);
  for (const char* bad : {"\xff", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "abc\x80",
                          "gr\xfc\xdf"
                          "e"}) {
    CAPTURE(bad);
    CHECK(check_text(bad) == Problem::invalid_utf8);
  }
}

TEST_CASE("the first invalid byte is found") {
  CHECK(first_invalid_utf8("abc") == 3);
  CHECK(first_invalid_utf8("\xc3\xbc"
                           "x\xff") == 3);
  CHECK(first_invalid_utf8("\xf0\x9f\x8c") == 0);
  CHECK(first_invalid_utf8("") == 0);
}

TEST_CASE("characters are code points") {
  CHECK(count_chars("") == 0);
  CHECK(count_chars("12345678901") == 11);
  CHECK(count_chars("Gr\xc3\xbc\xc3\x9f"
                    "e") == 5);
  CHECK(count_chars("\xf0\x9f\x8c\x8d\xf0\x9f\x8c\x8d\xf0\x9f\x8c\x8d") == 3);
  CHECK(is_longer_than("abcd", 3));
  CHECK_FALSE(is_longer_than("\xc3\xbc\xc3\xbc\xc3\xbc", 3));
  CHECK(is_longer_than("\xc3\xbc\xc3\xbc\xc3\xbc", 2));
  CHECK_FALSE(is_longer_than("abc", static_cast<std::size_t>(-1)));
}

TEST_CASE("counting words of eight bytes agrees with counting bytes") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    std::size_t characters = 0;
    for (std::uint64_t left = random.below(40); left > 0; --left, ++characters) {
      constexpr std::string_view kCharacters[] = {"a", "\xc3\xbc", "\xe4\xb8\x96",
                                                  "\xf0\x9f\x8c\x8d"};
      text += kCharacters[random.below(4)];
    }
    REQUIRE(count_chars(text) == characters);
    REQUIRE(is_utf8(text));
    const std::size_t limit = random.below(40);
    REQUIRE(is_longer_than(text, limit) == (characters > limit));
  }
}

TEST_CASE("hex digits are two a byte, lower case, and read in either case") {
  CHECK(to_hex(std::string_view("\0\xff\x10", 3)) == "00ff10");
  CHECK(from_hex("00fF10") == std::string("\0\xff\x10", 3));
  CHECK(from_hex("") == "");
  for (const char* bad : {"0", "0g", "g0", " 0", "0x", "00 0"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_hex(bad).has_value());
  }
  std::string out = "kept";
  CHECK_FALSE(append_from_hex("00zz", out));
  CHECK(out == "kept");
}

TEST_CASE("SHA-256 is FIPS 180-4's") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 in pieces is SHA-256 of the whole, and starts anew") {
  Sha256 sha256;
  sha256.update("a");
  sha256.update("");
  sha256.update("bc");
  CHECK(sha256.finish_hex() == sha256_hex("abc"));
  CHECK(sha256.finish_hex() == sha256_hex(""));
}

}  // namespace
}  // namespace sluice::codec
