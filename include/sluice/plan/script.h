#pragma once

#include <string>

#include "sluice/plan/plan.h"

namespace sluice::plan {

/// All SQL that a copy of this plan runs on the target apart from the ledger's own statements, in
/// order, as a script for people (--dry-run): side tables, the load, deferred steps by stage,
/// statistics.
[[nodiscard]] std::string copy_script(const Plan& plan);

}  // namespace sluice::plan
