#include "copy/violators.h"

#include <vector>

#include <fmt/format.h>

#include "sluice/model/quote.h"

namespace sluice::copy {
namespace {

using model::Engine;
using plan::DeferredStep;

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

/// Rows whose key stands more than once. Keys with NULLs never collide unless the index says so;
/// grouping treats NULLs as equal, so they are left out.
std::string duplicate_condition(const plan::TablePlan& table, const DeferredStep& step) {
  const std::string side = model::quote_name(Engine::postgresql, table.side);
  const std::string keys = joined(step.key, ", ");
  std::string rows = step.condition.empty() ? "true" : fmt::format("({})", step.condition);
  if (!step.nulls_not_distinct) {
    for (const std::string& key : step.key) rows += fmt::format(" AND ({}) IS NOT NULL", key);
  }
  return fmt::format(
      "s.ctid IN (SELECT unnest(found) FROM (SELECT array_agg(ctid) AS found FROM {} WHERE {} "
      "GROUP BY {} HAVING count(*) > 1) AS groups)",
      side, rows, keys);
}

/// Rows that exclude each other: all of them, because nobody knows which of them is right.
std::string exclusion_condition(const plan::TablePlan& table, const DeferredStep& step) {
  std::string columns = "ctid AS place";
  std::vector<std::string> conflict{"a.place <> b.place"};
  for (std::size_t i = 0; i < step.key.size(); ++i) {
    columns += fmt::format(", {} AS k{}", step.key[i], i);
    conflict.push_back(fmt::format("a.k{} {} b.k{}", i, step.operators.at(i), i));
  }
  const std::string rows = fmt::format(
      "(SELECT {} FROM {} WHERE {})", columns, model::quote_name(Engine::postgresql, table.side),
      step.condition.empty() ? "true" : fmt::format("({})", step.condition));
  return fmt::format("s.ctid IN (SELECT a.place FROM {} AS a JOIN {} AS b ON {})", rows, rows,
                     joined(conflict, " AND "));
}

/// One table of SQL with the columns that others refer to.
std::string referred_keys(const std::vector<model::QualifiedName>& tables,
                          const DeferredStep& step) {
  if (tables.size() == 1) return model::quote_name(Engine::postgresql, tables.front());
  std::vector<std::string> parts;
  parts.reserve(tables.size());
  for (const model::QualifiedName& table : tables) {
    parts.push_back(fmt::format("SELECT {} FROM {}", joined(step.referenced_key, ", "),
                                model::quote_name(Engine::postgresql, table)));
  }
  return fmt::format("({})", joined(parts, " UNION ALL "));
}

/// One table of SQL with the columns that refer to others, and the place of each row's table.
std::string referring_keys(const std::vector<const plan::TablePlan*>& tables,
                           const DeferredStep& step) {
  std::vector<std::string> parts;
  parts.reserve(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    parts.push_back(fmt::format("SELECT {} AS place, {} FROM {}", i, joined(step.key, ", "),
                                model::quote_name(Engine::postgresql, tables[i]->side)));
  }
  return fmt::format("({})", joined(parts, " UNION ALL "));
}

}  // namespace

std::string violator_condition(const plan::TablePlan& table, const DeferredStep& step) {
  switch (step.kind) {
    case DeferredStep::Kind::index:
      return step.unique ? duplicate_condition(table, step) : "";
    case DeferredStep::Kind::exclusion:
      return exclusion_condition(table, step);
    case DeferredStep::Kind::check:
      return fmt::format("NOT ({})", step.condition);
    case DeferredStep::Kind::foreign_key:
      return orphan_condition(step, {step.referenced});
    default:
      return "";
  }
}

std::string orphan_condition(const DeferredStep& step,
                             const std::vector<model::QualifiedName>& parents) {
  std::vector<std::string> present;
  std::vector<std::string> equal;
  for (std::size_t i = 0; i < step.key.size(); ++i) {
    present.push_back(fmt::format("s.{} IS NOT NULL", step.key[i]));
    equal.push_back(
        fmt::format("p.{} {} s.{}", step.referenced_key.at(i), step.operators.at(i), step.key[i]));
  }
  return fmt::format("{} AND NOT EXISTS (SELECT FROM {} p WHERE {})", joined(present, " AND "),
                     referred_keys(parents, step), joined(equal, " AND "));
}

std::string orphaned_places(const DeferredStep& step,
                            const std::vector<const plan::TablePlan*>& children,
                            const std::vector<model::QualifiedName>& parents) {
  return fmt::format("SELECT DISTINCT s.place FROM {} s WHERE {} ORDER BY 1",
                     referring_keys(children, step), orphan_condition(step, parents));
}

}  // namespace sluice::copy
