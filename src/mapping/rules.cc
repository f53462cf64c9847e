#include "sluice/mapping/rules.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace sluice::mapping {
namespace {

void add_once(const std::string& column, std::vector<std::string>& out) {
  if (std::ranges::find(out, column) == out.end()) out.push_back(column);
}

void collect_value_columns(const Value& value, std::vector<std::string>& out) {
  if (const auto* from = std::get_if<FromColumn>(&value)) {
    add_once(from->column, out);
  } else if (const auto* concat = std::get_if<Concat>(&value)) {
    for (const Part& part : concat->parts) add_once(part.column, out);
  }
}

/// Why a value map gives one new value for two old ones; empty where it does not.
std::string merge_reason(const ValueMap& map) {
  std::map<std::optional<std::string>, std::string> seen;
  std::set<std::string> olds;
  for (const auto& [old_value, new_value] : map.entries) {
    const auto [at, is_new] = seen.emplace(new_value, old_value);
    if (!is_new) {
      return fmt::format("the map turns '{}' and '{}' into one value", at->second, old_value);
    }
    if (!new_value) return fmt::format("the map turns '{}' into NULL", old_value);
    olds.insert(old_value);
  }
  if (map.otherwise.kind != Otherwise::Kind::keep) return {};
  for (const auto& [old_value, new_value] : map.entries) {
    if (olds.contains(*new_value)) continue;
    return fmt::format("\"otherwise\": \"keep\" lets a '{}' of the source meet what '{}' becomes",
                       *new_value, old_value);
  }
  return {};
}

std::string map_reason(const ValueMap& map) {
  if (map.otherwise.kind == Otherwise::Kind::value) {
    return fmt::format("the map turns every other value into '{}'", map.otherwise.value);
  }
  if (map.otherwise.kind == Otherwise::Kind::null)
    return "the map turns every other value into NULL";
  return merge_reason(map);
}

/// Why a step loses information; empty where it does not.
struct StepLoss {
  std::string operator()(const Trim&) const { return {}; }
  std::string operator()(const CollapseSpaces&) const { return {}; }
  std::string operator()(const ParseNumber&) const { return {}; }
  std::string operator()(const ParseDate&) const { return {}; }
  std::string operator()(const ChangeCase& step) const {
    return step.to == ChangeCase::To::lower ? "step lower forgets which letters were upper case"
                                            : "step upper forgets which letters were lower case";
  }
  std::string operator()(const NullIf& step) const {
    return step.texts.empty()
               ? std::string()
               : fmt::format("step null_if turns '{}' into NULL", step.texts.front());
  }
  std::string operator()(const ValueMap& step) const { return map_reason(step); }
  std::string operator()(const Truncate& step) const {
    return fmt::format("step truncate cuts at {} characters", step.characters);
  }
  std::string operator()(const StripPrefixes&) const { return "step strip_prefixes removes text"; }
};

void add_step_reasons(const std::vector<Step>& steps, std::vector<std::string>& out) {
  for (const Step& step : steps) {
    std::string reason = std::visit(StepLoss{}, step);
    if (!reason.empty()) add_once(reason, out);
  }
}

void add_value_reasons(const Value& value, std::vector<std::string>& out) {
  if (const auto* from = std::get_if<FromColumn>(&value)) {
    add_step_reasons(from->steps, out);
  } else if (const auto* concat = std::get_if<Concat>(&value)) {
    if (concat->parts.size() > 1) {
      add_once(fmt::format("concat makes one value of {} columns", concat->parts.size()), out);
    }
    for (const Part& part : concat->parts) add_step_reasons(part.steps, out);
    add_step_reasons(concat->steps, out);
  }
}

/// Columns that one case reads and another does not: the other forgets them.
void add_case_reasons(const Rule& rule, std::vector<std::string>& out) {
  for (const std::string& column : value_columns(rule)) {
    for (const Case& c : rule.cases) {
      std::vector<std::string> read;
      collect_value_columns(c.value, read);
      if (std::ranges::find(read, column) == read.end()) {
        add_once(fmt::format("not every case reads column '{}'", column), out);
      }
    }
  }
}

}  // namespace

Rule rename_rule(std::string source, std::string target) {
  Rule rule;
  rule.target = std::move(target);
  rule.cases.push_back(Case{std::nullopt, FromColumn{std::move(source), {}}});
  return rule;
}

void collect_columns(const Case& c, std::vector<std::string>& out) {
  if (c.when) collect_columns(*c.when, out);
  collect_value_columns(c.value, out);
}

std::vector<std::string> source_columns(const Rule& rule) {
  std::vector<std::string> out;
  for (const Case& c : rule.cases) collect_columns(c, out);
  return out;
}

std::vector<std::string> value_columns(const Rule& rule) {
  std::vector<std::string> out;
  for (const Case& c : rule.cases) collect_value_columns(c.value, out);
  return out;
}

std::vector<std::string> loss_reasons(const Rule& rule) {
  std::vector<std::string> out;
  for (const Case& c : rule.cases) add_value_reasons(c.value, out);
  if (rule.cases.size() > 1) add_case_reasons(rule, out);
  return out;
}

bool holds_both(const TableRules& rules, std::string_view source_column) noexcept {
  const auto answer = rules.latin1_holds.find(source_column);
  return answer != rules.latin1_holds.end() && answer->second == Latin1Holds::both;
}

std::vector<ValueMapUse> value_maps(const std::vector<Rule>& rules) {
  std::vector<ValueMapUse> out;
  for (const Rule& rule : rules) {
    for (const Case& c : rule.cases) {
      const auto* from = std::get_if<FromColumn>(&c.value);
      if (from == nullptr) continue;
      for (const Step& step : from->steps) {
        const auto* map = std::get_if<ValueMap>(&step);
        if (map == nullptr) continue;
        const bool alone = rule.cases.size() == 1 && !c.when && from->steps.size() == 1;
        out.push_back(ValueMapUse{from->column, rule.target, *map, alone});
      }
    }
  }
  return out;
}

}  // namespace sluice::mapping
