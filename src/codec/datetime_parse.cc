// Strict reading of the text forms that datetime_print.cc writes, and of MySQL's.

#include <algorithm>

#include "sluice/codec/ascii.h"
#include "sluice/codec/datetime.h"

#include "datetime_check.h"

namespace sluice::codec {
namespace {

constexpr std::string_view kEra = " BC";
/// PostgreSQL's TZDISP_LIMIT: offsets stay below 16 hours.
constexpr int kOffsetLimitSeconds = 16 * 3600;

/// A text that is eaten from the front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_[0]; }
  [[nodiscard]] std::string_view rest() const { return text_; }

  [[nodiscard]] bool skip(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  /// The digits at the front.
  [[nodiscard]] std::string_view digits() {
    std::size_t n = 0;
    while (n < text_.size() && is_ascii_digit(text_[n])) ++n;
    const std::string_view found = text_.substr(0, n);
    text_.remove_prefix(n);
    return found;
  }
  [[nodiscard]] bool two_digits(int& out) {
    if (text_.size() < 2 || !is_ascii_digit(text_[0]) || !is_ascii_digit(text_[1])) return false;
    out = (text_[0] - '0') * 10 + (text_[1] - '0');
    text_.remove_prefix(2);
    return true;
  }

 private:
  std::string_view text_;
};

/// At most nine digits, so that it fits int.
bool small_number(std::string_view digits, int& out) {
  if (digits.empty() || digits.size() > 9) return false;
  out = 0;
  for (const char digit : digits) out = out * 10 + (digit - '0');
  return true;
}

bool read_civil(Cursor& cursor, CivilDate& out) {
  const std::string_view year = cursor.digits();
  return year.size() >= 4 && small_number(year, out.year) && cursor.skip("-") &&
         cursor.two_digits(out.month) && cursor.skip("-") && cursor.two_digits(out.day);
}

/// After the seconds: nothing, or a point and digits. More than six are read where the rest are
/// zeros.
Problem read_fraction(Cursor& cursor, int& microseconds) {
  microseconds = 0;
  if (!cursor.skip(".")) return Problem::none;
  const std::string_view digits = cursor.digits();
  if (digits.empty()) return Problem::not_a_time;
  const std::string_view kept = digits.substr(0, 6);
  for (std::size_t i = 0; i < 6; ++i) {
    microseconds = microseconds * 10 + (i < kept.size() ? kept[i] - '0' : 0);
  }
  const bool exact = digits.find_first_not_of('0', kept.size()) == std::string_view::npos;
  return exact ? Problem::none : Problem::not_exact;
}

/// MM:SS[.ffffff] behind the hours and their colon.
Problem read_minutes(Cursor& cursor, ClockTime& out) {
  const bool minutes = cursor.two_digits(out.minute) && cursor.skip(":");
  if (!minutes || !cursor.two_digits(out.second)) return Problem::not_a_time;
  return read_fraction(cursor, out.microsecond);
}

Problem read_clock(Cursor& cursor, ClockTime& out) {
  if (!cursor.two_digits(out.hour) || !cursor.skip(":")) return Problem::not_a_time;
  return read_minutes(cursor, out);
}

/// Z, +HH, +HHMM, +HH:MM, +HH:MM:SS; seconds east of Greenwich. False where none of them stands
/// there.
bool read_offset(Cursor& cursor, int& seconds_east) {
  seconds_east = 0;
  if (cursor.skip("Z")) return true;
  const bool west = cursor.peek() == '-';
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (!cursor.skip(west ? "-" : "+") || !cursor.two_digits(hours)) return false;
  const bool colon = cursor.skip(":");
  if (colon && !cursor.two_digits(minutes)) return false;
  if (!colon && is_ascii_digit(cursor.peek()) && !cursor.two_digits(minutes)) return false;
  if (colon && cursor.skip(":") && !cursor.two_digits(seconds)) return false;
  if (minutes >= 60 || seconds >= 60) return false;
  seconds_east = (hours * 60 + minutes) * 60 + seconds;
  if (west) seconds_east = -seconds_east;
  return seconds_east > -kOffsetLimitSeconds && seconds_east < kOffsetLimitSeconds;
}

bool is_offset_start(char c) { return c == '+' || c == '-' || c == 'Z'; }

/// Year 0 is MySQL's, unless an era says otherwise: "0001-01-01 BC" is PostgreSQL's year before 1.
Problem date_with_era(CivilDate date, bool before_christ, std::int32_t& out) {
  if (!before_christ) return date_from_fields(date, out);
  if (date.year == 0) return Problem::invalid_date;
  date.year = 1 - date.year;
  return checked_date(date, out);
}

Problem timestamp_with_era(CivilDate date, bool before_christ, const ClockTime& time,
                           std::int64_t& out) {
  if (!before_christ) return timestamp_from_fields(date, time, out);
  if (date.year == 0) return Problem::invalid_date;
  date.year = 1 - date.year;
  return checked_timestamp(date, time, out);
}

bool read_infinity(std::string_view text, std::int64_t& out) {
  if (text == "infinity") {
    out = kTimestampInfinity;
    return true;
  }
  if (text == "-infinity") {
    out = kTimestampMinusInfinity;
    return true;
  }
  return false;
}

/// Both timestamps; `with_zone` says whether an offset may stand at the end.
Problem read_moment(std::string_view text, bool with_zone, std::int64_t& out) {
  if (read_infinity(text, out)) return Problem::none;
  Cursor cursor(text);
  CivilDate date;
  ClockTime time;
  if (!read_civil(cursor, date)) return Problem::not_a_date;
  if (cursor.skip(" ") || cursor.skip("T")) {
    // "2020-01-01 BC" has no time of day, and PostgreSQL never writes it for a timestamp.
    const Problem problem = read_clock(cursor, time);
    if (problem == Problem::not_exact) return problem;
    if (problem != Problem::none) return Problem::not_a_date;
  }
  int seconds_east = 0;
  if (with_zone && is_offset_start(cursor.peek()) && !read_offset(cursor, seconds_east)) {
    return Problem::not_a_date;
  }
  const bool before_christ = cursor.skip(kEra);
  if (!cursor.empty()) return Problem::not_a_date;
  std::int64_t local = 0;
  const Problem problem = timestamp_with_era(date, before_christ, time, local);
  if (problem != Problem::none) return problem;
  // No overflow: the last moment is more than 16 hours from the largest number, the first much
  // further.
  const std::int64_t moment = local - seconds_east * kMicrosPerSecond;
  if (moment < kMinTimestamp || moment >= kEndTimestamp) return Problem::out_of_range;
  out = moment;
  return Problem::none;
}

/// Reads an interval's parts in PostgreSQL's order, each at most once.
class IntervalReader {
 public:
  explicit IntervalReader(std::string_view text) : cursor_(text) {}

