#include "sluice/codec/numeric.h"

#include <limits>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/hex.h"

#include "random.h"

namespace sluice::codec {
namespace {

std::string numeric(const std::string& text) {
  std::string out;
  INFO(text);
  REQUIRE(numeric_from_text(text, out) == Problem::none);
  return out;
}

std::string text_of(const std::string& binary) {
  std::string out;
  REQUIRE(numeric_to_text(binary, out));
  return out;
}

std::string rescaled(const std::string& text, int precision, int scale) {
  std::string out;
  const Problem problem = rescale_numeric(numeric(text), precision, scale, out);
  return problem == Problem::none ? text_of(out) : std::string(to_string(problem));
}

/// What PostgreSQL prints for a text of plain digits: no leading zeros, no sign at zero.
std::string normal_form(bool negative, std::string integer, const std::string& fraction) {
  integer.erase(0, std::min(integer.find_first_not_of('0'), integer.size()));
  const bool zero = integer.empty() && fraction.find_first_not_of('0') == std::string::npos;
  return (negative && !zero ? "-" : "") + (integer.empty() ? "0" : integer) +
         (fraction.empty() ? "" : "." + fraction);
}

TEST_CASE("decimal texts come back as they were, with their scale") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20000; ++i) {
    const bool negative = random.one_in(2);
    const std::size_t most = random.one_in(100) ? 5000 : 30;
    const std::string integer = "0" + random.digits(most);
    const std::string fraction = random.digits(most);
    const std::string text =
        (negative ? "-" : "") + integer + (fraction.empty() ? "" : "." + fraction);
    const std::string binary = numeric(text);
    REQUIRE(is_numeric(binary));
    REQUIRE(text_of(binary) == normal_form(negative, integer, fraction));
  }
}

TEST_CASE("an exponent moves the point and nothing else") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    const std::string integer = "1" + random.digits(12);
    const std::string fraction = random.digits(12);
    const auto exponent = static_cast<int>(random.below(60)) - 30;
    // The same digits with the point moved by hand.
    std::string digits = std::string(40, '0') + integer + fraction + std::string(40, '0');
    const auto point = static_cast<std::size_t>(40 + static_cast<int>(integer.size()) + exponent);
    const auto scale =
        static_cast<std::size_t>(std::max(0, static_cast<int>(fraction.size()) - exponent));
    const std::string by_hand =
        normal_form(false, digits.substr(0, point), digits.substr(point, scale));
    const std::string text = integer + "." + fraction + "e" + std::to_string(exponent);
    CAPTURE(text);
    REQUIRE(text_of(numeric(text)) == by_hand);
  }
}

TEST_CASE("integers of 64 bits are numerics with scale 0") {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-9999}, std::int64_t{10000},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    std::string out;
    numeric_from_integer(value, out);
    CHECK(out == numeric(std::to_string(value)));
    std::int64_t back = 1;
    CHECK(numeric_to_int64(out, back) == Problem::none);
    CHECK(back == value);
    RowBuffer rows;
    rows.begin_row(1);
    put_numeric(rows, value);
    rows.end_row();
    CHECK(rows.bytes().substr(6) == out);
  }
  std::string out;
  numeric_from_integer(std::numeric_limits<std::uint64_t>::max(), out);
  CHECK(text_of(out) == "18446744073709551615");
}

TEST_CASE("a numeric is an int64 only where it is whole and fits") {
  std::int64_t value = 77;
  CHECK(numeric_to_int64(numeric("12.00"), value) == Problem::none);
  CHECK(value == 12);
  CHECK(numeric_to_int64(numeric("0.5"), value) == Problem::not_exact);
  CHECK(numeric_to_int64(numeric("9223372036854775808"), value) == Problem::out_of_range);
  CHECK(numeric_to_int64(numeric("-9223372036854775809"), value) == Problem::out_of_range);
  CHECK(numeric_to_int64(numeric("1e100"), value) == Problem::out_of_range);
  CHECK(numeric_to_int64(numeric("NaN"), value) == Problem::out_of_range);
  CHECK(numeric_to_int64("x", value) == Problem::not_a_number);
  CHECK(value == 12);
}

TEST_CASE("a field is put exactly as the bytes are appended") {
  for (const char* text : {"0", "-12.50", "1e3", "NaN", "-infinity", "0.000000000000000001"}) {
    RowBuffer rows;
    rows.begin_row(1);
    CHECK(put_numeric(rows, text) == Problem::none);
    rows.end_row();
    CHECK(rows.bytes().substr(6) == numeric(text));
  }
  RowBuffer rows;
  rows.begin_row(1);
  CHECK(put_numeric(rows, "1.2.3") == Problem::not_a_number);
  rows.put_null();
  rows.end_row();
  CHECK(to_hex(rows.bytes()) == "0001ffffffff");
}

