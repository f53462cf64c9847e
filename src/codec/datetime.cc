// Days, microseconds and fields; the text forms are in datetime_print.cc and datetime_parse.cc.

#include "sluice/codec/datetime.h"

#include "datetime_check.h"

namespace sluice::codec {
namespace {

constexpr bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static_assert(days_from_civil({2000, 1, 1}) == 0);
static_assert(days_from_civil({1970, 1, 1}) == -kUnixEpochDays);
static_assert(days_from_civil({-4713, 11, 24}) == kMinDate);
static_assert(days_from_civil({5'874'898, 1, 1}) == kEndDate);
static_assert(days_from_civil({-4713, 11, 24}) * kMicrosPerDay == kMinTimestamp);
static_assert(days_from_civil({294'277, 1, 1}) * kMicrosPerDay == kEndTimestamp);

constexpr std::int64_t kEndTimestampDay = kEndTimestamp / kMicrosPerDay;

std::int64_t clock_micros(const ClockTime& time) {
  return ((static_cast<std::int64_t>(time.hour) * 60 + time.minute) * 60 + time.second) *
             kMicrosPerSecond +
         time.microsecond;
}

bool is_valid_clock(const ClockTime& time) {
  return time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
         time.second >= 0 && time.second < 60 && time.microsecond >= 0 &&
         time.microsecond < kMicrosPerSecond;
}

/// The day a MySQL date may have where PostgreSQL's has none.
Problem zero_problem(const CivilDate& date) {
  if (date.year == 0 && date.month == 0 && date.day == 0) return Problem::zero_date;
  if (date.year == 0 || date.month == 0 || date.day == 0) return Problem::part_zero_date;
  return Problem::none;
}

}  // namespace

CivilDate civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + kUnixEpochDays + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int>(year), static_cast<int>(month),
          static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

bool is_valid_day(const CivilDate& date) noexcept {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (date.month < 1 || date.month > 12 || date.day < 1) return false;
  const int leap_day = date.month == 2 && is_leap(date.year) ? 1 : 0;
  return date.day <= kDays[date.month - 1] + leap_day;
}

Problem checked_date(const CivilDate& date, std::int32_t& out) {
  if (!is_valid_day(date)) return Problem::invalid_date;
  // Beyond this even the arithmetic would overflow.
  constexpr int kMaxYear = 6'000'000;
  if (date.year > kMaxYear || date.year < -kMaxYear) return Problem::out_of_range;
  const std::int64_t days = days_from_civil(date);
  if (days < kMinDate || days >= kEndDate) return Problem::out_of_range;
  out = static_cast<std::int32_t>(days);
  return Problem::none;
}

Problem checked_timestamp(const CivilDate& date, const ClockTime& time, std::int64_t& out) {
  std::int32_t days = 0;
  const Problem problem = checked_date(date, days);
  if (problem != Problem::none) return problem;
  if (!is_valid_clock(time)) return Problem::invalid_date;
  if (days >= kEndTimestampDay) return Problem::out_of_range;
  out = days * kMicrosPerDay + clock_micros(time);
  return Problem::none;
}

Problem date_from_fields(const CivilDate& date, std::int32_t& out) {
  const Problem zero = zero_problem(date);
  return zero != Problem::none ? zero : checked_date(date, out);
}

Problem time_from_fields(const ClockTime& time, std::int64_t& out) {
  if (!is_valid_clock(time) && time != ClockTime{24, 0, 0, 0}) return Problem::invalid_date;
  out = clock_micros(time);
  return Problem::none;
}

Problem timestamp_from_fields(const CivilDate& date, const ClockTime& time, std::int64_t& out) {
  const Problem zero = zero_problem(date);
  return zero != Problem::none ? zero : checked_timestamp(date, time, out);
}

}  // namespace sluice::codec
