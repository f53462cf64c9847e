#pragma once

#include <vector>

#include "sluice/db/removal.h"
#include "sluice/manifest/manifest.h"
#include "sluice/model/finding.h"
#include "sluice/plan/plan.h"

/// What must hold before anything is deleted. Pure.
namespace sluice::retire {

/// A table of the manifest with its plan. Borrows both.
struct Retiring {
  const plan::TablePlan* plan = nullptr;
  const manifest::Table* proved = nullptr;
};

/// Those of the manifest that have rows to go and whose target has a key, in the plan's order.
/// Throws Error{drift} where the manifest names a table that the plan does not have.
[[nodiscard]] std::vector<Retiring> retiring_tables(const plan::Plan& plan,
                                                    const manifest::Manifest& manifest);

/// Warnings of those that have rows to go and whose target has no key: they are left out.
[[nodiscard]] std::vector<model::Finding> staying_tables(const plan::Plan& plan,
                                                         const manifest::Manifest& manifest);

/// Everything that stands against it, all at once; warnings and notes say what happens beside.
[[nodiscard]] std::vector<model::Finding> preflight(const std::vector<Retiring>& tables,
                                                    const std::vector<db::RemovalHazard>& hazards);

/// Children before parents, by the references among the hazards. REQUIRES: preflight() found no
/// circle.
[[nodiscard]] std::vector<Retiring> in_order(std::vector<Retiring> tables,
                                             const std::vector<db::RemovalHazard>& hazards);

}  // namespace sluice::retire
