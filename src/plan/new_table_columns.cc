#include "plan/new_table_columns.h"

#include <algorithm>
#include <set>

#include "sluice/schema/given_names.h"

#include "plan/names.h"

namespace sluice::plan {
namespace {

using mapping::Rule;

/// The one source column whose values the rule moves; empty for none or several.
std::string only_source(const Rule& rule) {
  const std::vector<std::string> columns = mapping::value_columns(rule);
  return columns.size() == 1 ? columns.front() : std::string();
}

/// A target column, and the source column that it has its type from.
struct Filled {
  std::string target;
  std::string source;
};

bool is_mentioned(const mapping::TableRules& rules, const std::string& column) {
  const auto reads = [&column](const Rule& rule) {
    const std::vector<std::string> read = mapping::source_columns(rule);
    return rule.target == column || std::ranges::find(read, column) != read.end();
  };
  return std::ranges::any_of(rules.rules, reads) ||
         std::ranges::find(rules.drops, column, &mapping::Drop::column) != rules.drops.end();
}

std::vector<Filled> filled_columns(const mapping::TableRules& rules,
                                   const std::vector<model::Column>& columns) {
  std::vector<Filled> filled;
  for (const model::Column& column : columns) {
    if (rules.same_names && !is_mentioned(rules, column.name)) {
      filled.push_back({column.name, column.name});
    }
  }
  for (const Rule& rule : rules.rules) filled.push_back({rule.target, only_source(rule)});
  return filled;
}

/// A name that PostgreSQL would cut, so that the application has to know of another one.
void remark_on_name(const config::Table& table, const Filled& column,
                    std::vector<model::Finding>& findings) {
  if (column.source.size() <= kMaxNameBytes) return;
  findings.push_back({model::Severity::note, "name-shortened",
                      table.source.text() + "." + column.source,
                      "is longer than the 63 bytes of a name: in " + table.target.text() +
                          " the column is called " + column.target,
                      "choose another name under \"columns\", if you like"});
}

}  // namespace

mapping::TableRules rules_of(const config::Table& table, const model::Table& source) {
  mapping::TableRules rules = table.rules;
  if (!table.create || !rules.same_names) return rules;
  schema::GivenNames names;
  for (const Rule& rule : rules.rules) names.take({"", rule.target});
  std::vector<std::string> columns;
  std::vector<schema::Wish> wishes;
  for (const model::Column& column : source.columns) {
    if (is_mentioned(table.rules, column.name)) continue;
    columns.push_back(column.name);
    wishes.push_back({"", column.name, column.name, true});
  }
  const std::vector<std::string> given = names.give_all(wishes);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].size() <= kMaxNameBytes) continue;
    rules.rules.push_back(mapping::rename_rule(columns[i], given[i]));
  }
  std::ranges::sort(rules.rules, {}, &Rule::target);
  return rules;
}

WantedTypes wanted_types(const config::Table& table, const model::Table& source) {
  WantedTypes wanted;
  wanted.of_target = table.create->types;
  for (const Filled& column : filled_columns(rules_of(table, source), source.columns)) {
    const auto type = wanted.of_target.find(column.target);
    if (type == wanted.of_target.end() || column.source.empty()) continue;
    wanted.of_source.emplace(column.source, type->second);
  }
  return wanted;
}

void choose_columns(const config::Table& table, const model::Table& source, NewTable& made) {
  std::set<std::string> taken;  // columns of the design that became a target column
  for (const Filled& column : filled_columns(rules_of(table, source), source.columns)) {
    const auto shortened = made.design.shortened.find(column.source);
    const std::string& name =
        shortened == made.design.shortened.end() ? column.source : shortened->second;
    const model::Column* const designed = made.design.table.find_column(name);
    const auto type = table.create->types.find(column.target);
    if (designed != nullptr && taken.insert(name).second) {
      remark_on_name(table, column, made.design.findings);
      if (name != column.target) made.renamed.emplace_back(name, column.target);
    } else if (type != table.create->types.end()) {
      made.added.emplace_back(column.target, type->second);
    } else if (designed != nullptr) {
      made.added.emplace_back(column.target, designed->type.sql);
    } else {
      made.design.findings.push_back(
          {model::Severity::error, "type-missing", table.target.text() + "." + column.target,
           "no single source column fills it, so nothing says which type it is to have",
           "say it: \"create\": {\"types\": {\"" + column.target + "\": \"text\"}}"});
    }
  }
  for (const model::Column& column : made.design.table.columns) {
    if (!taken.contains(column.name)) made.dropped.push_back(column.name);
  }
}

std::string column_in_target(const NewTable& table, const std::string& column) {
  if (std::ranges::find(table.dropped, column) != table.dropped.end()) return {};
  for (const auto& [source, target] : table.renamed) {
    if (source == column) return target;
  }
  return column;
}

}  // namespace sluice::plan
