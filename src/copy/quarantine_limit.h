#pragma once

#include <cstdint>

#include "sluice/copy/run.h"

namespace sluice::copy {

/// Pauses the run when more rows of a table are in quarantine than its limit.
void stop_above_limit(const RunContext& run, const plan::TablePlan& table, std::uint64_t open);

}  // namespace sluice::copy
