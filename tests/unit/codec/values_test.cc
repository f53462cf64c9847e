// What golden vectors do not cover of the small types: refusals, MySQL's forms, round trips.

#include <bit>
#include <cmath>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/bits.h"
#include "sluice/codec/convert.h"
#include "sluice/codec/float_text.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/uuid.h"

#include "random.h"

namespace sluice::codec {
namespace {

std::string problem_of(Carrier carrier, std::string_view text) {
  std::string out = "kept";
  const ParseResult result = from_text(carrier, text, out);
  if (!result) CHECK(out == "kept");
  return std::string(to_string(result.problem));
}

TEST_CASE("integers are read strictly and within their range") {
  CHECK(problem_of(Carrier::int2, "32768") == "out_of_range");
  CHECK(problem_of(Carrier::int2, "-32769") == "out_of_range");
  CHECK(problem_of(Carrier::int4, "2147483648") == "out_of_range");
  CHECK(problem_of(Carrier::int8, "9223372036854775808") == "out_of_range");
  CHECK(problem_of(Carrier::oid, "4294967296") == "out_of_range");
  CHECK(problem_of(Carrier::oid, "-1") == "not_a_number");
  for (const char* text : {"", "-", "+", "1.0", "1e3", " 1", "1 ", "0x10", "++1", "+-1", "1_000"}) {
    CAPTURE(text);
    CHECK(problem_of(Carrier::int4, text) == "not_a_number");
  }
}

TEST_CASE("booleans are the words that PostgreSQL knows, in full") {
  for (const char* text : {"T", "TRUE", "Yes", "ON", "y", "n", "No", "FALSE"})
    CHECK(problem_of(Carrier::boolean, text) == "none");
  for (const char* text : {"", "tr", "falsely", "2", " t", "o", "of"}) {
    CAPTURE(text);
    CHECK(problem_of(Carrier::boolean, text) == "not_a_bool");
  }
}

TEST_CASE("floats are refused where PostgreSQL refuses them") {
  CHECK(problem_of(Carrier::float8, "1e309") == "out_of_range");
  CHECK(problem_of(Carrier::float8, "-1e-400") == "out_of_range");
  CHECK(problem_of(Carrier::float8, "0e-400") == "none");
  CHECK(problem_of(Carrier::float4, "3.5e38") == "out_of_range");
  CHECK(problem_of(Carrier::float4, "1e-46") == "out_of_range");
  for (const char* text : {"", ".", "e1", "1e", "0x1p3", "nan(1)", "+nan", "-nan", "infinite", "1 ",
                           "--1", "+-1", "1,5"}) {
    CAPTURE(text);
    CHECK(problem_of(Carrier::float8, text) == "not_a_number");
  }
}

TEST_CASE("a half-way decimal is not printed, though it would read back") {
  // SELECT 2e23::float8, 9007199254740992e0 * 2 + 2: the shortest digits are a tie between two
  // doubles.
  std::string out;
  append_float8(2e23, out);
  CHECK(out == "1.9999999999999998e+23");
  out.clear();
  append_float4(5e9F, out);
  CHECK(out == "5e+09");
}

TEST_CASE("random floats read back to their bits") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 50000; ++i) {
    const auto given = std::bit_cast<double>(random.bits());
    if (std::isnan(given)) continue;
    std::string text;
    append_float8(given, text);
    double back = 0;
    CAPTURE(text);
    REQUIRE(parse_float8(text, back) == Problem::none);
    REQUIRE(std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(given));
  }
}

TEST_CASE("a uuid has 32 digits and hyphens only at their places") {
  const std::string good = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = damaged[i] == '-' ? '0' : 'g';
    CHECK(problem_of(Carrier::uuid, damaged) == "not_a_uuid");
    CHECK(problem_of(Carrier::uuid, good.substr(0, i)) == "not_a_uuid");
  }
  CHECK(problem_of(Carrier::uuid, "{" + good) == "not_a_uuid");
  CHECK(problem_of(Carrier::uuid, good + "}") == "not_a_uuid");
  CHECK(problem_of(Carrier::uuid, "a0-eebc999c0b4ef8bb6d6bb9bd380a1") == "not_a_uuid");
  CHECK(problem_of(Carrier::uuid, "{}") == "not_a_uuid");
}