  [[nodiscard]] Problem read(Interval& out) {
    if (cursor_.empty()) return Problem::not_a_time;
    for (bool first = true; !cursor_.empty(); first = false) {
      if (!first && !cursor_.skip(" ")) return Problem::not_a_time;
      const Problem problem = read_part();
      if (problem != Problem::none) return problem;
    }
    const std::int64_t months = years_ * 12 + months_;
    if (!fits_int32(months) || !fits_int32(days_)) return Problem::out_of_range;
    out = {microseconds_, static_cast<std::int32_t>(days_), static_cast<std::int32_t>(months)};
    return Problem::none;
  }

 private:
  static bool fits_int32(std::int64_t number) {
    return number == static_cast<std::int32_t>(number);
  }

  Problem read_part() {
    const bool negative = cursor_.peek() == '-';
    if (!cursor_.skip(negative ? "-" : "+") && !is_ascii_digit(cursor_.peek())) {
      return Problem::not_a_time;
    }
    const std::string_view digits = cursor_.digits();
    if (digits.empty()) return Problem::not_a_time;
    // 12 digits: more than any int32, and more hours than an int64 of microseconds holds.
    if (digits.size() > 12) return Problem::out_of_range;
    std::int64_t number = 0;
    for (const char digit : digits) number = number * 10 + (digit - '0');
    if (cursor_.skip(":")) return read_time(negative, number);
    return read_count(negative ? -number : number);
  }

