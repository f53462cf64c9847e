#include "cli/progress_display.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/codec/printable.h"

#include "cli/progress_text.h"
#include "cli/stall_lines.h"

namespace sluice::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Lines for tables: with heading, total and what is done now this stays well inside 24 lines.
constexpr std::size_t kTableLines = 12;

std::vector<TableState> states_of(const copy::RunContext& run) {
  std::vector<TableState> states;
  for (const plan::TablePlan& table : run.plan.tables) {
    const copy::TableProgress& progress = run.progress.table(table.number);
    states.push_back({codec::printable_line(table.source.text()), progress.expected_rows,
                      progress.rows_before, progress.rows_read, progress.bytes_written,
                      progress.quarantined});
  }
  return states;
}

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Looks at the copy again and again.
class Watch {
 public:
  Watch(const copy::RunContext& run, Console& console) : run_(run), console_(console) {}

  void look() {
    const Clock::time_point now = Clock::now();
    const std::vector<copy::AtWork> at_work = run_.progress.activities().now();
    // Rates are of the time in which rows are copied.
    if (at_work.empty()) copying_ += seconds_between(seen_, now);
    seen_ = now;
    say_stall();
    const std::uint64_t stage = at_work.empty() ? 0 : at_work.front().number;
    const bool is_due = stage != stage_ || now - said_ >= kPlainInterval;
    if (!console_.is_terminal() && !is_due) return;
    CopyState state{states_of(run_), {}, copying_, seconds_between(begun_, now)};
    for (const copy::AtWork& work : at_work) {
      state.at_work.push_back({work.what, seconds_between(work.since, now)});
    }
    state.stall = stall_.state(now);
    if (console_.is_terminal()) {
      console_.status_lines(progress_lines(std::move(state), kTableLines));
    } else {
      console_.note(progress_line(state));
    }
    said_ = now;
    stage_ = stage;
  }

  void say_stall() { stall_.say(run_.progress.stall().now(), Clock::now()); }

 private:
  static constexpr std::chrono::seconds kPlainInterval{30};

  const copy::RunContext& run_;
  Console& console_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point seen_ = begun_;
  Clock::time_point said_ = begun_;
  double copying_ = 0;
  std::uint64_t stage_ = 0;  // 0: rows
  StallLines stall_{console_};
};

void show(const copy::RunContext& run, Console& console, const std::stop_token& ending) {
  constexpr std::chrono::milliseconds kInterval{500};
  Watch watch(run, console);
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait_for(lock, ending, kInterval, [] { return false; });
    if (ending.stop_requested()) break;
    watch.look();
  }
  watch.say_stall();
  console.clear_status();
}

}  // namespace

ProgressDisplay::ProgressDisplay(const copy::RunContext& run, Console& console)
    : thread_([&run, &console](const std::stop_token& ending) { show(run, console, ending); }) {}

}  // namespace sluice::cli
