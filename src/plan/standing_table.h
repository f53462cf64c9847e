#pragma once

#include "sluice/config/config.h"
#include "sluice/plan/plan.h"

namespace sluice::plan {

/// A table of a run's plan, with the rules and limits that the config has now. Looks at no
/// catalogue: of the source's columns it knows those that the plan has.
[[nodiscard]] TablePlan as_configured(const TablePlan& planned, const config::Table& table,
                                      const config::Limits& limits);

}  // namespace sluice::plan
