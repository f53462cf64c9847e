#pragma once

#include <thread>

#include "sluice/copy/run.h"

#include "cli/console.h"

namespace sluice::cli {

/// While it lives, shows how far the copy is: a few lines that renew themselves on a terminal, one
/// plain line every 30 s, and with every new stage, elsewhere. The console must not be used by
/// anybody else meanwhile.
class ProgressDisplay {
 public:
  ProgressDisplay(const copy::RunContext& run, Console& console);

 private:
  std::jthread thread_;
};

}  // namespace sluice::cli
