#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "policy/reader.h"
#include "policy/shapes.h"

namespace sluice::policy {
namespace {

using codec::JsonMember;
using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

constexpr std::string_view kHardware[] = {"any", "touch", "pin"};
/// More people than any decision has.
constexpr std::int64_t kMostNeeded = 100;
/// A year: what was agreed on longer ago was agreed on for another state of affairs.
constexpr std::int64_t kMostHours = 366 * 24;

void read_groups(ObjectReader& object, std::vector<GroupNeed>& groups) {
  const JsonValue* value = object.required("groups");
  if (value == nullptr) return;
  JsonProblems& problems = object.problems();
  for (const JsonValue& item : object.items("groups")) {
    ObjectReader entry(item, shapes::kGroupNeed, problems);
    GroupNeed need;
    need.group = entry.required_text("group");
    if (entry.required("need") != nullptr) {
      need.need = static_cast<std::uint32_t>(entry.integer("need", 1, kMostNeeded).value_or(1));
    }
    if (need.group.empty()) continue;
    if (std::ranges::find(groups, need.group, &GroupNeed::group) != groups.end()) {
      problems.error(item, "group-twice",
                     fmt::format("the group \"{}\" is asked for twice", need.group),
                     "name each group once, with the number of people it takes");
      continue;
    }
    groups.push_back(std::move(need));
  }
  if (value->is_array() && value->items().empty()) {
    problems.error(*value, "no-signers", "nobody would have to sign",
                   "name at least one group; what needs no signature is said by "
                   "\"unsigned_labels\"");
  }
}

Requirement read_requirement(ObjectReader& object, std::chrono::seconds max_age) {
  Requirement requirement;
  read_groups(object, requirement.groups);
  requirement.hardware = static_cast<Hardware>(object.choice("hardware", kHardware).value_or(0));
  requirement.operator_counts = object.boolean("operator_counts");
  requirement.max_age = max_age;
  if (const auto hours = object.integer("max_age_hours", 1, kMostHours)) {
    requirement.max_age = std::chrono::hours(*hours);
  }
  return requirement;
}

void unknown_class(const JsonValue& object, const JsonMember& member, const Policy& policy,
                   JsonProblems& problems) {
  std::vector<std::string_view> names;
  for (const Class& one : policy.classes) names.emplace_back(one.name);
  const std::string_view near = mapping::nearest(member.key, names);
  problems.error_at_key(object, member, "unknown-class",
                        fmt::format("there is no class \"{}\"", member.key),
                        near.empty() ? std::string("name it under \"classes\", with its tables")
                                     : fmt::format("did you mean \"{}\"?", near));
}

ActRule read_rule(const JsonValue& value, const Policy& policy, JsonProblems& problems) {
  ObjectReader object(value, shapes::kRule, problems);
  ActRule rule;
  rule.requirement = read_requirement(object, kDefaultMaxAge);
  const JsonValue* by_class = object.find("by_class");
  if (by_class == nullptr) return rule;
  if (!by_class->is_object()) {
    problems.error(*by_class, "wrong-type",
                   "an object is wanted here: a requirement for each class");
    return rule;
  }
  for (const JsonMember& member : by_class->members()) {
    if (std::ranges::find(policy.classes, member.key, &Class::name) == policy.classes.end()) {
      unknown_class(*by_class, member, policy, problems);
    }
    ObjectReader own(member.value, shapes::kClassRule, problems);
    rule.by_class[member.key] = read_requirement(own, rule.requirement.max_age);
  }
  return rule;
}

/// A dot that is not at an end, at most one *, at the end, and no blanks around.
bool is_pattern(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::size_t star = text.find('*');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < text.size() &&
         (star == std::string_view::npos || (star + 1 == text.size() && star > dot)) &&
         text.front() != ' ' && text.back() != ' ';
}

Class read_class(const JsonMember& member, JsonProblems& problems) {
  check_name(member.value, member.key, problems);
  ObjectReader object(member.value, shapes::kClass, problems);
  Class one;
  one.name = member.key;
  one.owner = object.required_text("owner");
  const JsonValue* tables = object.required("tables");
  one.tables = distinct_texts(object, "tables");
  for (const JsonValue& item : object.items("tables")) {
    if (!item.is_string() || is_pattern(item.as_string())) continue;
    problems.error(item, "bad-table", "a table is written \"schema.table\"",
                   "a * may stand at the end: \"crm.pay*\", \"crm.*\"");
  }
  if (tables != nullptr && tables->is_array() && tables->items().empty()) {
    problems.error(*tables, "empty-class", fmt::format("class {} has no tables", one.name));
  }
  return one;
}

}  // namespace

void read_classes(ObjectReader& root, Policy& policy) {
  const JsonValue* value = root.find("classes");
  if (value == nullptr) return;
  if (!value->is_object()) {
    root.problems().error(*value, "wrong-type",
                          "an object is wanted here: tables and owner of each class");
    return;
  }
  for (const JsonMember& member : value->members()) {
    policy.classes.push_back(read_class(member, root.problems()));
  }
}

void read_acts(ObjectReader& root, Policy& policy) {
  const JsonValue* value = root.required("acts");
  if (value == nullptr) return;
  JsonProblems& problems = root.problems();
  ObjectReader object(*value, shapes::kActs, problems);
  if (!object.is_object()) return;
  for (const document::Act act : document::kActs) {
    const std::string_view name = document::to_string(act);
    if (const JsonValue* rule = object.find(name)) {
      policy.acts[act] = read_rule(*rule, policy, problems);
    } else {
      problems.warning(*value, "nobody-may", fmt::format("{}: no rule, so nobody may", name),
                       "name who signs it, where it will be needed");
    }
  }
}

}  // namespace sluice::policy
