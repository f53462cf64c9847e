#pragma once

#include <cstdint>
#include <optional>
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

/// Something that is being done while no rows are copied.
struct WorkState {
  std::string what;
  double seconds = 0;  // since it began
};

/// How far a copy is.
struct CopyState {
  std::vector<TableState> tables;
  std::vector<WorkState> at_work;  // the stage first, then its steps; empty while rows are copied
  double copying = 0;              // seconds that this process has copied rows, for rates
  double elapsed = 0;              // seconds since it began
  std::optional<WorkState> stall = std::nullopt;  // why nothing moves, and since when nothing does
};

/// Lines of at most 80 columns: tables that move first, largest first, at most `max_tables` of
/// them, then a total. Below it, while rows are copied: rates and the time that is left for that at
/// this rate ("?" while it cannot be told); otherwise what is done instead.
[[nodiscard]] std::vector<std::string> progress_lines(CopyState state, std::size_t max_tables);

/// "nothing has moved for 41 s: waits for the source: reading crm.contacts".
[[nodiscard]] std::string stall_line(const WorkState& stall);

/// The total alone, for logs.
[[nodiscard]] std::string progress_line(const CopyState& state);

/// "41 s", "1 min 12 s", "2 h 3 min".
[[nodiscard]] std::string span_text(std::uint64_t seconds);

/// "1:05", "2:03:04".
[[nodiscard]] std::string clock_text(std::uint64_t seconds);

}  // namespace sluice::cli
