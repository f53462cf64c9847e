#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/datetime.h"

namespace sluice::codec {

/// A strict date pattern for a mapping's "parse": the text must match it from end to end.
///
/// The closed set, each at most once in a pattern: %Y four digits of year; %m, %d, %H, %M, %S two
/// digits each; %e and %k day and hour in one or two digits; %f one to six digits of fraction; %b
/// English month abbreviation, %B full month name (any case); %y two digits of year, 70 to 99 are
/// 1970 to 1999, 00 to 69 are 2000 to 2069 (POSIX); %% a percent sign. Everything else stands for
/// itself. A pattern needs a year, a month and a day, or no part of a date and an hour.
class DatePattern {
 public:
  /// Nothing where the pattern is not of the set; `why` then says what is wrong with it.
  [[nodiscard]] static std::optional<DatePattern> compile(std::string_view pattern,
                                                          std::string& why);

  /// not_a_date where the text does not match; zero_date, part_zero_date, invalid_date as in
  /// datetime.h.
  [[nodiscard]] Problem parse_date(std::string_view text, std::int32_t& out) const;
  [[nodiscard]] Problem parse_timestamp(std::string_view text, std::int64_t& out) const;
  /// For patterns without a date.
  [[nodiscard]] Problem parse_time(std::string_view text, std::int64_t& out) const;

  [[nodiscard]] bool has_date() const noexcept { return has_date_; }
  [[nodiscard]] bool has_time() const noexcept { return has_time_; }

 private:
  struct Part {
    char kind;  ///< the letter after %, or 0 for a literal
    char literal;
  };

  [[nodiscard]] bool match(std::string_view text, CivilDate& date, ClockTime& time) const;

  std::vector<Part> parts_;
  bool has_date_ = false;
  bool has_time_ = false;
};

}  // namespace sluice::codec
