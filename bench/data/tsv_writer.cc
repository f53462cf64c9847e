#include "tsv_writer.h"

#include <array>
#include <charconv>
#include <ostream>
#include <stdexcept>

namespace sluice::demo_data {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
// Large enough that writing costs no more than generating; small against the 1 MiB notes.
constexpr std::size_t kFlushBytes = std::size_t{1} << 20U;

struct Civil {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto doe = static_cast<unsigned>(days - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0);
  return {year, month, doy - (153 * mp + 2) / 5 + 1};
}

void append_digits(std::string& out, std::uint64_t value, int width) {
  std::array<char, 20> digits{};
  for (int i = width - 1; i >= 0; --i) {
    digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits.data(), static_cast<std::size_t>(width));
}

std::int64_t floor_day(std::int64_t seconds) {
  return (seconds >= 0 ? seconds : seconds - (kSecondsPerDay - 1)) / kSecondsPerDay;
}

template <typename T>
void append_number(std::string& out, T value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

/// The letter that follows the backslash, or 0 where the byte goes as it is.
char escape_letter(char c) {
  switch (c) {
    case '\\':
      return '\\';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\0':
      return '0';
    default:
      return 0;
  }
}

}  // namespace

std::int64_t seconds_from_civil(int year, int month, int day, int second_of_day) {
  const int y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return (era * 146097 + doe - 719468) * kSecondsPerDay + second_of_day;
}

void append_date(std::string& out, std::int64_t seconds) {
  const Civil civil = civil_from_days(floor_day(seconds));
  append_digits(out, static_cast<std::uint64_t>(civil.year), 4);
  out += '-';
  append_digits(out, civil.month, 2);
  out += '-';
  append_digits(out, civil.day, 2);
}

void append_datetime(std::string& out, std::int64_t seconds) {
  append_date(out, seconds);
  const auto rest = static_cast<std::uint64_t>(seconds - floor_day(seconds) * kSecondsPerDay);
  out += ' ';
  append_digits(out, rest / 3600, 2);
  out += ':';
  append_digits(out, rest / 60 % 60, 2);
  out += ':';
  append_digits(out, rest % 60, 2);
}

void append_decimal(std::string& out, std::int64_t units, int scale) {
  std::uint64_t power = 1;
  for (int i = 0; i < scale; ++i) power *= 10;
  const auto size = static_cast<std::uint64_t>(units < 0 ? -units : units);
  if (units < 0) out += '-';
  append_number(out, size / power);
  if (scale == 0) return;
  out += '.';
  append_digits(out, size % power, scale);
}

TsvWriter::TsvWriter(std::ostream& out, Engine engine) : out_(out), engine_(engine) {
  buffer_.reserve(2 * kFlushBytes);
}

void TsvWriter::begin_cell() {
  if (row_open_) buffer_ += '\t';
  row_open_ = true;
}

void TsvWriter::null() {
  begin_cell();
  buffer_ += "\\N";
}

void TsvWriter::integer(std::int64_t value) {
  begin_cell();
  append_number(buffer_, value);
}

void TsvWriter::decimal(std::int64_t units, int scale) {
  begin_cell();
  append_decimal(buffer_, units, scale);
}

void TsvWriter::real(double value) {
  begin_cell();
  append_number(buffer_, value);
}

void TsvWriter::real(float value) {
  begin_cell();
  append_number(buffer_, value);
}

void TsvWriter::text(std::string_view value) {
  begin_cell();
  std::size_t copied = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char letter = escape_letter(value[i]);
    if (letter == 0) continue;
    buffer_.append(value.substr(copied, i - copied));
    buffer_ += '\\';
    buffer_ += letter;
    copied = i + 1;
  }
  buffer_.append(value.substr(copied));
}

void TsvWriter::date(std::int64_t seconds) {
  begin_cell();
  append_date(buffer_, seconds);
}

void TsvWriter::datetime(std::int64_t seconds) {
  begin_cell();
  append_datetime(buffer_, seconds);
}

void TsvWriter::datetime_micros(std::int64_t seconds, std::uint32_t micros) {
  datetime(seconds);
  buffer_ += '.';
  append_digits(buffer_, micros, 6);
}

void TsvWriter::binary(std::string_view hex_digits) {
  begin_cell();
  if (engine_ == Engine::postgresql) buffer_ += "\\\\x";
  buffer_.append(hex_digits);
}

void TsvWriter::end_row() {
  buffer_ += '\n';
  row_open_ = false;
  ++rows_;
  if (buffer_.size() >= kFlushBytes) flush();
}

void TsvWriter::finish() {
  flush();
  out_.flush();
  if (!out_) throw std::runtime_error("cannot write rows: disk full or file closed");
}

void TsvWriter::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  flushed_ += buffer_.size();
  buffer_.clear();
}

}  // namespace sluice::demo_data
