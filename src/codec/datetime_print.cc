// Dates and times as PostgreSQL prints them with DateStyle ISO, TimeZone UTC, IntervalStyle
// postgres.

#include <array>
#include <charconv>

#include "sluice/codec/datetime.h"

#include "datetime_check.h"

namespace sluice::codec {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr std::int64_t kMicrosPerHour = 60 * kMicrosPerMinute;

/// Decimal digits, at least `width` of them.
void append_padded(std::uint64_t number, std::size_t width, std::string& out) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  const auto count = static_cast<std::size_t>(written.ptr - digits.data());
  if (count < width) out.append(width - count, '0');
  out.append(digits.data(), count);
}

void append_pair(std::int64_t number, std::string& out) {
  append_padded(static_cast<std::uint64_t>(number), 2, out);
}

/// ".5" for 500000; nothing for 0.
void append_fraction(std::uint64_t microseconds, std::string& out) {
  if (microseconds == 0) return;
  out += '.';
  append_padded(microseconds, 6, out);
  while (out.back() == '0') out.pop_back();
}

/// Hours (two digits or more), minutes, seconds of an amount of time.
void append_clock(std::uint64_t microseconds, std::string& out) {
  constexpr auto kHour = static_cast<std::uint64_t>(kMicrosPerHour);
  constexpr auto kMinute = static_cast<std::uint64_t>(kMicrosPerMinute);
  constexpr auto kSecond = static_cast<std::uint64_t>(kMicrosPerSecond);
  append_padded(microseconds / kHour, 2, out);
  out += ':';
  append_padded(microseconds % kHour / kMinute, 2, out);
  out += ':';
  append_padded(microseconds % kMinute / kSecond, 2, out);
  append_fraction(microseconds % kSecond, out);
}

/// Without the era: a timestamp has it at its end.
void append_civil(const CivilDate& date, std::string& out) {
  append_padded(static_cast<std::uint64_t>(date.year > 0 ? date.year : 1 - date.year), 4, out);
  out += '-';
  append_pair(date.month, out);
  out += '-';
  append_pair(date.day, out);
}

void append_era(const CivilDate& date, std::string& out) {
  if (date.year <= 0) out += " BC";
}

void append_offset(std::int32_t seconds_west, std::string& out) {
  out += seconds_west <= 0 ? '+' : '-';
  const auto west = static_cast<std::int64_t>(seconds_west);
  const std::int64_t seconds = west < 0 ? -west : west;
  append_pair(seconds / 3600, out);
  if (seconds % 3600 == 0) return;
  out += ':';
  append_pair(seconds % 3600 / 60, out);
  if (seconds % 60 == 0) return;
  out += ':';
  append_pair(seconds % 60, out);
}

/// `offset` is "" for timestamp, "+00" for timestamptz.
void append_moment(std::int64_t microseconds, std::string_view offset, std::string& out) {
  if (microseconds == kTimestampInfinity || microseconds == kTimestampMinusInfinity) {
    out += microseconds > 0 ? "infinity" : "-infinity";
    return;
  }
  std::int64_t days = microseconds / kMicrosPerDay;
  std::int64_t of_day = microseconds % kMicrosPerDay;
  if (of_day < 0) {
    of_day += kMicrosPerDay;
    --days;
  }
  const CivilDate date = civil_from_days(days);
  append_civil(date, out);
  out += ' ';
  append_clock(static_cast<std::uint64_t>(of_day), out);
  out += offset;
  append_era(date, out);
}

/// Writes an interval's parts with the signs and blanks that PostgreSQL puts between them.
class IntervalPrinter {
 public:
  explicit IntervalPrinter(std::string& out) : out_(out) {}

  void put_count(std::int32_t count, std::string_view unit) {
    if (count == 0) return;
    if (!empty_) out_ += ' ';
    if (after_negative_ && count > 0) out_ += '+';
    out_ += std::to_string(count);
    out_ += ' ';
    out_ += unit;
    if (count != 1) out_ += 's';
    after_negative_ = count < 0;
    empty_ = false;
  }

  void put_time(std::int64_t microseconds) {
    if (!empty_ && microseconds == 0) return;
    if (!empty_) out_ += ' ';
    if (microseconds < 0) {
      out_ += '-';
    } else if (after_negative_) {
      out_ += '+';
    }
    const auto bits = static_cast<std::uint64_t>(microseconds);
    append_clock(microseconds < 0 ? 0 - bits : bits, out_);
  }

 private:
  std::string& out_;
  bool empty_ = true;
  bool after_negative_ = false;
};

}  // namespace

void append_date(std::int32_t days, std::string& out) {
  if (days == kDateInfinity || days == kDateMinusInfinity) {
    out += days > 0 ? "infinity" : "-infinity";
    return;
  }
  const CivilDate date = civil_from_days(days);
  append_civil(date, out);
  append_era(date, out);
}

void append_time(std::int64_t microseconds, std::string& out) {
  if (microseconds < 0) out += '-';  // no time of day, but any number is printed
  const auto bits = static_cast<std::uint64_t>(microseconds);
  append_clock(microseconds < 0 ? 0 - bits : bits, out);
}

void append_timetz(const TimeWithZone& time, std::string& out) {
  append_time(time.microseconds, out);
  append_offset(time.seconds_west, out);
}

void append_timestamp(std::int64_t microseconds, std::string& out) {
  append_moment(microseconds, "", out);
}

void append_timestamptz(std::int64_t microseconds, std::string& out) {
  append_moment(microseconds, "+00", out);
}

void append_interval(const Interval& interval, std::string& out) {
  if (interval == kIntervalInfinity || interval == kIntervalMinusInfinity) {
    out += interval.months > 0 ? "infinity" : "-infinity";
    return;
  }
  IntervalPrinter printer(out);
  printer.put_count(interval.months / 12, "year");
  printer.put_count(interval.months % 12, "mon");
  printer.put_count(interval.days, "day");
  printer.put_time(interval.microseconds);
}

}  // namespace sluice::codec
