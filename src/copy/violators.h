#pragma once

#include <string>
#include <vector>

#include "sluice/plan/plan.h"

namespace sluice::copy {

/// The condition, over side table `s`, under which a row keeps the step from being done: it shares
/// a unique key with another row, lacks its parent, or fails its check. Empty for steps that no row
/// can break.
[[nodiscard]] std::string violator_condition(const plan::TablePlan& table,
                                             const plan::DeferredStep& step);
/// The same of a foreign key whose parents lie in any of these tables, of which there is one.
[[nodiscard]] std::string orphan_condition(const plan::DeferredStep& step,
                                           const std::vector<model::QualifiedName>& parents);
/// The statement that says which of these side tables have such rows: their places in `children`,
/// rising. However many there are, each table is read once.
[[nodiscard]] std::string orphaned_places(const plan::DeferredStep& step,
                                          const std::vector<const plan::TablePlan*>& children,
                                          const std::vector<model::QualifiedName>& parents);

}  // namespace sluice::copy
