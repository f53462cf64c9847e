#include "sluice/codec/date_pattern.h"

#include <array>

#include "sluice/codec/ascii.h"

namespace sluice::codec {
namespace {

constexpr std::string_view kLetters = "YymbBdeHkMSf";
constexpr std::string_view kDateLetters = "YymbBde";

constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_word) {
  return equals_ignoring_case(text.substr(0, lower_word.size()), lower_word);
}

/// Eats between `least` and `most` digits from the front of the text.
bool take_number(std::string_view& text, std::size_t least, std::size_t most, int& out) {
  std::size_t n = 0;
  out = 0;
  while (n < most && n < text.size() && is_ascii_digit(text[n])) out = out * 10 + (text[n++] - '0');
  text.remove_prefix(n);
  return n >= least;
}

bool take_month_name(std::string_view& text, bool full, int& month) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    const std::string_view name = full ? kMonths[i] : kMonths[i].substr(0, 3);
    if (!starts_with_ignoring_case(text, name)) continue;
    text.remove_prefix(name.size());
    month = static_cast<int>(i) + 1;
    return true;
  }
  return false;
}

bool take_fraction(std::string_view& text, int& microseconds) {
  const std::size_t before = text.size();
  if (!take_number(text, 1, 6, microseconds)) return false;
  for (std::size_t n = before - text.size(); n < 6; ++n) microseconds *= 10;
  return true;
}

bool take_short_year(std::string_view& text, int& year) {
  if (!take_number(text, 2, 2, year)) return false;
  year += year >= 70 ? 1900 : 2000;
  return true;
}

bool take_field(char kind, std::string_view& text, CivilDate& date, ClockTime& time) {
  switch (kind) {
    case 'Y':
      return take_number(text, 4, 4, date.year);
    case 'y':
      return take_short_year(text, date.year);
    case 'm':
      return take_number(text, 2, 2, date.month);
    case 'b':
      return take_month_name(text, false, date.month);
    case 'B':
      return take_month_name(text, true, date.month);
    case 'd':
      return take_number(text, 2, 2, date.day);
    case 'e':
      return take_number(text, 1, 2, date.day);
    case 'H':
      return take_number(text, 2, 2, time.hour);
    case 'k':
      return take_number(text, 1, 2, time.hour);
    case 'M':
      return take_number(text, 2, 2, time.minute);
    case 'S':
      return take_number(text, 2, 2, time.second);
    default:
      return take_fraction(text, time.microsecond);
  }
}

/// Letters that set the same field share one.
char field_of(char letter) {
  switch (letter) {
    case 'y':
      return 'Y';
    case 'b':
    case 'B':
      return 'm';
    case 'e':
      return 'd';
    case 'k':
      return 'H';
    default:
      return letter;
  }
}

bool has(std::string_view fields, char field) {
  return fields.find(field) != std::string_view::npos;
}

/// What is wrong with the set of fields as a whole; empty where nothing is.
std::string set_problem(std::string_view fields, bool has_date, bool has_time) {
  if (has_date && !(has(fields, 'Y') && has(fields, 'm') && has(fields, 'd'))) {
    return "a date needs a year, a month and a day";
  }
  if (!has_date && !has_time) return "there is nothing to read in it";
  if (has_time && !has(fields, 'H')) return "a time needs an hour (%H or %k)";
  if (has(fields, 'S') && !has(fields, 'M')) return "%S needs %M";
  if (has(fields, 'f') && !has(fields, 'S')) return "%f needs %S";
  return {};
}

}  // namespace

std::optional<DatePattern> DatePattern::compile(std::string_view pattern, std::string& why) {
  DatePattern out;
  std::string fields;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      out.parts_.push_back({0, pattern[i]});
      continue;
    }
    const char letter = ++i < pattern.size() ? pattern[i] : '\0';
    if (letter == '%') {
      out.parts_.push_back({0, '%'});
      continue;
    }
    if (letter == '\0' || !has(kLetters, letter)) {
      why = letter == '\0' ? "it ends in a lone %" : std::string("%") + letter + " is not known";
      return std::nullopt;
    }
    if (has(fields, field_of(letter))) {
      why = std::string("%") + letter + " sets what was set before";
      return std::nullopt;
    }
    fields += field_of(letter);
    out.parts_.push_back({letter, '\0'});
    (has(kDateLetters, letter) ? out.has_date_ : out.has_time_) = true;
  }
  why = set_problem(fields, out.has_date_, out.has_time_);
  if (!why.empty()) return std::nullopt;
  return out;
}

bool DatePattern::match(std::string_view text, CivilDate& date, ClockTime& time) const {
  for (const Part& part : parts_) {
    if (part.kind != 0) {
      if (!take_field(part.kind, text, date, time)) return false;
      continue;
    }
    if (!text.starts_with(part.literal)) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

Problem DatePattern::parse_date(std::string_view text, std::int32_t& out) const {
  CivilDate date;
  ClockTime time;
  if (!has_date_ || !match(text, date, time)) return Problem::not_a_date;
  std::int32_t days = 0;
  std::int64_t moment = 0;
  const Problem problem = date_from_fields(date, days);
  if (problem != Problem::none) return problem;
  const Problem clock = timestamp_from_fields(date, time, moment);
  if (clock != Problem::none) return clock;
  // A date cannot hold a time of day; dropping it would be a silent loss.
  if (time != ClockTime{}) return Problem::not_exact;
  out = days;
  return Problem::none;
}

Problem DatePattern::parse_timestamp(std::string_view text, std::int64_t& out) const {
  CivilDate date;
  ClockTime time;
  if (!has_date_ || !match(text, date, time)) return Problem::not_a_date;
  return timestamp_from_fields(date, time, out);
}

Problem DatePattern::parse_time(std::string_view text, std::int64_t& out) const {
  CivilDate date;
  ClockTime time;
  if (has_date_ || !match(text, date, time)) return Problem::not_a_time;
  return time_from_fields(time, out);
}

}  // namespace sluice::codec
