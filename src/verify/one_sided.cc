#include "verify/one_sided.h"

#include <string_view>

#include <fmt/format.h>

#include "verify/kept_rows.h"
#include "verify/sql_expressions.h"

namespace sluice::verify {
namespace {

using model::Engine;

void leave_out(const std::vector<KeyColumn>& key, Engine engine, const NamedRows& rows,
               Conditions& conditions) {
  if (rows.keys().empty()) return;
  conditions.push_back(without_keys_sql(key, engine, rows.keys()));
}

/// Empty where there is no obstacle.
std::string not_named(std::string_view what, std::string_view obstacle) {
  if (obstacle.empty()) return {};
  return fmt::format("{} cannot be named in a statement: {}", what, obstacle);
}

}  // namespace

std::string held_not_named(const OneSided& one_sided) {
  return not_named("source rows that went to quarantine", one_sided.held.obstacle());
}

std::string why_not_compared(const plan::TablePlan& table, const OneSided& one_sided) {
  std::string reason = held_not_named(one_sided);
  if (reason.empty()) reason = not_named("decided rows", one_sided.decided.obstacle());
  if (!reason.empty()) return reason;
  std::string obstacle = one_sided.kept_held.obstacle();
  if (obstacle.empty() && one_sided.existing != 0 && table.target_key.empty()) {
    obstacle = "the table has no key";
  }
  return not_named("rows of the live table", obstacle);
}

Conditions source_conditions(const plan::TablePlan& table, Engine engine,
                             const OneSided& one_sided) {
  Conditions conditions;
  leave_out(source_key_columns(table), engine, one_sided.held, conditions);
  return conditions;
}

Conditions filtered_conditions(const plan::TablePlan& table, Engine engine,
                               const OneSided& one_sided) {
  Conditions conditions = source_conditions(table, engine, one_sided);
  if (table.rules.filter) {
    conditions.insert(conditions.begin(),
                      condition_sql(engine, *table.rules.filter, source_types(table)));
  }
  return conditions;
}

// A live row that went to quarantine may have left its key to a row of the source.
Conditions target_conditions(const plan::TablePlan& table, Engine engine,
                             const OneSided& one_sided) {
  Conditions conditions;
  leave_out(target_key_columns(table), engine, one_sided.decided, conditions);
  if (one_sided.existing == 0 || table.target_key.empty()) return conditions;
  Conditions kept{same_key_sql(table, "s", "l")};
  leave_out(target_key_columns(table), engine, one_sided.kept_held, kept);
  conditions.push_back(fmt::format("NOT EXISTS (SELECT 1 FROM {} l{})",
                                   own_rows(engine, table.target), where_sql(kept)));
  return conditions;
}

std::string where_sql(const Conditions& conditions) {
  std::string sql;
  for (const std::string& condition : conditions) {
    sql += (sql.empty() ? " WHERE " : " AND ") + condition;
  }
  return sql;
}

}  // namespace sluice::verify
