#include "cli/progress_display.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "cli/progress_text.h"

namespace sluice::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Lines for tables: with heading, total and rates this stays well inside 24 lines.
constexpr std::size_t kTableLines = 16;

std::vector<TableState> states_of(const copy::RunContext& run) {
  std::vector<TableState> states;
  for (const plan::TablePlan& table : run.plan.tables) {
    const copy::TableProgress& progress = run.progress.table(table.number);
    states.push_back({table.source.text(), progress.expected_rows, progress.rows_before,
                      progress.rows_read, progress.bytes_written, progress.quarantined});
  }
  return states;
}

void show(const copy::RunContext& run, Console& console, const std::stop_token& ending) {
  const Clock::time_point start = Clock::now();
  const auto interval =
      console.is_terminal() ? std::chrono::milliseconds(500) : std::chrono::milliseconds(30'000);
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait_for(lock, ending, interval, [] { return false; });
    if (ending.stop_requested()) break;
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (console.is_terminal()) {
      console.status_lines(progress_lines(states_of(run), seconds, kTableLines));
    } else {
      console.note(progress_line(states_of(run), seconds));
    }
  }
  console.clear_status();
}

}  // namespace

ProgressDisplay::ProgressDisplay(const copy::RunContext& run, Console& console)
    : thread_([&run, &console](const std::stop_token& ending) { show(run, console, ending); }) {}

}  // namespace sluice::cli
