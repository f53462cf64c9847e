#include <map>
#include <string_view>

#include "sluice/model/quote.h"
#include "sluice/plan/plan.h"

#include "plan/pg_definition.h"

namespace sluice::plan {
namespace {

using Taken = std::map<model::QualifiedName, model::QualifiedName>;  // side table to its own name

/// ALTER TABLE ... ADD CONSTRAINT name FOREIGN KEY ..., with another table behind REFERENCES.
std::string pointed_at(const DeferredStep& step, const model::QualifiedName& referenced) {
  // The constraint's name may hold any text; what stands before it is known.
  const std::string before =
      " ADD CONSTRAINT " + model::quote_identifier(model::Engine::postgresql, step.name) + " ";
  const std::size_t at = step.sql.find(before) + before.size();
  const ForeignKeyDefinition definition =
      read_foreign_key_definition(std::string_view(step.sql).substr(at));
  return step.sql.substr(0, at) + foreign_key_sql(definition, referenced) + " NOT VALID";
}

void follow(const Taken& taken, DeferredStep& step) {
  const auto found = taken.find(step.referenced);
  if (found == taken.end()) return;
  if (step.kind == DeferredStep::Kind::foreign_key) step.sql = pointed_at(step, found->second);
  step.referenced = found->second;
}

}  // namespace

Plan with_names_taken(Plan plan, const std::set<int>& numbers) {
  Taken taken;
  for (TablePlan& table : plan.tables) {
    if (!numbers.contains(table.number)) continue;
    taken.emplace(table.side, table.target);
    table.side = table.target;
    for (DeferredStep& step : table.deferred) step.name = step.of;
  }
  for (TablePlan& table : plan.tables) {
    for (DeferredStep& step : table.deferred) follow(taken, step);
  }
  return plan;
}

}  // namespace sluice::plan
