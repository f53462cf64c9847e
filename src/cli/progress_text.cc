#include "cli/progress_text.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/columns.h"

namespace sluice::cli {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

std::uint64_t rows_done(const TableState& table) { return table.rows_before + table.rows_read; }

/// Estimates of servers run behind; a table that has more rows than expected is not beyond 100 %.
std::uint64_t rows_expected(const TableState& table) {
  return std::max(table.expected_rows, rows_done(table));
}

bool moves(const TableState& table) {
  return rows_done(table) > 0 && rows_done(table) < table.expected_rows;
}

std::string percent(const TableState& table) {
  if (rows_expected(table) == 0) return "-";
  return fmt::format("{:.0f}%", 100.0 * static_cast<double>(rows_done(table)) /
                                    static_cast<double>(rows_expected(table)));
}

TableState total_of(const std::vector<TableState>& tables) {
  TableState total;
  total.name = "total";
  for (const TableState& table : tables) {
    total.expected_rows += rows_expected(table);
    total.rows_before += table.rows_before;
    total.rows_read += table.rows_read;
    total.bytes_written += table.bytes_written;
    total.quarantined += table.quarantined;
  }
  return total;
}

/// The time that is left when the rest goes as fast as what this process did so far.
std::string time_left(const TableState& total, double seconds) {
  if (total.rows_read == 0 || seconds < 1) return "?";
  const auto rest = static_cast<double>(rows_expected(total) - rows_done(total));
  return clock_text(
      static_cast<std::uint64_t>(rest * seconds / static_cast<double>(total.rows_read)));
}

constexpr std::size_t kNameColumns = 30;

void drop_common_schema(std::vector<TableState>& tables) {
  std::vector<std::string> names;
  names.reserve(tables.size());
  for (const TableState& table : tables) names.push_back(table.name);
  const std::size_t schema = codec::common_schema(names, kNameColumns);
  for (TableState& table : tables) table.name.erase(0, schema);
}

std::string row(const TableState& table) {
  return fmt::format("{} {:>12} {:>12} {:>5} {:>8}", codec::cell(table.name, kNameColumns),
                     rows_done(table),
                     table.expected_rows == 0 ? "?" : "~" + std::to_string(rows_expected(table)),
                     percent(table), table.quarantined);
}

std::string rates(const TableState& total, double seconds) {
  const double time = std::max(seconds, 0.001);
  return fmt::format("{:.0f} rows/s, {:.1f} MiB/s, about {} left for the rows",
                     static_cast<double>(total.rows_read) / time,
                     static_cast<double>(total.bytes_written) / kMebibyte / time,
                     time_left(total, seconds));
}

std::string duration(double seconds) { return clock_text(static_cast<std::uint64_t>(seconds)); }

std::string work_text(const WorkState& work) {
  return fmt::format("{}, for {}", work.what, duration(work.seconds));
}

/// What is done now: the stage and some of its steps, one a line.
void add_work(const CopyState& state, std::vector<std::string>& lines) {
  constexpr std::size_t kSteps = 4;
  for (std::size_t i = 0; i < std::min(state.at_work.size(), kSteps); ++i) {
    lines.push_back((i == 0 ? "" : "  ") + work_text(state.at_work[i]));
  }
  if (state.at_work.size() > kSteps) {
    lines.push_back(fmt::format("  and {} more", state.at_work.size() - kSteps));
  }
}

/// Its beginning; all of it was said when it began.
void add_stall(const WorkState& stall, std::vector<std::string>& lines) {
  constexpr std::size_t kLines = 2;
  constexpr std::size_t kColumns = 80;
  constexpr bool kClipWords = true;
  std::istringstream text(codec::wrapped(stall_line(stall), kColumns, kClipWords));
  std::size_t taken = 0;
  for (std::string line; taken < kLines && std::getline(text, line); ++taken) {
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::string clock_text(std::uint64_t seconds) {
  const std::uint64_t hours = seconds / 3600;
  const std::uint64_t minutes = seconds / 60 % 60;
  if (hours == 0) return fmt::format("{}:{:02}", minutes, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
}

std::string span_text(std::uint64_t seconds) {
  const std::uint64_t minutes = seconds / 60;
  if (minutes == 0) return fmt::format("{} s", seconds);
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string stall_line(const WorkState& stall) {
  return fmt::format("nothing has moved for {}: {}",
                     span_text(static_cast<std::uint64_t>(stall.seconds)), stall.what);
}

std::string progress_line(const CopyState& state) {
  const TableState total = total_of(state.tables);
  std::string doing = rates(total, state.copying);
  if (!state.at_work.empty()) {
    doing = work_text(state.at_work.front());
    if (state.at_work.size() > 1) doing += fmt::format(" ({})", state.at_work.back().what);
  }
  return fmt::format("{} elapsed: {} rows ({}), {} in quarantine; {}", duration(state.elapsed),
                     rows_done(total), percent(total), total.quarantined, doing);
}

std::vector<std::string> progress_lines(CopyState state, std::size_t max_tables) {
  std::vector<TableState>& tables = state.tables;
  const TableState total = total_of(tables);
  drop_common_schema(tables);
  std::ranges::stable_sort(tables, [](const TableState& a, const TableState& b) {
    if (moves(a) != moves(b)) return moves(a);
    return rows_expected(a) > rows_expected(b);
  });
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{:<30} {:>12} {:>12} {:>5} {:>8}", "table", "rows read", "of", "", "quarant"));
  for (std::size_t i = 0; i < std::min(tables.size(), max_tables); ++i) {
    lines.push_back(row(tables[i]));
  }
  if (tables.size() > max_tables) {
    lines.push_back(fmt::format("and {} more", tables.size() - max_tables));
  }
  lines.push_back(row(total));
  if (state.at_work.empty()) lines.push_back(rates(total, state.copying));
  add_work(state, lines);
  if (state.stall) add_stall(*state.stall, lines);
  lines.push_back(duration(state.elapsed) + " elapsed");
  return lines;
}

}  // namespace sluice::cli