  Problem read_count(std::int64_t number) {
    if (next_unit_ <= 1 && (cursor_.skip(" years") || cursor_.skip(" year"))) {
      return store(number, years_, 2);
    }
    if (next_unit_ <= 2 && (cursor_.skip(" mons") || cursor_.skip(" mon"))) {
      return store(number, months_, 3);
    }
    if (next_unit_ <= 3 && (cursor_.skip(" days") || cursor_.skip(" day"))) {
      return store(number, days_, 4);
    }
    return Problem::not_a_time;
  }

  Problem store(std::int64_t number, std::int64_t& part, int next_unit) {
    part = number;
    next_unit_ = next_unit;
    return Problem::none;
  }

  Problem read_time(bool negative, std::int64_t hours) {
    if (next_unit_ > 4) return Problem::not_a_time;
    next_unit_ = 5;
    ClockTime time;
    const Problem problem = read_minutes(cursor_, time);
    if (problem != Problem::none) return problem;
    if (time.minute >= 60 || time.second >= 60) return Problem::invalid_date;
    const std::int64_t seconds = time.minute * 60 + time.second;
    std::int64_t micros = seconds * kMicrosPerSecond + time.microsecond;
    std::int64_t hour_micros = 0;
    const std::int64_t sign = negative ? -1 : 1;
    if (__builtin_mul_overflow(hours, sign * 3600 * kMicrosPerSecond, &hour_micros) ||
        __builtin_add_overflow(hour_micros, sign * micros, &micros)) {
      return Problem::out_of_range;
    }
    microseconds_ = micros;
    return Problem::none;
  }

  Cursor cursor_;
  std::int64_t years_ = 0;
  std::int64_t months_ = 0;
  std::int64_t days_ = 0;
  std::int64_t microseconds_ = 0;
  int next_unit_ = 1;  ///< 1 year, 2 mon, 3 day, 4 time, 5 nothing more
};

}  // namespace

Problem parse_date(std::string_view text, std::int32_t& out) {
  if (text == "infinity" || text == "-infinity") {
    out = text[0] == '-' ? kDateMinusInfinity : kDateInfinity;
    return Problem::none;
  }
  Cursor cursor(text);
  CivilDate date;
  if (!read_civil(cursor, date)) return Problem::not_a_date;
  const bool before_christ = cursor.skip(kEra);
  if (!cursor.empty()) return Problem::not_a_date;
  return date_with_era(date, before_christ, out);
}

Problem parse_time(std::string_view text, std::int64_t& out) {
  Cursor cursor(text);
  ClockTime time;
  const Problem problem = read_clock(cursor, time);
  if (problem != Problem::none) return problem;
  return cursor.empty() ? time_from_fields(time, out) : Problem::not_a_time;
}

Problem parse_timetz(std::string_view text, TimeWithZone& out) {
  Cursor cursor(text);
  ClockTime time;
  const Problem problem = read_clock(cursor, time);
  if (problem != Problem::none) return problem;
  int seconds_east = 0;
  if (!cursor.empty() && !read_offset(cursor, seconds_east)) return Problem::not_a_time;
  if (!cursor.empty()) return Problem::not_a_time;
  std::int64_t microseconds = 0;
  const Problem clock = time_from_fields(time, microseconds);
  if (clock == Problem::none) out = {microseconds, -seconds_east};
  return clock;
}

Problem parse_timestamp(std::string_view text, std::int64_t& out) {
  return read_moment(text, false, out);
}

Problem parse_timestamptz(std::string_view text, std::int64_t& out) {
  return read_moment(text, true, out);
}

Problem parse_interval(std::string_view text, Interval& out) {
  if (text == "infinity" || text == "-infinity") {
    out = text.front() == '-' ? kIntervalMinusInfinity : kIntervalInfinity;
    return Problem::none;
  }
  return IntervalReader(text).read(out);
}

}  // namespace sluice::codec