TEST_CASE("MySQL's BIT is shifted from the back to the front") {
  RowBuffer rows;
  rows.begin_row(1);
  CHECK(put_mysql_bits(rows, std::string_view("\x03\x55", 2), 9) == Problem::not_a_bit_string);
  CHECK(put_mysql_bits(rows, std::string_view("\x55", 1), 9) == Problem::not_a_bit_string);
  CHECK(put_mysql_bits(rows, {}, 0) == Problem::not_a_bit_string);
  CHECK(put_mysql_bits(rows, std::string_view("\x01\x55", 2), 9) == Problem::none);
  rows.end_row();
  CHECK(to_hex(rows.bytes().substr(6)) == "00000009aa80");
}

TEST_CASE("MySQL's BIT of every width reads as its number in binary") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int bits = 1; bits <= 64; ++bits) {
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t number = random.bits() >> (64 - bits);
      char bytes[8];
      store_big_endian(bytes, number);
      const std::size_t size = static_cast<std::size_t>(bits + 7) / 8;
      const std::string_view sent(bytes + 8 - size, size);
      RowBuffer rows;
      rows.begin_row(1);
      REQUIRE(put_mysql_bits(rows, sent, bits) == Problem::none);
      rows.end_row();
      std::string text;
      REQUIRE(bits_to_text(rows.bytes().substr(6), text));
      std::string expected;
      for (int bit = bits - 1; bit >= 0; --bit) expected += (number >> bit & 1U) != 0 ? '1' : '0';
      REQUIRE(text == expected);
    }
  }
}

TEST_CASE("bit strings with dirty padding or wrong counts are refused") {
  std::string out;
  CHECK_FALSE(bits_to_text(from_hex("00000009aa81").value(), out));
  CHECK_FALSE(bits_to_text(from_hex("00000009aa").value(), out));
  CHECK_FALSE(bits_to_text(from_hex("fffffff0").value(), out));
  CHECK_FALSE(bits_to_text(from_hex("000000").value(), out));
  CHECK(problem_of(Carrier::varbit, "012") == "not_a_bit_string");
}

TEST_CASE("addresses are read in full notation only") {
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/+1",
        "1.2.3.4/024", "::1/129", ":::", "1::2::3", "g::", "1.2.3.4 ", "fe80::1%eth0"}) {
    CAPTURE(text);
    CHECK(problem_of(Carrier::inet, text) == "not_a_network");
  }
  CHECK(problem_of(Carrier::inet, std::string_view("1.2.3.4\0x", 9)) == "not_a_network");
  CHECK(problem_of(Carrier::cidr, "10.0.0.1/8") == "not_a_network");
  CHECK(problem_of(Carrier::cidr, "2001:db8::1/32") == "not_a_network");
  CHECK(problem_of(Carrier::macaddr, "08:00:2b:01:02") == "not_a_network");
  CHECK(problem_of(Carrier::macaddr, "08-00-2b-01-02-03") == "not_a_network");
  CHECK(problem_of(Carrier::macaddr, "08:00:2b:01:02:0g") == "not_a_network");
}

TEST_CASE("bytea is read in hex only, text only as UTF-8 without NUL") {
  CHECK(problem_of(Carrier::bytea, "abc") == "not_binary");
  CHECK(problem_of(Carrier::bytea, "\\x0") == "not_binary");
  CHECK(problem_of(Carrier::text, "\xff") == "invalid_utf8");
  CHECK(problem_of(Carrier::text, std::string_view("\0", 1)) == "nul_byte");
}

}  // namespace
}  // namespace sluice::codec
