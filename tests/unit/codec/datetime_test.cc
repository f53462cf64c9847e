#include "sluice/codec/datetime.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "random.h"

namespace sluice::codec {
namespace {

std::string name(Problem problem) { return std::string(to_string(problem)); }

std::string date_text(std::int32_t days) {
  std::string out;
  append_date(days, out);
  return out;
}

TEST_CASE("every day of the calendar follows the one before") {
  CivilDate expected{-4713, 11, 24};
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (std::int64_t day = kMinDate; day < 3'000'000; ++day) {
    const CivilDate date = civil_from_days(day);
    if (date != expected || days_from_civil(date) != day || !is_valid_day(date)) {
      FAIL("day " << day << " is " << date.year << "-" << date.month << "-" << date.day);
    }
    const bool leap =
        expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0);
    const int length = kLengths[expected.month - 1] + (leap && expected.month == 2 ? 1 : 0);
    if (++expected.day > length) {
      expected.day = 1;
      if (++expected.month > 12) {
        expected.month = 1;
        ++expected.year;
      }
    }
  }
}

TEST_CASE("zero dates, part-zero dates and days that do not exist are told apart") {
  std::int32_t days = 5;
  CHECK(date_from_fields({0, 0, 0}, days) == Problem::zero_date);
  CHECK(date_from_fields({2020, 0, 15}, days) == Problem::part_zero_date);
  CHECK(date_from_fields({2020, 5, 0}, days) == Problem::part_zero_date);
  CHECK(date_from_fields({0, 5, 5}, days) == Problem::part_zero_date);
  CHECK(date_from_fields({2021, 2, 29}, days) == Problem::invalid_date);
  CHECK(date_from_fields({2021, 13, 1}, days) == Problem::invalid_date);
  CHECK(date_from_fields({2021, 4, 31}, days) == Problem::invalid_date);
  CHECK(date_from_fields({5'874'898, 1, 1}, days) == Problem::out_of_range);
  CHECK(date_from_fields({2'000'000'000, 1, 1}, days) == Problem::out_of_range);
  CHECK(date_from_fields({-5000, 1, 1}, days) == Problem::out_of_range);
  CHECK(days == 5);
  CHECK(date_from_fields({2000, 2, 29}, days) == Problem::none);
  CHECK(days == 59);
}

TEST_CASE("times of day that do not exist are refused") {
  std::int64_t micros = 5;
  CHECK(time_from_fields({24, 0, 0, 1}, micros) == Problem::invalid_date);
  CHECK(time_from_fields({25, 0, 0, 0}, micros) == Problem::invalid_date);
  CHECK(time_from_fields({1, 60, 0, 0}, micros) == Problem::invalid_date);
  CHECK(time_from_fields({1, 0, 60, 0}, micros) == Problem::invalid_date);
  CHECK(time_from_fields({-1, 0, 0, 0}, micros) == Problem::invalid_date);
  CHECK(time_from_fields({1, 0, 0, 1'000'000}, micros) == Problem::invalid_date);
  CHECK(timestamp_from_fields({2020, 1, 1}, {24, 0, 0, 0}, micros) == Problem::invalid_date);
  CHECK(timestamp_from_fields({0, 0, 0}, {}, micros) == Problem::zero_date);
  CHECK(timestamp_from_fields({294'277, 1, 1}, {}, micros) == Problem::out_of_range);
  CHECK(timestamp_from_fields({1'000'000, 1, 1}, {}, micros) == Problem::out_of_range);
  CHECK(micros == 5);
  CHECK(time_from_fields({24, 0, 0, 0}, micros) == Problem::none);
  CHECK(micros == kMicrosPerDay);
}

TEST_CASE("random dates and moments come back from their texts") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20000; ++i) {
    const auto days = static_cast<std::int32_t>(
        kMinDate +
        static_cast<std::int64_t>(random.below(random.one_in(2) ? 5'000'000 : 2'147'483'494)));
    std::int32_t date = 0;
    REQUIRE(name(parse_date(date_text(days), date)) == "none");
    REQUIRE(date == days);
    // The range is longer than an int64 counts.
    constexpr auto kFirst = static_cast<std::uint64_t>(kMinTimestamp);
    const auto moment = static_cast<std::int64_t>(
        kFirst + random.below(static_cast<std::uint64_t>(kEndTimestamp) - kFirst));
    std::string text;
    append_timestamp(moment, text);
    CAPTURE(text);
    std::int64_t back = 0;
    REQUIRE(name(parse_timestamp(text, back)) == "none");
    REQUIRE(back == moment);
    text.clear();
    append_timestamptz(moment, text);
    REQUIRE(name(parse_timestamptz(text, back)) == "none");
    REQUIRE(back == moment);
  }
}

TEST_CASE("random times and intervals come back from their texts") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  for (int i = 0; i < 20000; ++i) {
    const TimeWithZone time{static_cast<std::int64_t>(random.below(kMicrosPerDay + 1)),
                            static_cast<std::int32_t>(random.below(2 * 57599 + 1)) - 57599};
    std::string text;
    append_timetz(time, text);
    TimeWithZone back;
    REQUIRE(name(parse_timetz(text, back)) == "none");
    REQUIRE(back == time);
    const Interval interval{random.one_in(3) ? 0 : random.integer(),
                            random.one_in(3) ? 0 : static_cast<std::int32_t>(random.integer()),
                            random.one_in(3) ? 0 : static_cast<std::int32_t>(random.integer())};
    text.clear();
    append_interval(interval, text);
    CAPTURE(text);
    Interval read;
    REQUIRE(name(parse_interval(text, read)) == "none");
    REQUIRE(read == interval);
  }
}

TEST_CASE("intervals without an end, which PostgreSQL has from 17 on, have its words") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int32_t kMostDays = std::numeric_limits<std::int32_t>::max();
  for (const auto& [interval, text] :
       {std::pair<Interval, std::string>{{kMost, kMostDays, kMostDays}, "infinity"},
        std::pair<Interval, std::string>{{-kMost - 1, -kMostDays - 1, -kMostDays - 1},
                                         "-infinity"}}) {
    std::string printed;
    append_interval(interval, printed);
    CHECK(printed == text);
    Interval read;
    CHECK(name(parse_interval(text, read)) == "none");
    CHECK(read == interval);
  }
}

TEST_CASE("dates are read strictly") {
  std::int32_t days = 0;
  for (const char* text :
       {"", "2020", "2020-1-1", "20-01-01", "2020-01-01 ", " 2020-01-01", "2020/01/01",
        "2020-01-01T", "-2020-01-01", "2020-01-01 00:00:00", "2020-01-01 bc", "2020-01-01BC",
        "Infinity", "1234567890-01-01", "2020-01-0x"}) {
    CAPTURE(text);
    CHECK(name(parse_date(text, days)) == "not_a_date");
  }
  CHECK(name(parse_date("0000-00-00", days)) == "zero_date");
  CHECK(name(parse_date("0000-01-01", days)) == "part_zero_date");
  CHECK(name(parse_date("0000-01-01 BC", days)) == "invalid_date");
  CHECK(name(parse_date("2020-02-30", days)) == "invalid_date");
  CHECK(name(parse_date("4714-11-23 BC", days)) == "out_of_range");
}

TEST_CASE("times are read strictly, and no digit is dropped") {
  std::int64_t micros = 0;
  for (const char* text :
       {"", "1:00:00", "12:00", "12:00:00.", "12:00:00 ", "12.00.00", "12:00:00+00", "1200:00"}) {
    CAPTURE(text);
    CHECK(name(parse_time(text, micros)) == "not_a_time");
  }
  CHECK(name(parse_time("12:00:00.1234567", micros)) == "not_exact");
  CHECK(name(parse_time("12:00:00.123456000", micros)) == "none");
  CHECK(micros == 43'200'123'456);
  CHECK(name(parse_time("25:00:00", micros)) == "invalid_date");
}

TEST_CASE("moments are read strictly") {
  std::int64_t moment = 0;
  for (const char* text : {"", "2020-01-01  00:00:00", "2020-01-01 00:00", "2020-01-01 00:00:00+00",
                           "2020-01-01_00:00:00"}) {
    CAPTURE(text);
    CHECK(name(parse_timestamp(text, moment)) == "not_a_date");
  }
  for (const char* text :
       {"2020-01-01 00:00:00 +00", "2020-01-01 00:00:00+0", "2020-01-01 00:00:00+16",
        "2020-01-01 00:00:00+00:60", "2020-01-01 00:00:00 UTC", "2020-01-01 00:00:00z",
        "2020-01-01 00:00:00-", "2020-01-01 00:00:00+01:"}) {
    CAPTURE(text);
    CHECK(name(parse_timestamptz(text, moment)) == "not_a_date");
  }
  CHECK(name(parse_timestamp("2020-01-01", moment)) == "none");
  CHECK(name(parse_timestamp("2020-01-01 00:00:00.1234561", moment)) == "not_exact");
  CHECK(name(parse_timestamptz("4714-11-24 00:00:00+01 BC", moment)) == "out_of_range");
  CHECK(name(parse_timestamptz("294276-12-31 23:59:59-01", moment)) == "out_of_range");
  CHECK(name(parse_timestamptz("2000-01-01 01:00:00+0130", moment)) == "none");
  CHECK(moment == -1'800 * kMicrosPerSecond);
}

TEST_CASE("intervals are read strictly") {
  Interval interval;
  for (const char* text :
       {"", " ", "1", "1 day ", "1 day 1 year", "1 day 1 day", "1 hour", "1.5 days", "00:00",
        "1 day  2 mons", "01:02:03 1 day", "--1 days", "1 days -", "P1D", "1:2:3"}) {
    CAPTURE(text);
    CHECK(name(parse_interval(text, interval)) == "not_a_time");
  }
  CHECK(name(parse_interval("178956971 years", interval)) == "out_of_range");
  CHECK(name(parse_interval("2147483648 days", interval)) == "out_of_range");
  CHECK(name(parse_interval("2562047788:00:54.775808", interval)) == "out_of_range");
  CHECK(name(parse_interval("00:60:00", interval)) == "invalid_date");
  CHECK(name(parse_interval("00:00:00.0000001", interval)) == "not_exact");
  CHECK(interval == Interval{});
}

TEST_CASE("numbers that are no times are printed all the same") {
  std::string out;
  append_time(-1, out);
  CHECK(out == "-00:00:00.000001");
  out.clear();
  append_interval({std::numeric_limits<std::int64_t>::min(), 0, 0}, out);
  CHECK(out == "-2562047788:00:54.775808");
}

}  // namespace
}  // namespace sluice::codec
