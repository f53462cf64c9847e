#include "cli/stall_lines.h"

#include <utility>

#include "sluice/codec/printable.h"

namespace sluice::cli {
namespace {

double seconds_since(StallLines::Clock::time_point from, StallLines::Clock::time_point now) {
  return std::chrono::duration<double>(now - from).count();
}

}  // namespace

void StallLines::say(std::optional<waits::Stall> stall, Clock::time_point now) {
  const auto before = std::exchange(stall_, std::move(stall));
  if (stall_ && (!before || before->kind != stall_->kind)) {
    console_.note(stall_line(*state(now)));
  } else if (!stall_ && before) {
    const double seconds = seconds_since(before->since, now);
    console_.note("goes on after " + span_text(static_cast<std::uint64_t>(seconds)));
  }
}

std::optional<WorkState> StallLines::state(Clock::time_point now) const {
  if (!stall_) return std::nullopt;
  return WorkState{codec::printable_line(stall_->text), seconds_since(stall_->since, now)};
}

}  // namespace sluice::cli
