#include <optional>

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

void compare_table(const std::string& side, const model::QualifiedName& name, const Shape& planned,
                   const model::Table* now, Shape (*shape_of)(const model::Table&),
                   std::vector<std::string>& lines) {
  const std::string where = side + " " + name.text() + ": ";
  if (now == nullptr) {
    lines.push_back(where + "table is gone");
    return;
  }
  add_differences(where, without_comments(planned), without_comments(shape_of(*now)), lines);
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
    compare_table("source", table.source, table.source_shape, source.find(table.source),
                  source_shape, lines);
    const model::Table* const now = target.find(table.target);
    // A new table is there from when it takes its name (with_names_taken).
    if (table.is_new && now == nullptr && table.side != table.target) continue;
    std::optional<model::Table> made;
    if (table.is_new && now != nullptr) made = as_planned(plan, *now);
    compare_table("target", table.target, table.target_shape, made ? &*made : now, target_shape,
                  lines);
  }
  return lines;
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
