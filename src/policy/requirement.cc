#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sluice/policy/policy.h"

namespace sluice::policy {
namespace {

void add_group(const GroupNeed& more, std::vector<GroupNeed>& groups) {
  const auto found = std::ranges::find(groups, more.group, &GroupNeed::group);
  if (found == groups.end()) {
    groups.push_back(more);
  } else {
    found->need = std::max(found->need, more.need);
  }
}

/// What fulfils both.
void add(const Requirement& more, Requirement& requirement) {
  for (const GroupNeed& group : more.groups) add_group(group, requirement.groups);
  requirement.hardware = std::max(requirement.hardware, more.hardware);
  requirement.operator_counts = requirement.operator_counts && more.operator_counts;
  requirement.max_age = std::min(requirement.max_age, more.max_age);
}

/// What a letter beyond ASCII becomes: which of them are two cases of one is each server's own
/// affair, so all of them are alike.
constexpr char kAnyOther = '\x80';

/// Whatever the case: servers differ in whether it counts, and a table too many only needs a
/// signature more.
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char kAscii = 0x80;
    constexpr unsigned char kFirstOfSeveral = 0xc0;
    if (byte < kAscii) {
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (byte >= kFirstOfSeveral) {
      text += kAnyOther;
    }
  }
  return text;
}

bool matches(std::string_view pattern, std::string_view name) {
  const bool is_open = pattern.ends_with('*');
  if (is_open) pattern.remove_suffix(1);
  const std::string wanted = folded(pattern);
  const std::string found = folded(name);
  return is_open ? found.starts_with(wanted) : found == wanted;
}

bool matches_any(std::string_view pattern, const std::vector<model::QualifiedName>& tables) {
  return std::ranges::any_of(tables, [pattern](const model::QualifiedName& table) {
    return matches(pattern, table.text());
  });
}

}  // namespace

bool needs_owners(document::Act act) noexcept {
  return document::is_irreversible(act) || act == document::Act::cutover;
}

std::optional<Requirement> requirement_of(const Policy& policy, document::Act act,
                                          const std::vector<std::string>& classes) {
  const auto rule = policy.acts.find(act);
  if (rule == policy.acts.end()) return std::nullopt;
  Requirement requirement = rule->second.requirement;
  std::set<std::string> owners;
  for (const std::string& name : classes) {
    const auto known = std::ranges::find(policy.classes, name, &Class::name);
    if (known == policy.classes.end()) return std::nullopt;
    if (needs_owners(act)) owners.insert(known->owner);
    const auto own = rule->second.by_class.find(name);
    if (own != rule->second.by_class.end()) add(own->second, requirement);
  }
  requirement.owners.assign(owners.begin(), owners.end());
  return requirement;
}

std::vector<std::string> classes_of(const Policy& policy,
                                    const std::vector<model::QualifiedName>& tables) {
  std::set<std::string> names;
  for (const Class& one : policy.classes) {
    const bool touched = std::ranges::any_of(
        one.tables, [&](const std::string& pattern) { return matches_any(pattern, tables); });
    if (touched) names.insert(one.name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> idle_patterns(const Policy& policy,
                                       const std::vector<model::QualifiedName>& tables) {
  std::vector<std::string> idle;
  for (const Class& one : policy.classes) {
    for (const std::string& pattern : one.tables) {
      if (matches_any(pattern, tables)) continue;
      idle.push_back(fmt::format("class {}: no table {}", one.name, pattern));
    }
  }
  return idle;
}

}  // namespace sluice::policy
