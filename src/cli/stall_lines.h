#pragma once

#include <chrono>
#include <optional>

#include "sluice/waits/stall.h"

#include "cli/console.h"
#include "cli/progress_text.h"

namespace sluice::cli {

/// Says why nothing moves, in lines that stay: where it begins, has another cause, and ends.
class StallLines {
 public:
  using Clock = std::chrono::steady_clock;

  explicit StallLines(Console& console) : console_(console) {}
  void say(std::optional<waits::Stall> stall, Clock::time_point now);
  /// What was said last, with its time until now; absent where something moves.
  [[nodiscard]] std::optional<WorkState> state(Clock::time_point now) const;

 private:
  Console& console_;
  std::optional<waits::Stall> stall_;
};

}  // namespace sluice::cli
