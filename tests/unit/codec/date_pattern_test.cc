#include "sluice/codec/date_pattern.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace sluice::codec {
namespace {

/// The date as text, or the problem.
std::string date(const char* pattern, const char* text) {
  std::string why;
  const auto compiled = DatePattern::compile(pattern, why);
  INFO(why);
  REQUIRE(compiled.has_value());
  std::int32_t days = 0;
  const Problem problem = compiled->parse_date(text, days);
  if (problem != Problem::none) return std::string(to_string(problem));
  std::string out;
  append_date(days, out);
  return out;
}

std::string moment(const char* pattern, const char* text) {
  std::string why;
  const auto compiled = DatePattern::compile(pattern, why);
  INFO(why);
  REQUIRE(compiled.has_value());
  std::int64_t micros = 0;
  const Problem problem = compiled->parse_timestamp(text, micros);
  if (problem != Problem::none) return std::string(to_string(problem));
  std::string out;
  append_timestamp(micros, out);
  return out;
}

TEST_CASE("dates are read by the pattern from end to end") {
  CHECK(date("%d.%m.%Y", "31.12.1999") == "1999-12-31");
  CHECK(date("%d.%m.%Y", "31.12.1999 ") == "not_a_date");
  CHECK(date("%d.%m.%Y", "1.12.1999") == "not_a_date");
  CHECK(date("%e.%m.%Y", "1.12.1999") == "1999-12-01");
  CHECK(date("%Y%m%d", "20240229") == "2024-02-29");
  CHECK(date("%Y%m%d", "20230229") == "invalid_date");
  CHECK(date("%Y-%m-%d", "0000-00-00") == "zero_date");
  CHECK(date("%Y-%m-%d", "2020-00-10") == "part_zero_date");
  CHECK(date("%d %b %Y", "05 MAR 2021") == "2021-03-05");
  CHECK(date("%B %e, %Y", "September 7, 2021") == "2021-09-07");
  CHECK(date("%d %b %Y", "05 Foo 2021") == "not_a_date");
  CHECK(date("100%% %Y-%m-%d", "100% 2020-01-02") == "2020-01-02");
}

TEST_CASE("two digits of year are POSIX's") {
  CHECK(date("%y-%m-%d", "69-01-01") == "2069-01-01");
  CHECK(date("%y-%m-%d", "70-01-01") == "1970-01-01");
  CHECK(date("%y-%m-%d", "00-01-01") == "2000-01-01");
}

TEST_CASE("moments take fractions of every length up to six") {
  CHECK(moment("%Y-%m-%d %H:%M:%S.%f", "2020-01-02 03:04:05.5") == "2020-01-02 03:04:05.5");
  CHECK(moment("%Y-%m-%d %H:%M:%S.%f", "2020-01-02 03:04:05.000001") ==
        "2020-01-02 03:04:05.000001");
  CHECK(moment("%Y-%m-%d %H:%M:%S.%f", "2020-01-02 03:04:05.0000001") == "not_a_date");
  CHECK(moment("%d/%m/%Y %k:%M", "02/01/2020 3:04") == "2020-01-02 03:04:00");
  CHECK(moment("%Y-%m-%d %H:%M:%S", "2020-01-02 24:00:00") == "invalid_date");
}

TEST_CASE("a date does not drop a time of day") {
  CHECK(date("%Y-%m-%d %H:%M", "2020-01-02 00:00") == "2020-01-02");
  CHECK(date("%Y-%m-%d %H:%M", "2020-01-02 10:30") == "not_exact");
  CHECK(date("%Y-%m-%d %H:%M", "2020-01-02 99:30") == "invalid_date");
}

TEST_CASE("a pattern without a date reads times only") {
  std::string why;
  const auto pattern = DatePattern::compile("%H:%M", why);
  REQUIRE(pattern.has_value());
  CHECK_FALSE(pattern->has_date());
  std::int64_t micros = 0;
  std::int32_t days = 0;
  CHECK(pattern->parse_time("01:30", micros) == Problem::none);
  CHECK(micros == 90 * 60 * kMicrosPerSecond);
  CHECK(pattern->parse_date("01:30", days) == Problem::not_a_date);
  CHECK(pattern->parse_timestamp("01:30", micros) == Problem::not_a_date);
}

TEST_CASE("patterns outside the set are refused with the reason") {
  const auto why_not = [](const char* pattern) {
    std::string why;
    CHECK_FALSE(DatePattern::compile(pattern, why).has_value());
    return why;
  };
  CHECK(why_not("%Y-%m-%q") == "%q is not known");
  CHECK(why_not("%Y-%m-%d %") == "it ends in a lone %");
  CHECK(why_not("%Y-%m-%d %y") == "%y sets what was set before");
  CHECK(why_not("%Y-%m") == "a date needs a year, a month and a day");
  CHECK(why_not("%M:%S") == "a time needs an hour (%H or %k)");
  CHECK(why_not("%H %S") == "%S needs %M");
  CHECK(why_not("%H:%M.%f") == "%f needs %S");
  CHECK(why_not("") == "there is nothing to read in it");
}

}  // namespace
}  // namespace sluice::codec
