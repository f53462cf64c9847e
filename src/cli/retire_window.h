#pragma once

#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"
#include "sluice/policy/policy.h"

#include "cli/console.h"

namespace sluice::cli {

/// Rows are kept for some days after the target went live, and are not kept for ever: refuses
/// (exit 4) outside of these days, and (exit 7) where a table of the run is not live. `plan`: as
/// its tables are called when the copy has ended.
void refuse_outside_window(const std::vector<ledger::Event>& events, const plan::Plan& plan,
                           const policy::Keep& keep, Console& console);

}  // namespace sluice::cli