TEST_CASE("what is no number is refused and nothing is appended") {
  for (const char* text :
       {"",     "-",       "+",  ".",    "e5",       "1e",   "1e+",   "1e-",  "1e+-5",
        "--1",  "+-1",     "1 ", " 1",   "1,5",      "0x10", "1_000", "nan1", "-nan",
        "+nan", "infinit", "i",  "1.5.", "\xd9\xa1", "1e5x", "1e 5",  "1e++5"}) {
    CAPTURE(text);
    std::string out = "kept";
    CHECK(numeric_from_text(text, out) == Problem::not_a_number);
    CHECK(out == "kept");
  }
}

TEST_CASE("numeric's limits are PostgreSQL's") {
  std::string out;
  CHECK(numeric_from_text("1e131071", out) == Problem::none);
  CHECK(numeric_from_text("1e131072", out) == Problem::out_of_range);
  CHECK(numeric_from_text("1e-16383", out) == Problem::none);
  CHECK(numeric_from_text("1e-16384", out) == Problem::out_of_range);
  CHECK(numeric_from_text("0e-16384", out) == Problem::out_of_range);
  CHECK(numeric_from_text("0e200000", out) == Problem::none);
  CHECK(numeric_from_text("1e99999999999999999999", out) == Problem::out_of_range);
  CHECK(numeric_from_text("1e-1073741823", out) == Problem::out_of_range);
  CHECK(numeric_from_text(std::string(131072, '9'), out) == Problem::none);
  CHECK(numeric_from_text(std::string(131073, '9'), out) == Problem::out_of_range);
  CHECK(numeric_from_text(std::string(200000, '0') + "1", out) == Problem::none);
  CHECK(numeric_from_text("0." + std::string(16383, '9'), out) == Problem::none);
  CHECK(numeric_from_text("0." + std::string(16384, '9'), out) == Problem::out_of_range);
}

TEST_CASE("rescaling keeps the value or says why it cannot") {
  CHECK(rescaled("12.5", 10, 2) == "12.50");
  CHECK(rescaled("12.500", 10, 1) == "12.5");
  CHECK(rescaled("12.55", 10, 1) == "not_exact");
  CHECK(rescaled("99.99", 4, 2) == "99.99");
  CHECK(rescaled("100", 4, 2) == "out_of_range");
  CHECK(rescaled("0", 1, 0) == "0");
  CHECK(rescaled("0.00", 5, 4) == "0.0000");
  CHECK(rescaled("1200", 2, -2) == "1200");
  CHECK(rescaled("1250", 2, -2) == "not_exact");
  CHECK(rescaled("12300", 2, -2) == "out_of_range");
  CHECK(rescaled("0.0012", 2, 4) == "0.0012");
  CHECK(rescaled("0.012", 2, 4) == "out_of_range");
  CHECK(rescaled("NaN", 5, 2) == "NaN");
  CHECK(rescaled("Infinity", 5, 2) == "out_of_range");
  CHECK(rescaled("-123456789.123456789", 18, 9) == "-123456789.123456789");
  std::string out;
  CHECK(rescale_numeric("damaged", 5, 2, out) == Problem::not_a_number);
}

TEST_CASE("rescaling gives the bytes that PostgreSQL's cast gives") {
  // SELECT encode(numeric_send(12.5::numeric(10,4)), 'hex')
  std::string out;
  CHECK(rescale_numeric(numeric("12.5"), 10, 4, out) == Problem::none);
  CHECK(to_hex(out) == "0002000000000004000c1388");
}

TEST_CASE("damaged numerics are refused") {
  const std::string good = numeric("12345.678900");
  for (std::size_t size = 0; size < good.size(); ++size) {
    std::string out;
    CHECK_FALSE(numeric_to_text(good.substr(0, size), out));
    CHECK_FALSE(is_numeric(good.substr(0, size)));
    CHECK(out.empty());
  }
  std::string out;
  CHECK_FALSE(numeric_to_text(from_hex("00010000000000002710").value(), out));  // digit 10000
  CHECK_FALSE(numeric_to_text(from_hex("00010000100000000001").value(), out));  // sign 0x1000
  CHECK_FALSE(numeric_to_text(from_hex("00010000000040000001").value(), out));  // scale 16384
  CHECK_FALSE(numeric_to_text(from_hex("00010000c00000000001").value(), out));  // NaN with digits
}

TEST_CASE("a form that PostgreSQL would not send is not canonical") {
  CHECK_FALSE(is_numeric(from_hex("000200010000000000000001").value()));  // zero group in front
  CHECK_FALSE(is_numeric(from_hex("000200000000000000010000").value()));  // zero group behind
  CHECK_FALSE(is_numeric(from_hex("0000000040000000").value()));          // minus zero
  CHECK_FALSE(is_numeric(from_hex("0000000100000000").value()));          // zero with a weight
  CHECK_FALSE(is_numeric(from_hex("0002000000000001000104d2").value()));  // 1.1234 with scale 1
  CHECK(is_numeric(from_hex("0002000000000004000104d2").value()));
}

}  // namespace
}  // namespace sluice::codec
