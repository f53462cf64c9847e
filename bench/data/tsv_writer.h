#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace sluice::demo_data {

/// The server that a file is meant for. The rows are the same; only binary values are spelled
/// differently (see TsvWriter::binary).
enum class Engine : std::uint8_t { mariadb, postgresql };

/// Seconds since 1970-01-01 00:00:00 of a proleptic Gregorian date and time, years 1 to 9999.
[[nodiscard]] std::int64_t seconds_from_civil(int year, int month, int day, int second_of_day = 0);

/// "YYYY-MM-DD" of the day that holds `seconds`.
void append_date(std::string& out, std::int64_t seconds);

/// "YYYY-MM-DD HH:MM:SS".
void append_datetime(std::string& out, std::int64_t seconds);

/// units = -1205, scale = 2 gives "-12.05".
void append_decimal(std::string& out, std::int64_t units, int scale);

/// Writes rows in the text format that COPY of PostgreSQL and LOAD DATA of MariaDB both read:
/// tab between cells, newline after rows, \N for NULL, backslash escapes.
/// One thread. The stream must outlive the writer; call finish() after the last row.
class TsvWriter {
 public:
  TsvWriter(std::ostream& out, Engine engine);

  void null();
  void integer(std::int64_t value);
  void boolean(bool value) { integer(value ? 1 : 0); }
  void decimal(std::int64_t units, int scale);
  /// Shortest text that reads back as the same double (or float).
  void real(double value);
  void real(float value);
  /// Escapes tab, newline, carriage return, backslash, and NUL (which only MariaDB can load).
  void text(std::string_view value);
  void date(std::int64_t seconds);
  void datetime(std::int64_t seconds);
  void datetime_micros(std::int64_t seconds, std::uint32_t micros);
  /// Lower-case hexadecimal digits of a binary value: bytea input for PostgreSQL; for MariaDB plain
  /// digits, which load.mariadb.sql passes through UNHEX.
  void binary(std::string_view hex_digits);

  void end_row();
  /// Hands everything to the stream. Throws std::runtime_error when the stream has failed.
  void finish();

  [[nodiscard]] Engine engine() const noexcept { return engine_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return flushed_ + buffer_.size(); }

 private:
  void begin_cell();
  void flush();

  std::ostream& out_;
  Engine engine_;
  std::string buffer_;
  bool row_open_ = false;
  std::uint64_t rows_ = 0;
  std::uint64_t flushed_ = 0;
};

}  // namespace sluice::demo_data
