#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "sluice/policy/policy.h"

#include "policy/seats.h"

namespace sluice::policy {
namespace {

bool counts_for(const Requirement& requirement, const Person& person, const Key& key) {
  if (!can_prove(key, requirement.hardware)) return false;
  return std::ranges::any_of(
      requirement.groups, [&](const GroupNeed& group) { return is_member(person, group.group); });
}

/// Whether a signature by this key may ever count for the act. How much hardware the tables at hand
/// ask for is decided when signatures are counted.
bool may_ever_count(const Policy& policy, document::Act act, const ActRule& rule,
                    const Person& person, const Key& key) {
  if (counts_for(rule.requirement, person, key)) return true;
  for (const auto& [name, requirement] : rule.by_class) {
    if (counts_for(requirement, person, key)) return true;
  }
  return needs_owners(act) && can_prove(key, rule.requirement.hardware) &&
         std::ranges::find(policy.classes, person.principal, &Class::owner) != policy.classes.end();
}

std::string namespaces(const Policy& policy, const Person& person, const Key& key) {
  std::string text;
  for (const auto& [act, rule] : policy.acts) {
    if (!may_ever_count(policy, act, rule, person, key)) continue;
    text += (text.empty() ? "" : ",") + document::signature_namespace(act);
  }
  return text;
}

/// "2026-11-22T13:30:00Z" as ssh-keygen has it: "20261122133000Z".
std::string compact(std::string_view time) {
  std::string text;
  std::ranges::copy_if(time, std::back_inserter(text),
                       [](char c) { return c == 'Z' || (c >= '0' && c <= '9'); });
  return text;
}

std::string option(std::string_view name, std::string_view time) {
  return time.empty() ? std::string() : fmt::format(",{}=\"{}\"", name, compact(time));
}

}  // namespace

std::string allowed_signers(const Policy& policy) {
  std::string text;
  for (const Person& person : policy.people) {
    for (const Key& key : person.keys) {
      const std::string acts = namespaces(policy, person, key);
      // Without the option a key would sign for everything.
      if (acts.empty()) continue;
      text += fmt::format("{} namespaces=\"{}\"{}{} {} {}\n", person.principal, acts,
                          option("valid-after", key.valid_after),
                          option("valid-before", key.valid_before), key.type, key.blob);
    }
  }
  return text;
}

}  // namespace sluice::policy
