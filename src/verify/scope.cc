#include "verify/scope.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/plan/shape.h"

#include "verify/printable.h"
#include "verify/savepoint.h"

namespace sluice::verify {

std::vector<const plan::TablePlan*> chosen_tables(const plan::Plan& plan,
                                                  const std::vector<std::string>& names) {
  std::vector<const plan::TablePlan*> chosen;
  for (const plan::TablePlan& table : plan.tables) {
    const auto is_named = [&table](const std::string& name) {
      return name == table.source.text() || name == table.target.text();
    };
    if (names.empty() || std::any_of(names.begin(), names.end(), is_named)) {
      chosen.push_back(&table);
    }
  }
  for (const std::string& name : names) {
    const bool is_known =
        std::any_of(chosen.begin(), chosen.end(), [&name](const plan::TablePlan* table) {
          return name == table->source.text() || name == table->target.text();
        });
    if (is_known) continue;
    throw model::Error(model::ErrorKind::usage,
                       fmt::format("the plan has no table {}", printable(name)),
                       "name it as schema.table, of the source or of the target");
  }
  return chosen;
}

TableNames visible_tables(db::SqlSession& session, const std::set<std::string>& schemas) {
  std::string list;
  for (const std::string& schema : schemas) {
    list += (list.empty() ? "" : ", ") + model::quote_literal(session.engine(), schema);
  }
  const auto result = query_guarded(
      session, fmt::format("SELECT table_schema, table_name FROM information_schema.tables "
                           "WHERE table_schema IN ({})",
                           list));
  TableNames names;
  for (const auto& row : result.rows) names.insert({row.at(0).value(), row.at(1).value()});
  return names;
}

void admit_drift(const plan::TablePlan& table, const model::Catalog& source, TableReport& report) {
  const model::Table* const now = source.find(table.source);
  if (now == nullptr) return;  // that its rows could be read is more than this
  std::string columns;
  for (const std::string& line : plan::differences(table.source_shape, plan::source_shape(*now))) {
    if (line.starts_with("column ")) columns += (columns.empty() ? "" : "; ") + line;
  }
  if (columns.empty()) return;
  if (report.outcome != worse(report.outcome, Outcome::not_comparable)) {
    report.outcome = Outcome::not_comparable;
    report.reason = "the source table is not the plan's any more: " + columns;
  } else {
    report.notes.push_back("the source table is not the plan's any more: " + columns);
  }
}

}  // namespace sluice::verify
