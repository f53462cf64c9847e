#include "copy/earlier_families.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "copy/made.h"

namespace sluice::copy {
namespace {

using Names = std::vector<model::QualifiedName>;
using Kind = plan::FamilyStep::Kind;

/// Nothing where the plan was tampered with.
std::optional<plan::Plan> plan_of(db::SqlSession& session, const std::string& run_id) {
  try {
    return plan::from_json(ledger::plan_of_run(session, run_id));
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::drift) throw;
  }
  return std::nullopt;
}

/// Each after what it is a part of.
Names parents_of(const plan::Plan& plan) {
  Names names;
  for (const plan::FamilyStep& step : plan.families) {
    if (step.kind == Kind::parent) names.push_back(step.table);
  }
  return names;
}

Names new_names(const plan::Plan& plan) {
  Names names;
  for (const plan::TablePlan& table : plan.tables) {
    if (table.is_new) names.push_back(table.target);
  }
  return names;
}

/// Of what a run has made: partitions first, and of partitioned tables first those that are
/// partitions.
Names family_of_run(db::SqlSession& session, const std::string& run_id) {
  if (ledger::made_relations(session, run_id, kParentMade).empty()) return {};
  const auto plan = plan_of(session, run_id);
  if (!plan) return {};
  Names names = made_by(session, run_id, kPartitionNamed, new_names(*plan));
  Names parents = made_by(session, run_id, kParentMade, parents_of(*plan));
  std::ranges::reverse(parents);
  std::ranges::move(parents, std::back_inserter(names));
  return names;
}

}  // namespace

std::vector<EarlierTables> earlier_families(db::SqlSession& session, const std::string& name) {
  std::vector<EarlierTables> families;
  if (ledger::schema_state(session) != ledger::SchemaState::usable) return families;
  for (const ledger::Run& run : ledger::runs(session)) {
    // Its state may be another by now: a new run has taken its side tables away.
    if (run.name != name || ledger::has_event(session, run.id, "run-finished")) continue;
    EarlierTables of_run{run.id, family_of_run(session, run.id)};
    if (!of_run.names.empty()) families.push_back(std::move(of_run));
  }
  return families;
}

std::vector<EarlierTables> families_in_the_way(db::SqlSession& session, const plan::Plan& plan) {
  std::set<model::QualifiedName> wanted;
  for (model::QualifiedName& name : parents_of(plan)) wanted.insert(std::move(name));
  for (model::QualifiedName& name : new_names(plan)) wanted.insert(std::move(name));
  std::vector<EarlierTables> families = earlier_families(session, plan.name);
  std::erase_if(families, [&wanted](const EarlierTables& of_run) {
    return std::ranges::none_of(of_run.names, [&wanted](const model::QualifiedName& name) {
      return wanted.contains(name);
    });
  });
  return families;
}

}  // namespace sluice::copy
