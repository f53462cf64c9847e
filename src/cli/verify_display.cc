#include "cli/verify_display.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::cli {
namespace {

/// "3 min", "40 s": nobody needs more of a guess.
std::string duration_text(double seconds) {
  return seconds >= 90 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.0f} s", seconds);
}

std::string line_of(const verify::Progress& progress, double seconds) {
  std::string line = fmt::format("table {} of {}: {}, {}", progress.table_index + 1,
                                 progress.table_count, progress.table, progress.stage);
  if (progress.rows == 0) return line;
  constexpr double kMebibyte = 1024.0 * 1024.0;
  const double rate = static_cast<double>(progress.rows) / seconds;
  line += fmt::format(", {} rows, {:.0f} rows/s, {:.1f} MiB/s", progress.rows, rate,
                      static_cast<double>(progress.bytes) / kMebibyte / seconds);
  if (progress.expected_rows > progress.rows) {
    const auto left = static_cast<double>(progress.expected_rows - progress.rows);
    line += fmt::format(", {} left", duration_text(left / rate));
  }
  return line;
}

}  // namespace

void VerifyDisplay::show(const verify::Progress& progress) {
  const os::Lock lock(mutex_);
  const Clock::time_point now = Clock::now();
  std::string stage = fmt::format("{}/{}", progress.table, progress.stage);
  if (stage != stage_) {
    stage_ = std::move(stage);
    stage_start_ = now;
  }
  const auto interval =
      console_.is_terminal() ? std::chrono::milliseconds(200) : std::chrono::milliseconds(30'000);
  if (now - last_shown_ < interval) return;
  last_shown_ = now;
  const double seconds = std::max(0.001, std::chrono::duration<double>(now - stage_start_).count());
  const std::string line = line_of(progress, seconds);
  if (console_.is_terminal()) {
    console_.status_lines({line});
  } else {
    console_.note(line);
  }
}

void VerifyDisplay::show(const std::optional<waits::Stall>& stall) {
  const os::Lock lock(mutex_);
  stall_.say(stall, Clock::now());
}

}  // namespace sluice::cli
