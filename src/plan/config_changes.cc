#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/codec/json_read.h"
#include "sluice/plan/draft.h"

namespace sluice::plan {
namespace {

using codec::JsonMember;
using codec::JsonValue;

bool same(const JsonValue& a, const JsonValue& b);

bool same_members(const std::vector<JsonMember>& a, const std::vector<JsonMember>& b) {
  return std::ranges::equal(a, b, [](const JsonMember& left, const JsonMember& right) {
    return left.key == right.key && same(left.value, right.value);
  });
}

bool same(const JsonValue& a, const JsonValue& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case JsonValue::Kind::null:
      return true;
    case JsonValue::Kind::boolean:
      return a.as_bool() == b.as_bool();
    case JsonValue::Kind::integer:
    case JsonValue::Kind::number:
      return a.number_text() == b.number_text();
    case JsonValue::Kind::string:
      return a.as_string() == b.as_string();
    case JsonValue::Kind::array:
      return std::ranges::equal(a.items(), b.items(), same);
    case JsonValue::Kind::object:
      return same_members(a.members(), b.members());
  }
  return false;
}

/// Goes down where both are objects; what else differs is named, not shown.
void compare(const JsonValue* before, const JsonValue* now, const std::string& path,
             std::vector<std::string>& lines) {
  if (before == nullptr && now == nullptr) return;
  if (before == nullptr || now == nullptr) {
    lines.push_back(path + (before == nullptr ? " is new" : " is gone"));
  } else if (before->is_object() && now->is_object()) {
    for (const JsonMember& member : before->members()) {
      compare(&member.value, now->find(member.key), path + "." + member.key, lines);
    }
    for (const JsonMember& member : now->members()) {
      if (before->find(member.key) == nullptr) lines.push_back(path + "." + member.key + " is new");
    }
  } else if (!same(*before, *now)) {
    lines.push_back(path + " is not what it was");
  }
}

const JsonValue* find_table(const JsonValue& plan, const JsonValue& target) {
  for (const JsonValue& table : plan.at("tables").items()) {
    if (same(table.at("target"), target)) return &table;
  }
  return nullptr;
}

std::string name_of(const JsonValue& table) {
  const JsonValue& target = table.at("target");
  return model::QualifiedName{target.at("schema").as_string(), target.at("table").as_string()}
      .text();
}

using Members = std::vector<std::string_view>;

/// What differs between two plans, by the members of their tables that are asked for.
std::vector<std::string> changes(const Plan& before, const Plan& now, const std::string& label,
                                 const Members& members) {
  const codec::JsonDocument old_plan = codec::parse_json_or_throw(to_json(before), "plan");
  const codec::JsonDocument new_plan = codec::parse_json_or_throw(to_json(now), "plan");
  std::vector<std::string> lines;
  for (const char* const key :
       {"name", "digest", "leave", "checks", "new_tables", "objects", "families", "counters"}) {
    const JsonValue* const old_value = old_plan.root().find(key);
    const JsonValue* const new_value = new_plan.root().find(key);
    if (old_value != nullptr || new_value != nullptr) {
      compare(old_value, new_value, label + key, lines);
    }
  }
  for (const JsonValue& table : old_plan.root().at("tables").items()) {
    const JsonValue* same_target = find_table(new_plan.root(), table.at("target"));
    if (same_target == nullptr) {
      lines.push_back(label + name_of(table) + " is gone");
      continue;
    }
    for (const std::string_view key : members) {
      const std::string path = label + name_of(table) + ": " + std::string(key);
      const JsonValue* const old_value = table.find(key);
      const JsonValue* const new_value = same_target->find(key);
      if (old_value != nullptr || new_value != nullptr) compare(old_value, new_value, path, lines);
    }
  }
  for (const JsonValue& table : new_plan.root().at("tables").items()) {
    if (find_table(old_plan.root(), table.at("target")) == nullptr) {
      lines.push_back(label + name_of(table) + " is new");
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> config_changes(const Plan& before, const Plan& now) {
  return changes(before, now, "config: ", {"source", "existing_rows", "rules"});
}

std::vector<std::string> plan_edits(const Plan& made, const Plan& edited) {
  if (same_but_limits(made, edited)) return {};
  std::vector<std::string> lines = changes(
      made, edited, "plan: ",
      {"source", "side", "is_new", "read", "key", "write", "target_key", "computed", "rules",
       "existing_rows", "rest", "side_ddl", "deferred", "naming", "source_shape", "target_shape"});
  if (lines.empty()) lines.emplace_back("plan: its tables have another order");
  return lines;
}

}  // namespace sluice::plan
