#include "copy/earlier_families.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"

#include "copy/made.h"
#include "copy/side_holders.h"

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
Names family_of_run(db::SqlSession& session, const std::string& run_id, const plan::Plan& plan) {
  Names names = made_by(session, run_id, kPartitionNamed, new_names(plan));
  Names parents = made_by(session, run_id, kParentMade, parents_of(plan));
  std::ranges::reverse(parents);
  std::ranges::move(parents, std::back_inserter(names));
  return names;
}

Names sequences_of(const plan::Plan& plan) {
  Names names;
  for (const model::SchemaObject& object : plan.objects) {
    if (object.kind == model::SchemaObject::Kind::sequence) names.push_back(object.name);
  }
  return names;
}

/// Tables that a new run may drop.
std::set<model::QualifiedName> tables_of_run(const plan::Plan& plan, const Names& family) {
  std::set<model::QualifiedName> tables(family.begin(), family.end());
  for (const plan::TablePlan& table : plan.tables) {
    tables.insert(table.side);
    if (table.rest) tables.insert(*table.rest);
  }
  return tables;
}

bool is_owned(db::SqlSession& session, const model::QualifiedName& sequence) {
  return !session
              .query(
                  "SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = "
                  "to_regclass($1) AND refclassid = 'pg_class'::regclass AND deptype = 'a'",
                  {model::pg::quoted(sequence)})
              .rows.empty();
}

/// That go by themselves: those that a column owns go with its table, or stay with it.
Names free_sequences(db::SqlSession& session, const std::string& run_id, const plan::Plan& plan,
                     const Names& family) {
  Names names = made_by(session, run_id, kSequenceMade, sequences_of(plan));
  const std::set<model::QualifiedName> own = tables_of_run(plan, family);
  std::set<model::QualifiedName> needed;
  for (const Holder& user : holders_of(session, names)) {
    if (!own.contains(user.name)) needed.insert(names.at(user.held));
  }
  std::erase_if(names, [&](const model::QualifiedName& name) {
    return needed.contains(name) || is_owned(session, name);
  });
  return names;
}

EarlierTables made_of_run(db::SqlSession& session, const std::string& run_id) {
  EarlierTables of_run{run_id, {}, {}};
  // Few runs have made such things; a plan may be large.
  if (ledger::made_relations(session, run_id, kParentMade).empty() &&
      ledger::made_relations(session, run_id, kSequenceMade).empty()) {
    return of_run;
  }
  const auto plan = plan_of(session, run_id);
  if (!plan) return of_run;
  of_run.names = family_of_run(session, run_id, *plan);
  of_run.sequences = free_sequences(session, run_id, *plan, of_run.names);
  return of_run;
}

bool is_empty(const EarlierTables& of_run) {
  return of_run.names.empty() && of_run.sequences.empty();
}

}  // namespace

std::vector<EarlierTables> earlier_families(db::SqlSession& session, const std::string& name) {
  std::vector<EarlierTables> families;
  if (ledger::schema_state(session) != ledger::SchemaState::usable) return families;
  for (const ledger::Run& run : ledger::runs(session)) {
    // Its state may be another by now: a new run has taken its side tables away.
    if (run.name != name || ledger::has_event(session, run.id, "run-finished")) continue;
    EarlierTables of_run = made_of_run(session, run.id);
    if (!is_empty(of_run)) families.push_back(std::move(of_run));
  }
  return families;
}

std::vector<EarlierTables> families_in_the_way(db::SqlSession& session, const plan::Plan& plan) {
  std::set<model::QualifiedName> wanted;
  for (model::QualifiedName& name : parents_of(plan)) wanted.insert(std::move(name));
  for (model::QualifiedName& name : new_names(plan)) wanted.insert(std::move(name));
  const Names sequences = sequences_of(plan);
  const auto is_wanted = [&wanted](const model::QualifiedName& name) {
    return wanted.contains(name);
  };
  std::vector<EarlierTables> families = earlier_families(session, plan.name);
  for (EarlierTables& of_run : families) {
    if (std::ranges::none_of(of_run.names, is_wanted)) of_run.names.clear();
    std::erase_if(of_run.sequences, [&sequences](const model::QualifiedName& name) {
      return std::ranges::find(sequences, name) == sequences.end();
    });
  }
  std::erase_if(families, is_empty);
  return families;
}

}  // namespace sluice::copy
