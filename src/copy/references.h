#pragma once

#include <vector>

#include "sluice/plan/plan.h"

namespace sluice::copy {

/// A foreign key that is to hold for every row: whose rows refer to whose.
struct Reference {
  plan::DeferredStep step;  // of foreign_key; `referenced` is for people
  std::vector<const plan::TablePlan*> referring;
  std::vector<model::QualifiedName> referred;  // side tables, where the plan has them
};

/// Foreign keys of and to partitioned tables. No side table can have them, but rows that will stand
/// against them lie in side tables. Borrows from the plan.
[[nodiscard]] std::vector<Reference> family_references(const plan::Plan& plan);

/// These and those between two tables; without keys that are NOT VALID, as rows may be without
/// their parents there. Borrows from the plan.
[[nodiscard]] std::vector<Reference> all_references(const plan::Plan& plan);

}  // namespace sluice::copy
