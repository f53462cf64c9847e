#include "plan/standing_table.h"

#include <algorithm>

#include "plan/names.h"

namespace sluice::plan {
namespace {

using mapping::Rule;

bool has_rule(const mapping::TableRules& rules, const std::string& target) {
  return std::ranges::find(rules.rules, target, &Rule::target) != rules.rules.end();
}

/// Whether the plan has the rule only because a source column has the target's name.
bool is_by_name(const Rule& rule, bool is_new) {
  const std::vector<std::string> columns = mapping::source_columns(rule);
  if (columns.size() != 1 || rule != mapping::rename_rule(columns.front(), rule.target)) {
    return false;
  }
  return columns.front() == rule.target || (is_new && short_name(columns.front()) == rule.target);
}

/// A rule that gives a computed column its name; what it names is not moved, so a plan has no rule.
bool is_of_computed(const Rule& rule, const std::vector<ComputedColumn>& computed) {
  return std::ranges::any_of(computed, [&rule](const ComputedColumn& column) {
    return rule == mapping::rename_rule(column.name, rule.target) &&
           rule.target == column.target_name;
  });
}

mapping::TableRules rules_now(const TablePlan& planned, const mapping::TableRules& said) {
  mapping::TableRules rules = said;
  rules.same_names = false;
  std::erase_if(rules.rules,
                [&](const Rule& rule) { return is_of_computed(rule, planned.computed); });
  if (said.same_names) {
    for (const Rule& rule : planned.rules.rules) {
      if (is_by_name(rule, planned.is_new) && !has_rule(said, rule.target)) {
        rules.rules.push_back(rule);
      }
    }
  }
  std::ranges::sort(rules.rules, {}, &Rule::target);
  return rules;
}

}  // namespace

TablePlan as_configured(const TablePlan& planned, const config::Table& table,
                        const config::Limits& limits) {
  TablePlan now = planned;
  now.rules = rules_now(planned, table.rules);
  now.existing_rows = table.existing_rows;
  now.quarantine_limit = table.quarantine_limit.value_or(limits.quarantine_rows);
  return now;
}

}  // namespace sluice::plan
