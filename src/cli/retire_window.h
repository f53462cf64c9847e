#pragma once

#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/policy/policy.h"

#include "cli/console.h"

namespace sluice::cli {

/// Rows are kept for some days after the target went live, and are not kept for ever: refuses
/// (exit 4) outside of these days, and (exit 7) where the run is not live.
void refuse_outside_window(const std::vector<ledger::Event>& events, const policy::Keep& keep,
                           Console& console);

}  // namespace sluice::cli
