#pragma once

#include <chrono>
#include <string>

#include "sluice/verify/verify_tables.h"

#include "cli/console.h"

namespace sluice::cli {

/// Shows how far a verification is: one line that renews itself on a terminal, one plain line every
/// 30 s elsewhere. Called from several threads, never two at once; the console must not be used by
/// anybody else meanwhile.
class VerifyDisplay {
 public:
  explicit VerifyDisplay(Console& console) : console_(console) {}
  void show(const verify::Progress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  Clock::time_point stage_start_ = Clock::now();
  Clock::time_point last_shown_ = stage_start_;
  std::string stage_;  // table and stage of stage_start_
};

}  // namespace sluice::cli
