#include "cli/progress_display.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace sluice::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Totals {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t quarantined = 0;
};

Totals totals_of(const copy::RunContext& run) {
  Totals totals;
  for (const plan::TablePlan& table : run.plan.tables) {
    const copy::TableProgress& progress = run.progress.table(table.number);
    totals.rows += progress.rows_written;
    totals.bytes += progress.bytes_written;
    totals.quarantined += progress.quarantined;
  }
  return totals;
}

std::string line_of(const copy::RunContext& run, Clock::time_point start) {
  const Totals totals = totals_of(run);
  const double seconds =
      std::max(0.001, std::chrono::duration<double>(Clock::now() - start).count());
  constexpr double kMebibyte = 1024.0 * 1024.0;
  return fmt::format("{} rows, {:.0f} rows/s, {:.1f} MiB/s, {} in quarantine", totals.rows,
                     static_cast<double>(totals.rows) / seconds,
                     static_cast<double>(totals.bytes) / kMebibyte / seconds, totals.quarantined);
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
    const std::string line = line_of(run, start);
    if (console.is_terminal()) {
      console.status_lines({line});
    } else {
      console.note(line);
    }
  }
  console.clear_status();
}

}  // namespace

ProgressDisplay::ProgressDisplay(const copy::RunContext& run, Console& console)
    : thread_([&run, &console](const std::stop_token& ending) { show(run, console, ending); }) {}

}  // namespace sluice::cli
