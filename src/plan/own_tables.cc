#include <algorithm>
#include <iterator>
#include <utility>

#include "sluice/plan/new_tables.h"

// What a run has made, when its config is planned again.
namespace sluice::plan {
namespace {

using Tables = std::vector<model::Table>;

bool holds(const Tables& tables, const model::QualifiedName& name) {
  return std::ranges::find(tables, name, &model::Table::name) != tables.end();
}

/// What it is to others is written anew.
void take(const Plan& plan, const model::QualifiedName& name, Tables& from, Tables& to) {
  const auto found = std::ranges::find(from, name, &model::Table::name);
  if (found == from.end()) return;
  to.push_back(as_planned(plan, std::move(*found)));
  to.back().foreign_keys.clear();
  from.erase(found);
}

bool gives_place(const Plan& plan, const model::QualifiedName& name, const Place& place) {
  const auto holds_it = [sql = attach_sql(name, place)](const std::vector<std::string>& all) {
    return std::ranges::find(all, sql) != all.end();
  };
  return std::ranges::any_of(plan.tables,
                             [&](const TablePlan& table) { return holds_it(table.naming); }) ||
         std::ranges::any_of(plan.families,
                             [&](const FamilyStep& step) { return holds_it(step.statements); });
}

}  // namespace

MadeTables take_own_tables(const Plan& plan, model::Catalog& target) {
  MadeTables own;
  for (const TablePlan& table : plan.tables) {
    if (!table.is_new) continue;
    take(plan, table.target, target.tables, own.tables);
    // Names that its parts have are not taken by others.
    std::erase_if(target.tables,
                  [&table](const model::Table& side) { return side.name == table.side; });
  }
  // Nor are those of what the tables need.
  for (const model::SchemaObject& made : plan.objects) {
    std::erase_if(target.objects,
                  [&made](const model::SchemaObject& object) { return object.id() == made.id(); });
  }
  for (const FamilyStep& step : plan.families) {
    if (step.kind == FamilyStep::Kind::parent) take(plan, step.table, target.tables, own.parents);
  }
  return own;
}

std::vector<NewTable> without_own(const std::vector<NewTable>& designs, const MadeTables& own) {
  std::vector<NewTable> rest;
  std::ranges::copy_if(designs, std::back_inserter(rest), [&own](const NewTable& table) {
    const model::QualifiedName& name = table.design.table.name;
    return !holds(own.tables, name) && !holds(own.parents, name);
  });
  return rest;
}

void add_own_tables(const Plan& plan, const std::vector<NewTable>& designs, MadeTables own,
                    MadeTables& made) {
  for (const NewTable& table : designs) {
    const model::QualifiedName& name = table.design.table.name;
    if (!table.kin.place || !holds(own.parents, table.kin.place->parent)) continue;
    if (!gives_place(plan, name, *table.kin.place)) {
      made.refused.emplace(name, table.kin.place->parent);
    }
  }
  std::ranges::move(own.tables, std::back_inserter(made.tables));
  std::ranges::move(own.parents, std::back_inserter(made.parents));
}

}  // namespace sluice::plan
