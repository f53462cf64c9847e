#include "sluice/plan/acts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "sluice/mapping/rules.h"

namespace sluice::plan {
namespace {

using document::Act;

/// Acts as they are found, by act.
class Acts {
 public:
  void add(Act act, const TablePlan& table, const std::string& reason) {
    add_table(act, table);
    acts_[act].reasons.push_back(fmt::format("{}: {}", table.target.text(), reason));
  }
  void add_table(Act act, const TablePlan& table) {
    acts_[act].act = act;
    add_name(table.source, acts_[act].tables);
    add_name(table.target, acts_[act].tables);
  }
  void add_reason(Act act, const std::string& reason) {
    acts_[act].act = act;
    acts_[act].reasons.push_back(reason);
  }

  [[nodiscard]] std::vector<NeededAct> take() {
    std::vector<NeededAct> all;
    for (auto& [act, needed] : acts_) all.push_back(std::move(needed));
    return all;
  }

 private:
  static void add_name(const model::QualifiedName& name, std::vector<model::QualifiedName>& names) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }

  std::map<Act, NeededAct> acts_;
};

/// Old values and what each becomes; nothing is NULL. Values that the map does not list become what
/// `otherwise` says, and count as one more.
std::map<std::string, std::size_t> old_values_of(const mapping::ValueMap& map) {
  const auto shown = [](const std::optional<std::string>& value) {
    return value ? "'" + *value + "'" : std::string("NULL");
  };
  std::map<std::string, std::size_t> counts;
  for (const auto& [old_value, new_value] : map.entries) ++counts[shown(new_value)];
  if (map.otherwise.kind == mapping::Otherwise::Kind::value) {
    counts[shown(map.otherwise.value)] += 2;  // as many as there are
  }
  if (map.otherwise.kind == mapping::Otherwise::Kind::null) counts["NULL"] += 2;
  return counts;
}

/// Values that the map keeps as they are meet those that it makes.
bool meets_kept(const mapping::ValueMap& map) {
  if (map.otherwise.kind != mapping::Otherwise::Kind::keep) return false;
  return std::ranges::any_of(map.entries, [&map](const auto& entry) {
    return entry.second && *entry.second != entry.first &&
           std::ranges::none_of(map.entries,
                                [&](const auto& other) { return other.first == *entry.second; });
  });
}

std::vector<std::string> merges_of_map(const mapping::ValueMap& map) {
  std::vector<std::string> reasons;
  for (const auto& [new_value, count] : old_values_of(map)) {
    if (count > 1) reasons.push_back(fmt::format("several old values become {}", new_value));
  }
  if (reasons.empty() && meets_kept(map)) {
    reasons.emplace_back("old values become what other values are already");
  }
  return reasons;
}

std::vector<std::string> merges_of_steps(const std::vector<mapping::Step>& steps) {
  std::vector<std::string> reasons;
  for (const mapping::Step& step : steps) {
    const auto* map = std::get_if<mapping::ValueMap>(&step);
    if (map == nullptr) continue;
    for (std::string& reason : merges_of_map(*map)) reasons.push_back(std::move(reason));
  }
  return reasons;
}

std::vector<std::string> merges_of(const mapping::Value& value) {
  if (const auto* from = std::get_if<mapping::FromColumn>(&value)) {
    return merges_of_steps(from->steps);
  }
  const auto* concat = std::get_if<mapping::Concat>(&value);
  if (concat == nullptr) return {};
  std::vector<std::string> reasons = merges_of_steps(concat->steps);
  for (const mapping::Part& part : concat->parts) {
    for (std::string& reason : merges_of_steps(part.steps)) reasons.push_back(std::move(reason));
  }
  if (concat->parts.size() > 1) {
    reasons.push_back(fmt::format("{} columns become one", concat->parts.size()));
  }
  return reasons;
}

void add_rule(const TablePlan& table, const mapping::Rule& rule, Acts& acts) {
  for (const mapping::Case& one : rule.cases) {
    for (const std::string& reason : merges_of(one.value)) {
      acts.add(Act::merge, table, fmt::format("{}: {}", rule.target, reason));
    }
    const auto* constant = std::get_if<mapping::Constant>(&one.value);
    if (constant != nullptr && constant->text && !table.is_new) {
      acts.add(Act::backfill, table,
               fmt::format("{}: is set to '{}'", rule.target, *constant->text));
    }
  }
  if (!rule.lossy) return;
  for (const std::string& reason : mapping::loss_reasons(rule)) {
    acts.add(Act::confirm, table, fmt::format("{}: {}", rule.target, reason));
  }
  // Also what only the data can tell.
  acts.add_table(Act::confirm, table);
}

void add_table(const TablePlan& table, Acts& acts) {
  acts.add_table(Act::plan, table);
  for (const mapping::Rule& rule : table.rules.rules) add_rule(table, rule, acts);
  for (const mapping::Drop& drop : table.rules.drops) {
    acts.add(Act::confirm, table,
             fmt::format("column {} is dropped: {}", drop.column, drop.reason));
  }
  for (const auto& [column, holds] : table.rules.latin1_holds) {
    if (holds != mapping::Latin1Holds::both) continue;
    acts.add(Act::confirm, table, fmt::format("column {} is read in two encodings", column));
  }
  if (!table.is_new && table.existing_rows == config::ExistingRows::replace) {
    acts.add(Act::confirm, table, "the rows of the live table are replaced");
  }
}

/// Tables whose rows meet in one.
void add_shared_targets(const Plan& plan, Acts& acts) {
  std::map<model::QualifiedName, std::vector<const TablePlan*>> by_target;
  for (const TablePlan& table : plan.tables) by_target[table.target].push_back(&table);
  for (const auto& [target, tables] : by_target) {
    if (tables.size() < 2) continue;
    for (const TablePlan* table : tables) {
      acts.add(Act::merge, *table,
               fmt::format("rows of {} tables become rows of one", tables.size()));
    }
  }
}

}  // namespace

std::vector<NeededAct> needed_acts(const Plan& plan, const std::vector<std::string>& waivers) {
  Acts acts;
  for (const TablePlan& table : plan.tables) add_table(table, acts);
  add_shared_targets(plan, acts);
  for (const config::Check& check : plan.checks) {
    if (check.difference == "0") continue;
    for (const TablePlan& table : plan.tables) {
      if (table.source == check.source.table || table.target == check.target.table) {
        acts.add_table(Act::confirm, table);
      }
    }
    acts.add_reason(Act::confirm, fmt::format("check {}: a difference of {} is agreed on",
                                              check.name, check.difference));
  }
  if (!waivers.empty()) {
    for (const TablePlan& table : plan.tables) acts.add_table(Act::waiver, table);
    for (const std::string& waiver : waivers) acts.add_reason(Act::waiver, waiver);
  }
  return acts.take();
}

}  // namespace sluice::plan
