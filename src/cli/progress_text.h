#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::cli {

/// How far one table's copy is: this process's work on top of what was there when it began.
struct TableState {
  std::string name;
  std::uint64_t expected_rows = 0;  // an estimate of the server; 0: unknown
  std::uint64_t rows_before = 0;    // read by earlier processes of the run
  std::uint64_t rows_read = 0;      // by this one
  std::uint64_t bytes_written = 0;  // by this one, in row form
  std::uint64_t quarantined = 0;
};

/// Lines of at most 80 columns: tables that move first, largest first, at most `max_tables` of
/// them, then a total with rates and the time that is left at this rate ("?" while it cannot be
/// told).
[[nodiscard]] std::vector<std::string> progress_lines(std::vector<TableState> tables,
                                                      double seconds, std::size_t max_tables);

/// The total alone, for logs.
[[nodiscard]] std::string progress_line(const std::vector<TableState>& tables, double seconds);

/// "1:05", "2:03:04".
[[nodiscard]] std::string clock_text(std::uint64_t seconds);

}  // namespace sluice::cli
