#include "copy/trial_families.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sluice/copy/trial.h"
#include "sluice/db/catalog.h"

#include "copy/attempt.h"

namespace sluice::copy {
namespace {

using model::Severity;
using plan::NewTable;

using Names = std::set<model::QualifiedName>;

class FamilyTrial {
 public:
  FamilyTrial(db::SqlSession& session, plan::MadeTables& result)
      : session_(session), result_(result), attempt_(session) {}

  void make(const std::vector<NewTable*>& parents);
  void show_new();
  void place(const NewTable& table);
  void let_inherit(const NewTable& table, const Names& standing);

 private:
  [[nodiscard]] std::optional<std::string> try_parent(NewTable& parent);
  void refuse(const char* rule, const model::QualifiedName& table,
              const model::QualifiedName& parent, const std::string& message);

  db::SqlSession& session_;
  plan::MadeTables& result_;
  Attempt attempt_;
  Names made_;
};

void FamilyTrial::refuse(const char* rule, const model::QualifiedName& table,
                         const model::QualifiedName& parent, const std::string& message) {
  if (!result_.refused.emplace(table, parent).second) return;
  result_.findings.push_back({Severity::warning, rule, table.text(), message,
                              "put it in its place by hand, once the cause is gone"});
}

/// A default that the target does not understand has been named where a partition has it.
std::optional<std::string> FamilyTrial::try_parent(NewTable& parent) {
  auto refusal = attempt_.run(plan::parent_script(parent));
  if (!refusal) return refusal;
  for (const std::string& column : plan::doubtful_columns(parent)) {
    session_.query("SAVEPOINT sluice_probe");
    const auto doubt = attempt_.run(plan::parent_script(plan::with_only(parent, column)));
    session_.query("ROLLBACK TO SAVEPOINT sluice_probe; RELEASE SAVEPOINT sluice_probe");
    if (doubt) plan::make_plain(parent, column);
  }
  return attempt_.run(plan::parent_script(parent));
}

void FamilyTrial::make(const std::vector<NewTable*>& parents) {
  for (NewTable* const parent : parents) {
    auto refusal = attempt_.run([&] { create_objects(session_, parent->design.objects); });
    if (!refusal) refusal = try_parent(*parent);
    if (!refusal) {
      made_.insert(parent->design.table.name);
      continue;
    }
    refuse("partitioned-not-made", parent->design.table.name, {},
           "the target cannot make this partitioned table, so its partitions arrive as tables of "
           "their own: " +
               *refusal);
  }
  show_new();
  for (const NewTable* const parent : parents) {
    if (made_.contains(parent->design.table.name)) place(*parent);
  }
}

/// Of those with many partitions, other portions have made and shown some.
void FamilyTrial::show_new() {
  Names names = made_;
  for (const model::Table& shown : result_.parents) names.erase(shown.name);
  for (model::Table& table : shown_tables(session_, names)) {
    result_.parents.push_back(std::move(table));
  }
}

void FamilyTrial::place(const NewTable& table) {
  if (!table.kin.place) return;
  const model::QualifiedName& name = table.design.table.name;
  const model::QualifiedName& parent = table.kin.place->parent;
  // Why there is no parent has been said.
  if (result_.refused.contains({parent, {}})) {
    result_.refused.emplace(name, parent);
    return;
  }
  if (!made_.contains(parent)) return;  // this run has made it, and it is in use
  const auto refusal = attempt_.run({plan::attach_sql(name, *table.kin.place)});
  if (!refusal) return;
  refuse("partition-not-made", name, parent,
         "the target does not take it as a partition of " + parent.text() +
             ", so it arrives as a table of its own: " + *refusal);
}

/// Parents that are tried at another time cannot be asked.
void FamilyTrial::let_inherit(const NewTable& table, const Names& standing) {
  const model::QualifiedName& name = table.design.table.name;
  for (const model::QualifiedName& parent : table.kin.inherits) {
    if (!standing.contains(parent)) continue;
    const auto refusal = attempt_.run({plan::inherit_sql(name, parent)});
    if (!refusal) continue;
    refuse("inheritance-not-made", name, parent,
           "the target does not let it inherit from " + parent.text() + ": " + *refusal);
  }
}

}  // namespace

void try_families(db::SqlSession& session, const std::vector<NewTable*>& parents,
                  const std::vector<const NewTable*>& tables, plan::MadeTables& result) {
  FamilyTrial trial(session, result);
  trial.make(parents);
  Names standing;
  for (const NewTable* const table : tables) standing.insert(table->design.table.name);
  for (const NewTable* const table : tables) {
    trial.place(*table);
    trial.let_inherit(*table, standing);
  }
}

std::vector<model::Table> shown_tables(db::SqlSession& session, const Names& names) {
  std::set<std::string> schemas;
  for (const model::QualifiedName& name : names) schemas.insert(name.schema);
  std::vector<model::Table> tables;
  if (schemas.empty()) return tables;
  model::Catalog catalog = db::read_catalog(session, {schemas.begin(), schemas.end()});
  for (model::Table& table : catalog.tables) {
    if (!names.contains(table.name)) continue;
    table.owner.clear();  // whoever made it
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace sluice::copy
