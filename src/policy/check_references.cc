#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "policy/reader.h"

namespace sluice::policy {
namespace {

using codec::JsonMember;
using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

using Words = std::vector<std::string_view>;

std::string nearest_hint(std::string_view word, const Words& known, std::string otherwise) {
  const std::string_view near = mapping::nearest(word, known);
  return near.empty() ? std::move(otherwise) : fmt::format("did you mean \"{}\"?", near);
}

Words principals_of(const Policy& policy) {
  Words words;
  for (const Person& person : policy.people) words.emplace_back(person.principal);
  return words;
}

/// The person; reports a principal that is nobody's.
const Person* person_at(const JsonValue* at, const Policy& policy, JsonProblems& problems) {
  if (at == nullptr || !at->is_string() || at->as_string().empty()) return nullptr;
  const Person* person = policy.find(at->as_string());
  if (person == nullptr) {
    problems.error(
        *at, "unknown-person", fmt::format("nobody has the principal \"{}\"", at->as_string()),
        nearest_hint(at->as_string(), principals_of(policy), "add the person under \"people\""));
  }
  return person;
}

void check_operators(ObjectReader& root, const Policy& policy) {
  JsonProblems& problems = root.problems();
  const JsonValue* operators = root.find("operators");
  if (operators == nullptr || !operators->is_array()) return;
  if (operators->items().empty()) problems.error(*operators, "nobody", "nobody may run anything");
  for (const JsonValue& item : operators->items()) {
    const Person* person = person_at(&item, policy, problems);
    if (person == nullptr) continue;
    if (person->os_users.empty()) {
      problems.error(item, "operator-without-login",
                     fmt::format("{} may run, and has no \"os_users\" to run as", person->name));
    }
    if (person->database_roles.empty()) {
      problems.error(
          item, "operator-without-login",
          fmt::format("{} may run, and has no \"database_roles\" to log in as", person->name));
    }
  }
}

void check_owners(ObjectReader& root, const Policy& policy) {
  const JsonValue* classes = root.find("classes");
  if (classes == nullptr || !classes->is_object()) return;
  for (const JsonMember& member : classes->members()) {
    const JsonValue* owner = member.value.find("owner");
    const Person* person = person_at(owner, policy, root.problems());
    if (person == nullptr || !person->keys.empty()) continue;
    root.problems().error(
        *owner, "owner-cannot-sign",
        fmt::format("{} owns class {}, and has no key to sign with", person->name, member.key));
  }
}

Words groups_of(const Policy& policy) {
  std::set<std::string_view> names;
  for (const Person& person : policy.people)
    names.insert(person.groups.begin(), person.groups.end());
  return {names.begin(), names.end()};
}

void check_groups(const JsonValue& rule, const Words& known, JsonProblems& problems) {
  const JsonValue* groups = rule.find("groups");
  if (groups == nullptr || !groups->is_array()) return;
  for (const JsonValue& item : groups->items()) {
    const JsonValue* group = item.find("group");
    if (group == nullptr || !group->is_string() || group->as_string().empty()) continue;
    if (std::ranges::find(known, group->as_string()) != known.end()) continue;
    problems.error(
        *group, "empty-group", fmt::format("nobody is in the group \"{}\"", group->as_string()),
        nearest_hint(group->as_string(), known, "people name their groups under \"groups\""));
  }
}

void check_act_groups(ObjectReader& root, const Policy& policy) {
  const JsonValue* acts = root.find("acts");
  if (acts == nullptr || !acts->is_object()) return;
  const Words known = groups_of(policy);
  for (const JsonMember& act : acts->members()) {
    check_groups(act.value, known, root.problems());
    const JsonValue* by_class = act.value.find("by_class");
    if (by_class == nullptr || !by_class->is_object()) continue;
    for (const JsonMember& own : by_class->members()) {
      check_groups(own.value, known, root.problems());
    }
  }
}

void check_labels(ObjectReader& root, const Policy& policy) {
  Words known;
  for (const Server& server : policy.servers) known.emplace_back(server.label);
  for (const JsonValue& item : root.items("unsigned_labels")) {
    if (!item.is_string() || item.as_string().empty()) continue;
    const std::string& label = item.as_string();
    if (label == kProduction || label == kUnlabelled) {
      root.problems().error(item, "never-unsigned",
                            fmt::format("acts on {} servers always need signatures", label),
                            "label the servers that may do without");
    } else if (std::ranges::find(known, label) == known.end()) {
      root.problems().warning(item, "unknown-label",
                              fmt::format("no server is labelled \"{}\"", label),
                              nearest_hint(label, known, "add it under \"servers\""));
    }
  }
}

}  // namespace

void check_references(ObjectReader& root, const Policy& policy) {
  (void)person_at(root.find("caller"), policy, root.problems());
  check_operators(root, policy);
  check_owners(root, policy);
  check_act_groups(root, policy);
  check_labels(root, policy);
}

}  // namespace sluice::policy
