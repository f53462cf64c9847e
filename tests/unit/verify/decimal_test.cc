#include "verify/decimal.h"

#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>

using sluice::verify::Decimal;
using sluice::verify::same_value;

namespace {

bool within(const char* a, const char* b, const char* limit) {
  return Decimal::parse(a).value().is_within(Decimal::parse(b).value(),
                                             Decimal::parse(limit).value());
}

}  // namespace

TEST_CASE("only decimal numbers are read") {
  for (const char* text : {"0", "-0", "+1", "1.", ".5", "1e3", "1E-3", "00012.3400", "-1.5e+2"}) {
    INFO(text);
    CHECK(Decimal::parse(text).has_value());
  }
  for (const char* text : {"", "-", ".", "e1", "1e", "1e99999", "1 ", " 1", "1,5", "NaN",
                           "Infinity", "0x10", "1.2.3", "--1", "1e1e1"}) {
    INFO(text);
    CHECK_FALSE(Decimal::parse(text).has_value());
  }
}

TEST_CASE("numbers are equal whatever their scale and exponent") {
  CHECK(same_value("1.10", "1.1"));
  CHECK(same_value("-0.00", "0"));
  CHECK(same_value("1500", "1.5e3"));
  CHECK(same_value("0.0015", "1.5e-3"));
  CHECK(same_value("99999999999999999999999999999999999999.5",
                   "099999999999999999999999999999999999999.50"));
  CHECK_FALSE(same_value("99999999999999999999999999999999999999.5",
                         "99999999999999999999999999999999999999.4"));
  CHECK_FALSE(same_value("1", "-1"));
}

TEST_CASE("texts that are no numbers are equal as texts only") {
  CHECK(same_value("2020-01-01", "2020-01-01"));
  CHECK_FALSE(same_value("2020-01-01", "2020-1-1"));
  CHECK_FALSE(same_value("1", "one"));
}

TEST_CASE("a difference is within its limit up to the last digit") {
  CHECK(within("10.00", "10.01", "0.01"));
  CHECK_FALSE(within("10.00", "10.010000000000000000000001", "0.01"));
  CHECK(within("-0.5", "0.5", "1"));
  CHECK_FALSE(within("-0.5", "0.5", "0.999999"));
  CHECK(within("1000", "999", "1"));
  CHECK(within("999", "1000", "1"));
  CHECK(within("7", "7", "0"));
}

TEST_CASE("differences of random integers are what 64-bit arithmetic says") {
  const unsigned seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2000; ++i) {
    const auto number = [&random] { return static_cast<long long>(random() % 2000001) - 1000000; };
    const long long a = number();
    const long long b = number();
    const long long limit = static_cast<long long>(random() % 2000000);
    INFO(a << " " << b << " " << limit);
    CHECK(within(std::to_string(a).c_str(), std::to_string(b).c_str(),
                 std::to_string(limit).c_str()) == (std::abs(a - b) <= limit));
  }
}
