#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sluice/os/mutex.h"
#include "sluice/verify/verify_tables.h"

#include "cli/console.h"
#include "cli/stall_lines.h"

namespace sluice::cli {

/// Shows how far a verification is: one line that renews itself on a terminal, one plain line every
/// 30 s elsewhere; and why nothing moves. Safe from all threads; the console must not be used by
/// anybody else meanwhile.
class VerifyDisplay {
 public:
  explicit VerifyDisplay(Console& console) : console_(console) {}
  void show(const verify::Progress& progress);
  void show(const std::optional<waits::Stall>& stall);

 private:
  using Clock = std::chrono::steady_clock;

  os::Mutex mutex_;
  Console& console_ SLUICE_GUARDED_BY(mutex_);
  StallLines stall_ SLUICE_GUARDED_BY(mutex_){console_};
  Clock::time_point stage_start_ SLUICE_GUARDED_BY(mutex_) = Clock::now();
  Clock::time_point last_shown_ SLUICE_GUARDED_BY(mutex_) = stage_start_;
  std::string stage_ SLUICE_GUARDED_BY(mutex_);  // table and stage of stage_start_
};

}  // namespace sluice::cli
