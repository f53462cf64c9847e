#pragma once

#include <string>
#include <vector>

#include "sluice/document/act.h"
#include "sluice/model/name.h"
#include "sluice/plan/plan.h"

/// What people sign for when they sign a plan. Pure: plan and config say all of it.
namespace sluice::plan {

/// An act that a plan asks for, with what it touches and why.
struct NeededAct {
  document::Act act{};
  std::vector<model::QualifiedName> tables;  ///< of source and target; each once, in plan order
  std::vector<std::string> reasons;          ///< "crm.orders: status: 3 old values become 'open'"
  friend bool operator==(const NeededAct&, const NeededAct&) = default;
};

/// The acts, in the order of document::Act:
/// - plan: always, of all tables;
/// - confirm: what a rule loses, columns that are dropped, rows of live tables that are replaced,
///   and checks with an agreed difference;
/// - backfill: a constant in a column of a table that is there already;
/// - merge: several values or columns become one, or several tables one;
/// - waiver: `waivers`, what sluice would refuse without the person who answers for it.
[[nodiscard]] std::vector<NeededAct> needed_acts(const Plan& plan,
                                                 const std::vector<std::string>& waivers);

}  // namespace sluice::plan
