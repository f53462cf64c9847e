#include "db/mysql/clock_text.h"

#include <iterator>

#include <fmt/format.h>

namespace sluice::db::mysql {
namespace {

void append_fraction(unsigned long microseconds, int digits, std::string& out) {
  if (digits <= 0) return;
  const std::string six = fmt::format("{:06}", microseconds);
  out.append(1, '.').append(six, 0, static_cast<std::size_t>(digits));
}

}  // namespace

void append_clock_text(const MYSQL_TIME& time, ClockForm form, int fraction_digits,
                       std::string& out) {
  const auto to = std::back_inserter(out);
  if (form != ClockForm::time) {
    fmt::format_to(to, "{:04}-{:02}-{:02}", time.year, time.month, time.day);
    if (form == ClockForm::date) return;
    fmt::format_to(to, " {:02}:{:02}:{:02}", time.hour, time.minute, time.second);
  } else {
    if (time.neg != 0) out += '-';
    fmt::format_to(to, "{:02}:{:02}:{:02}", time.day * 24 + time.hour, time.minute, time.second);
  }
  append_fraction(time.second_part, fraction_digits, out);
}

}  // namespace sluice::db::mysql
