#include "copy/references.h"

#include <algorithm>
#include <map>

namespace sluice::copy {
namespace {

using plan::DeferredStep;

using Tables = std::map<model::QualifiedName, const plan::TablePlan*>;  // by their own names

Reference reference_of(const plan::FamilyStep& family, const Tables& tables) {
  Reference reference;
  DeferredStep& step = reference.step;
  step.kind = DeferredStep::Kind::foreign_key;
  step.name = step.of = family.name;
  step.key = family.key;
  step.operators = family.operators;
  step.referenced = family.other;
  step.referenced_key = family.referenced_key;
  for (const model::QualifiedName& table : family.referring) {
    const auto found = tables.find(table);
    if (found != tables.end()) reference.referring.push_back(found->second);
  }
  for (const model::QualifiedName& table : family.referred) {
    const auto found = tables.find(table);
    reference.referred.push_back(found == tables.end() ? table : found->second->side);
  }
  return reference;
}

bool is_validated(const plan::TablePlan& table, const DeferredStep& key) {
  return std::ranges::any_of(table.deferred, [&key](const DeferredStep& step) {
    return step.kind == DeferredStep::Kind::validate && step.name == key.name;
  });
}

}  // namespace

std::vector<Reference> family_references(const plan::Plan& plan) {
  Tables tables;
  for (const plan::TablePlan& table : plan.tables) tables.emplace(table.target, &table);
  std::vector<Reference> references;
  for (const plan::FamilyStep& step : plan.families) {
    if (!step.referred.empty()) references.push_back(reference_of(step, tables));
  }
  return references;
}

std::vector<Reference> all_references(const plan::Plan& plan) {
  std::vector<Reference> references = family_references(plan);
  for (const plan::TablePlan& table : plan.tables) {
    for (const DeferredStep& step : table.deferred) {
      if (step.kind != DeferredStep::Kind::foreign_key || !is_validated(table, step)) continue;
      references.push_back({step, {&table}, {step.referenced}});
    }
  }
  return references;
}

}  // namespace sluice::copy
