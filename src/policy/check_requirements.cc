#include <algorithm>

#include <fmt/format.h>

#include "sluice/policy/tally.h"

#include "policy/reader.h"
#include "policy/seats.h"

namespace sluice::policy {
namespace {

using codec::JsonValue;
using document::Act;
using mapping::JsonProblems;
using mapping::ObjectReader;

/// A requirement as it will be asked for, and where it comes from.
struct Case {
  Act act{};
  std::vector<std::string> classes;
  const JsonValue* at = nullptr;
  std::string words;  ///< "retire", "retire of money"
};

const JsonValue* child(const JsonValue* value, std::string_view key) noexcept {
  return value == nullptr ? nullptr : value->find(key);
}

/// Each act by itself, with each class that asks for more, and with all of them at once.
std::vector<Case> cases_of(const Policy& policy, ObjectReader& root) {
  std::vector<Case> cases;
  for (const auto& [act, rule] : policy.acts) {
    const std::string name(document::to_string(act));
    const JsonValue* at = child(root.find("acts"), name);
    cases.push_back({act, {}, at, name});
    Case all{act, {}, at, name + " of all classes at once"};
    for (const Class& one : policy.classes) {
      const JsonValue* own = child(child(at, "by_class"), one.name);
      if (own == nullptr && !needs_owners(act)) continue;
      cases.push_back({act, {one.name}, own == nullptr ? at : own, name + " of " + one.name});
      all.classes.push_back(one.name);
    }
    if (all.classes.size() > 1) cases.push_back(std::move(all));
  }
  return cases;
}

std::vector<std::string> signers(const Policy& policy, Hardware hardware) {
  std::vector<std::string> principals;
  for (const Person& person : policy.people) {
    if (can_sign(person, hardware)) principals.push_back(person.principal);
  }
  return principals;
}

std::string waiting_text(const Tally& tally) {
  return fmt::format("{}", fmt::join(tally.waiting, "; "));
}

class RequirementCheck {
 public:
  RequirementCheck(const Policy& policy, JsonProblems& problems)
      : policy_(policy), problems_(problems) {}

  /// False where it can never be fulfilled; the first reason is reported.
  bool check(const Case& one) {
    const auto requirement = requirement_of(policy_, one.act, one.classes);
    if (!requirement) return true;  // a class that is none: that has been reported
    return check_sizes(one, *requirement) && check_people(one, *requirement) &&
           check_operators(one, *requirement);
  }

 private:
  bool check_sizes(const Case& one, const Requirement& requirement) {
    for (const GroupNeed& group : requirement.groups) {
      const auto members = std::ranges::count_if(
          policy_.people, [&](const Person& person) { return is_member(person, group.group); });
      if (members >= group.need) continue;
      if (members == 0) return false;  // reported where the group is named
      problems_.error(*one.at, "need-too-great",
                      fmt::format("{} needs {} of group {}, which has {}", one.words, group.need,
                                  group.group, members),
                      "ask for fewer, or put more people into the group");
      return false;
    }
    return true;
  }

  bool check_people(const Case& one, const Requirement& requirement) {
    Requirement any_key = requirement;
    any_key.hardware = Hardware::any_key;
    const Tally with_any = tally(policy_, any_key, signers(policy_, Hardware::any_key), {});
    if (!with_any.complete) {
      problems_.error(*one.at, "not-satisfiable",
                      fmt::format("{} would still wait when everybody has signed: {}", one.words,
                                  waiting_text(with_any)),
                      "one person counts in one group only, and needs a key");
      return false;
    }
    const Tally able = tally(policy_, requirement, signers(policy_, requirement.hardware), {});
    if (able.complete) return true;
    problems_.error(*one.at, "hardware-out-of-reach",
                    fmt::format("{} asks for hardware \"{}\", and too few have such keys: {}",
                                one.words, to_string(requirement.hardware), waiting_text(able)),
                    "only keys of the types sk-... prove touch and PIN: ssh-keygen -t ed25519-sk");
    return false;
  }

  /// Whoever runs it does not count: it may be out of reach for one, and must not be for all.
  bool check_operators(const Case& one, const Requirement& requirement) {
    const std::vector<std::string> able = signers(policy_, requirement.hardware);
    std::vector<const Person*> stuck;
    std::string waiting;
    for (const std::string& principal : policy_.operators) {
      const Tally rest = tally(policy_, requirement, able, principal);
      const Person* person = policy_.find(principal);
      if (rest.complete || person == nullptr) continue;
      stuck.push_back(person);
      waiting = waiting_text(rest);
    }
    if (stuck.empty()) return true;
    const bool all = stuck.size() == policy_.operators.size();
    for (const Person* person : stuck) {
      std::string message = fmt::format(
          "{} cannot be run by {}, whose own signature does not count", one.words, person->name);
      if (all) {
        problems_.error(*one.at, "nobody-can-run", message + ": " + waiting,
                        "name another operator, or more people who sign");
      } else {
        problems_.warning(*one.at, "operator-cannot-run", message,
                          "one of the other operators has to run it");
      }
    }
    return !all;
  }

  const Policy& policy_;
  JsonProblems& problems_;
};

/// Who waits to go on must not have to find two people.
void check_continue(const Policy& policy, const Case& one, JsonProblems& problems) {
  const auto requirement = requirement_of(policy, one.act, one.classes);
  if (one.act != Act::resume || !requirement) return;
  std::uint32_t need = 0;
  for (const GroupNeed& group : requirement->groups) need += group.need;
  if (need <= 1) return;
  problems.error(*one.at, "continue-needs-one",
                 fmt::format("{} must take one person, and takes {}", one.words, need),
                 "name one group with \"need\": 1, and the same one for classes");
}

}  // namespace

void check_requirements(ObjectReader& root, const Policy& policy) {
  RequirementCheck check(policy, root.problems());
  std::optional<Act> broken;  // of the act by itself: its classes would only repeat it
  for (const Case& one : cases_of(policy, root)) {
    if (broken == one.act) continue;
    check_continue(policy, one, root.problems());
    if (!check.check(one) && one.classes.empty()) broken = one.act;
  }
}

}  // namespace sluice::policy
