#include <optional>
#include <utility>

#include "sluice/plan/draft.h"
#include "sluice/plan/new_tables.h"
#include "sluice/plan/shape.h"

namespace sluice::plan {
namespace {

/// Which server it is; not its version, address or user, which may change while it stays the same.
void compare_server(const std::string& side, const model::ServerIdentity& planned,
                    const model::ServerIdentity& now, std::vector<std::string>& lines) {
  const auto compare = [&](const std::string& what, const std::string& before,
                           const std::string& after) {
    if (before != after) {
      lines.push_back(side + " server: " + what + " " + before + " is now " + after);
    }
  };
  compare("engine", model::to_string(planned.engine), model::to_string(now.engine));
  compare("identity", planned.identity, now.identity);
  compare("database", planned.database, now.database);
}

void add_differences(const std::string& where, const Shape& planned, const Shape& now,
                     std::vector<std::string>& lines) {
  for (const std::string& line : differences(planned, now)) lines.push_back(where + line);
}

void compare_table(const std::string& where, const Shape& planned, const model::Table* now,
                   Shape (*shape_of)(const model::Table&), std::vector<std::string>& lines) {
  if (now == nullptr) {
    lines.push_back(where + "table is gone");
    return;
  }
  add_differences(where, without_comments(planned), without_comments(shape_of(*now)), lines);
}

void compare_source(const std::string& where, const TablePlan& table, const model::Catalog& source,
                    std::vector<std::string>& lines) {
  compare_table(where, table.source_shape, source.find(table.source), source_shape, lines);
}

void compare_target(const Plan& plan, const TablePlan& table, const model::Catalog& target,
                    std::vector<std::string>& lines) {
  const model::Table* const now = target.find(table.target);
  // A new table is there from when it takes its name (with_names_taken).
  if (table.is_new && now == nullptr && table.side != table.target) return;
  std::optional<model::Table> made;
  if (table.is_new && now != nullptr) made = as_planned(plan, *now);
  compare_table("target " + table.target.text() + ": ", table.target_shape, made ? &*made : now,
                target_shape, lines);
}

}  // namespace

std::vector<std::string> drift(const Plan& plan, const model::Catalog& source,
                               const model::Catalog& target,
                               const std::optional<std::string>& config_sha256) {
  std::vector<std::string> lines;
  if (config_sha256 && *config_sha256 != plan.config_sha256) {
    lines.push_back("config: sha256 " + plan.config_sha256 + " is now " + *config_sha256);
  }
  compare_server("source", plan.source, source.server, lines);
  compare_server("target", plan.target, target.server, lines);
  for (const TablePlan& table : plan.tables) {
    compare_source("source " + table.source.text() + ": ", table, source, lines);
    compare_target(plan, table, target, lines);
  }
  return lines;
}

std::vector<std::string> drift_under_way(const Plan& plan, const model::ServerIdentity& source,
                                         const model::Catalog& target) {
  std::vector<std::string> lines;
  compare_server("source", plan.source, source, lines);
  compare_server("target", plan.target, target.server, lines);
  for (const TablePlan& table : plan.tables) compare_target(plan, table, target, lines);
  return lines;
}

Changes altered_sources(const Plan& plan, const model::Catalog& source) {
  Changes altered;
  for (const TablePlan& table : plan.tables) {
    std::vector<std::string> lines;
    compare_source("", table, source, lines);
    if (!lines.empty()) altered.emplace(table.number, std::move(lines));
  }
  return altered;
}

std::vector<std::string> comment_changes(const Plan& plan, const model::Catalog& target) {
  std::vector<std::string> lines;
  for (const TablePlan& table : plan.tables) {
    const model::Table* const now = target.find(table.target);
    if (now == nullptr) continue;
    const Shape shape = target_shape(table.is_new ? as_planned(plan, *now) : *now);
    add_differences("target " + table.target.text() + ": ", comments_only(table.target_shape),
                    comments_only(shape), lines);
  }
  return lines;
}

bool same_but_limits(const Plan& before, const Plan& now) {
  if (before.tables.size() != now.tables.size()) return false;
  Plan same = now;
  same.source = before.source;
  same.target = before.target;
  same.config_sha256 = before.config_sha256;
  for (std::size_t i = 0; i < same.tables.size(); ++i) {
    same.tables[i].quarantine_limit = before.tables[i].quarantine_limit;
    same.tables[i].order = before.tables[i].order;
  }
  return to_json(same) == to_json(before);
}

}  // namespace sluice::plan
