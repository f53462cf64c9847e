#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

/// PostgreSQL's dates and times in numbers: date = days since 2000-01-01 (int32), time =
/// microseconds since midnight (int64), timestamp and timestamptz = microseconds since 2000-01-01
/// 00:00:00, for timestamptz in UTC (int64), proleptic Gregorian calendar throughout. The largest
/// and the smallest number are infinity and -infinity.

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
inline constexpr std::int32_t kDateInfinity = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t kDateMinusInfinity = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t kTimestampInfinity = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kTimestampMinusInfinity = std::numeric_limits<std::int64_t>::min();
/// 4714-11-24 BC (Julian day 0) and 5874898-01-01, the day after the last: [min, end).
inline constexpr std::int32_t kMinDate = -2'451'545;
inline constexpr std::int32_t kEndDate = 2'145'031'949;
/// 4714-11-24 BC and 294277-01-01: [min, end).
inline constexpr std::int64_t kMinTimestamp = -211'813'488'000'000'000;
inline constexpr std::int64_t kEndTimestamp = 9'223'371'331'200'000'000;
/// Days from 1970-01-01 to 2000-01-01.
inline constexpr std::int32_t kUnixEpochDays = 10'957;

/// A day of the proleptic Gregorian calendar. Year 0 is 1 BC, -1 is 2 BC.
struct CivilDate {
  int year = 0;
  int month = 0;  ///< 1 to 12
  int day = 0;    ///< 1 to 31

  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

/// A time of day, or an amount of time where hours exceed 24.
struct ClockTime {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;

  friend bool operator==(const ClockTime&, const ClockTime&) = default;
};

/// Days since 2000-01-01. REQUIRES: the day exists, |year| < 6 million.
[[nodiscard]] constexpr std::int64_t days_from_civil(const CivilDate& date) noexcept {
  // The year is taken to start in March, so that the leap day is its last (era = 400 years).
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year =
      (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468 - kUnixEpochDays;
}
/// The other way round.
[[nodiscard]] CivilDate civil_from_days(std::int64_t days) noexcept;

/// True where the month has that day.
[[nodiscard]] bool is_valid_day(const CivilDate& date) noexcept;

/// From broken-down fields, as MySQL's binary protocol and parsers have them. zero_date where year,
/// month and day are 0; part_zero_date where month or day is 0, or the year is 0 in a date that
/// otherwise exists (MySQL's year 0); invalid_date where the day or time of day does not exist
/// (24:00:00 is allowed for time, second 60 nowhere); out_of_range where PostgreSQL's type ends
/// before it. On failure `out` is unchanged.
[[nodiscard]] Problem date_from_fields(const CivilDate& date, std::int32_t& out);
[[nodiscard]] Problem time_from_fields(const ClockTime& time, std::int64_t& out);
[[nodiscard]] Problem timestamp_from_fields(const CivilDate& date, const ClockTime& time,
                                            std::int64_t& out);

/// PostgreSQL's interval: three parts that are never folded into each other.
struct Interval {
  std::int64_t microseconds = 0;
  std::int32_t days = 0;
  std::int32_t months = 0;

  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Time of day with an offset: PostgreSQL stores seconds *west* of Greenwich.
struct TimeWithZone {
  std::int64_t microseconds = 0;
  std::int32_t seconds_west = 0;

  friend bool operator==(const TimeWithZone&, const TimeWithZone&) = default;
};

/// Append the text as PostgreSQL prints it (ISO, UTC, IntervalStyle postgres). Any number is
/// printed; is_*_in_range() says whether PostgreSQL would accept it.
void append_date(std::int32_t days, std::string& out);
void append_time(std::int64_t microseconds, std::string& out);
void append_timetz(const TimeWithZone& time, std::string& out);
void append_timestamp(std::int64_t microseconds, std::string& out);
void append_timestamptz(std::int64_t microseconds, std::string& out);
void append_interval(const Interval& interval, std::string& out);

[[nodiscard]] constexpr bool is_date_in_range(std::int32_t days) noexcept {
  return (days >= kMinDate && days < kEndDate) || days == kDateInfinity ||
         days == kDateMinusInfinity;
}
[[nodiscard]] constexpr bool is_time_in_range(std::int64_t microseconds) noexcept {
  return microseconds >= 0 && microseconds <= kMicrosPerDay;
}
[[nodiscard]] constexpr bool is_timestamp_in_range(std::int64_t microseconds) noexcept {
  return (microseconds >= kMinTimestamp && microseconds < kEndTimestamp) ||
         microseconds == kTimestampInfinity || microseconds == kTimestampMinusInfinity;
}

/// Read the ISO forms: YYYY-MM-DD with four or more digits of year and an optional " BC"; HH:MM:SS
/// with an optional fraction of one to six digits; both joined by one space or a T; an offset +HH,
/// +HHMM, +HH:MM or +HH:MM:SS, or Z; "infinity" and "-infinity". A fraction of more digits is read
/// where the rest are zeros, and not_exact otherwise. Otherwise not_a_date or not_a_time, or what
/// *_from_fields() says. timestamptz without an offset is UTC; timestamp with one is not_a_date.
[[nodiscard]] Problem parse_date(std::string_view text, std::int32_t& out);
[[nodiscard]] Problem parse_time(std::string_view text, std::int64_t& out);
[[nodiscard]] Problem parse_timetz(std::string_view text, TimeWithZone& out);
[[nodiscard]] Problem parse_timestamp(std::string_view text, std::int64_t& out);
[[nodiscard]] Problem parse_timestamptz(std::string_view text, std::int64_t& out);
/// Reads what append_interval() writes ("1 year 2 mons -3 days +04:05:06.789"), and MySQL's TIME
/// ("-838:59:59.5").
[[nodiscard]] Problem parse_interval(std::string_view text, Interval& out);

}  // namespace sluice::codec
