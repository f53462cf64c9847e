#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/copy/finish.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"
#include "sluice/plan/new_tables.h"

#include "copy/cancel_on_stop.h"
#include "copy/current.h"
#include "copy/families.h"
#include "copy/left_out.h"
#include "copy/lock_retry.h"
#include "copy/made.h"
#include "copy/references.h"
#include "copy/table_failure.h"

namespace sluice::copy {
namespace {

bool has_place(const plan::Plan& plan, const plan::TablePlan& table) {
  return std::ranges::any_of(plan.families, [&table](const plan::FamilyStep& step) {
    return step.kind == plan::FamilyStep::Kind::parent &&
           plan::attaches_to(step.table, table.naming);
  });
}

/// (tx) The name and the ledger's word for it come together.
void take_name(const RunContext& run, db::SqlSession& ledger, const plan::TablePlan& table) {
  const std::string what = "name of " + table.target.text();
  const Activity activity(run.progress.activities(), what);
  const waits::Worker worker(run.progress.workers(), waits::Wait::target_statement, what,
                             ledger.id());
  ledger.begin();
  require_current(ledger, run);
  for (const std::string& sql : table.naming) ledger.query(sql);
  if (has_place(run.plan, table)) record_made(ledger, run.run.id, kPartitionNamed, table.target);
  ledger::set_table_state(ledger, run.run.id, table.number, ledger::TableState::live);
  SLUICE_KILL_POINT("before_name_commit");
  ledger.commit();
  SLUICE_KILL_POINT("after_name_commit");
}

/// Side tables that cannot be what a table refers to in the end: failed ones, and those that refer
/// to one of these themselves. With a name of its own such a table would hold on to what has to be
/// copied again.
std::set<model::QualifiedName> unsound_sides(const RunContext& run, db::SqlSession& ledger) {
  std::set<model::QualifiedName> unsound = failed_sides(run, ledger);
  const auto refers_to_unsound = [&unsound](const plan::DeferredStep& step) {
    return step.kind == plan::DeferredStep::Kind::foreign_key && unsound.contains(step.referenced);
  };
  const std::vector<Reference> references = family_references(run.plan);
  for (std::size_t before = unsound.size() + 1; before != unsound.size();) {
    before = unsound.size();
    for (const Reference& reference : references) {
      const bool is_sound = std::ranges::none_of(
          reference.referred,
          [&](const model::QualifiedName& side) { return unsound.contains(side); });
      if (is_sound) continue;
      for (const plan::TablePlan* const table : reference.referring) unsound.insert(table->side);
    }
    for (const plan::TablePlan& table : run.plan.tables) {
      if (std::ranges::any_of(table.deferred, refers_to_unsound)) unsound.insert(table.side);
    }
  }
  return unsound;
}

/// Takes the name, or records why this table alone cannot have it; false where it has not got it.
bool try_name(const RunContext& run, db::SqlSession& ledger, const plan::TablePlan& table) {
  try {
    retried(ledger, run.stop.token(), [&] { take_name(run, ledger, table); });
    return true;
  } catch (const model::Error& error) {
    if (concerns_the_run(error)) throw;
    ledger.rollback();
    if (run.stop.token().stop_requested()) return false;  // the statement was ended on purpose
    fail_table(ledger, run, table.number,
               model::Error(error.kind(),
                            fmt::format("{} is whole, but cannot take the name {}: {}",
                                        table.side.text(), table.target.text(), error.what())));
  }
  return false;
}

using Tables = std::vector<const plan::TablePlan*>;
using Sides = std::set<model::QualifiedName>;

Tables unnamed_tables(const RunContext& run, db::SqlSession& ledger) {
  Tables tables;
  for (const ledger::RunTable& entry : ledger::run_tables(ledger, run.run.id)) {
    const plan::TablePlan& table = run.table(entry.number);
    if (table.is_new && entry.state == ledger::TableState::ready) tables.push_back(&table);
  }
  return tables;
}

/// What refers to what: side tables, by foreign keys of one table or of partitioned ones.
std::map<model::QualifiedName, Sides> references_of(const plan::Plan& plan) {
  std::map<model::QualifiedName, Sides> referred;
  for (const plan::TablePlan& table : plan.tables) {
    for (const plan::DeferredStep& step : table.deferred) {
      if (step.kind == plan::DeferredStep::Kind::foreign_key)
        referred[table.side].insert(step.referenced);
    }
  }
  for (const Reference& reference : family_references(plan)) {
    for (const plan::TablePlan* const table : reference.referring) {
      referred[table->side].insert(reference.referred.begin(), reference.referred.end());
    }
  }
  return referred;
}

/// What others refer to comes before them, as far as there is such an order.
Tables referenced_first(const plan::Plan& plan, Tables tables) {
  auto referred = references_of(plan);
  Sides waiting;
  for (const plan::TablePlan* const table : tables) waiting.insert(table->side);
  Tables order;
  while (!tables.empty()) {
    auto ready = std::stable_partition(tables.begin(), tables.end(), [&](const auto* table) {
      return std::ranges::any_of(referred[table->side], [&](const model::QualifiedName& side) {
        return side != table->side && waiting.contains(side);
      });
    });
    if (ready == tables.end()) {  // a circle: it begins somewhere
      std::rotate(tables.begin(), tables.begin() + 1, tables.end());
      --ready;
    }
    for (auto table = ready; table != tables.end(); ++table) {
      order.push_back(*table);
      waiting.erase((*table)->side);
    }
    tables.erase(ready, tables.end());
  }
  return order;
}

/// Why a table that is whole cannot have its name yet.
class Obstacles {
 public:
  /// `parents`: partitioned tables that could not be made, and why.
  Obstacles(std::map<model::QualifiedName, std::string> parents, Sides unsound)
      : parents_(std::move(parents)), unsound_(std::move(unsound)) {}
  /// When one has not got its name, others must do without theirs.
  void look_again(const RunContext& run, db::SqlSession& ledger) {
    unsound_ = unsound_sides(run, ledger);
  }
  [[nodiscard]] std::vector<std::string> of_parents() const {
    std::vector<std::string> reasons;
    for (const auto& [parent, why] : parents_) reasons.push_back(why);
    return reasons;
  }
  /// What it has to wait for; empty: nothing.
  [[nodiscard]] std::string of(const plan::TablePlan& table) const {
    if (unsound_.contains(table.side)) return "what it refers to";
    for (const auto& [parent, why] : parents_) {
      if (plan::attaches_to(parent, table.naming)) return parent.text();
    }
    return {};
  }

 private:
  std::map<model::QualifiedName, std::string> parents_;
  Sides unsound_;
};

}  // namespace

std::vector<std::string> take_names(const RunContext& run, db::SqlSession& ledger) {
  if (run.plan.new_tables == config::NewTables::side) return {};
  const CancelOnStop cancel(run.stop.token(), ledger);
  Obstacles obstacles(make_parents(run, ledger), unsound_sides(run, ledger));
  std::vector<std::string> refused = obstacles.of_parents();
  const auto left_out = ledger::left_out_indexes(ledger, run.run.id);
  for (const plan::TablePlan* const table :
       referenced_first(run.plan, unnamed_tables(run, ledger))) {
    if (run.stop.token().stop_requested()) return refused;
    if (const std::string what = obstacles.of(*table); !what.empty()) {
      refused.push_back(
          fmt::format("{} is whole, and waits for its name until {} is", table->side.text(), what));
    } else if (!try_name(run, ledger, as_built(*table, left_out))) {
      obstacles.look_again(run, ledger);
    }
  }
  for (std::string& why : join_families(run, ledger)) refused.push_back(std::move(why));
  return refused;
}

}  // namespace sluice::copy
