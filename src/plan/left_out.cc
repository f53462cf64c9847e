#include <string>

#include "sluice/model/quote.h"
#include "sluice/plan/plan.h"

namespace sluice::plan {
namespace {

/// The statement that would give the index its name with its table.
std::string naming_of(const TablePlan& table, const DeferredStep& step) {
  constexpr auto kPg = model::Engine::postgresql;
  return "ALTER INDEX " +
         model::quote_name(kPg, model::QualifiedName{table.side.schema, step.name}) +
         " RENAME TO " + model::quote_identifier(kPg, step.of);
}

}  // namespace

TablePlan without_index(TablePlan table, const std::string& index) {
  std::string name;  // on the side table, which settings of the index go by
  for (const DeferredStep& step : table.deferred) {
    if (step.kind != DeferredStep::Kind::index || step.of != index) continue;
    name = step.name;
    std::erase(table.naming, naming_of(table, step));
  }
  std::erase_if(table.deferred, [&](const DeferredStep& step) {
    return step.name == name &&
           (step.kind == DeferredStep::Kind::index || step.kind == DeferredStep::Kind::setting);
  });
  std::erase_if(table.target_shape, [&](const ShapeLine& line) {
    return line.object == "index " + index || line.object == "comment on index " + index;
  });
  return table;
}

}  // namespace sluice::plan
