#include "sluice/codec/utc_time.h"

#include <charconv>

#include <fmt/format.h>

#include "sluice/codec/datetime.h"

namespace sluice::codec {
namespace {

constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
constexpr int kFirstYear = 1970;

/// Digits where the form has them, and nothing else elsewhere.
bool has_form(std::string_view text) noexcept {
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !is_digit : text[i] != kForm[i]) return false;
  }
  return true;
}

/// REQUIRES: digits.
int number_at(std::string_view text, std::size_t at, std::size_t size) noexcept {
  int number = 0;
  std::from_chars(text.data() + at, text.data() + at + size, number);
  return number;
}

}  // namespace

std::optional<std::chrono::sys_seconds> utc_time_from_text(std::string_view text) {
  if (!has_form(text)) return std::nullopt;
  const CivilDate day{number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (day.year < kFirstYear || !is_valid_day(day)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::days days(days_from_civil(day) + kUnixEpochDays);
  return std::chrono::sys_days(days) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::string utc_time_text(std::chrono::sys_seconds time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const CivilDate day = civil_from_days(days.time_since_epoch().count() - kUnixEpochDays);
  const std::chrono::hh_mm_ss clock(time - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", day.year, day.month, day.day,
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace sluice::codec
