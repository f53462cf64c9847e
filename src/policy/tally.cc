#include "sluice/policy/tally.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "policy/seats.h"

namespace sluice::policy {
namespace {

/// Whose signatures count for a requirement, and whose are there.
class Count {
 public:
  Count(const Policy& policy, const Requirement& requirement, std::span<const std::string> signers,
        std::string_view operator_name)
      : policy_(policy),
        requirement_(requirement),
        operator_(requirement.operator_counts ? std::string_view() : operator_name),
        signers_(signers.begin(), signers.end()),
        seats_(requirement.groups) {}

  Tally tally() {
    take_group_seats();
    take_owner_seats();
    wait_for_groups();
    tally_.counted.assign(counted_.begin(), counted_.end());
    const std::size_t missing = people_missing();
    tally_.have = static_cast<std::uint32_t>(counted_.size());
    tally_.need = static_cast<std::uint32_t>(counted_.size() + missing);
    tally_.complete = missing == 0;
    return std::move(tally_);
  }

 private:
  [[nodiscard]] bool may_count(const Person& person) const { return person.principal != operator_; }
  [[nodiscard]] bool has_signed(const Person& person) const {
    return signers_.contains(person.principal);
  }

  void take_group_seats() {
    for (const Person& person : policy_.people) {
      if (!has_signed(person) || !may_count(person)) continue;
      // Who has a seat keeps one: paths move people, and never unseat them.
      if (seats_.add(person)) counted_.insert(person.principal);
    }
  }

  void take_owner_seats() {
    for (const std::string& principal : requirement_.owners) {
      const Person* owner = policy_.find(principal);
      if (owner != nullptr && may_count(*owner) && has_signed(*owner)) {
        counted_.insert(principal);
      } else {
        tally_.waiting.push_back(owner_text(principal, owner));
      }
    }
  }

  [[nodiscard]] std::string owner_text(const std::string& principal, const Person* owner) const {
    const std::string& name = owner == nullptr ? principal : owner->name;
    const bool runs = owner != nullptr && !may_count(*owner);
    return fmt::format("data owner: {}{}", name,
                       runs ? ", whose signature does not count while running it" : "");
  }

  /// How few more people could be enough: an owner who is still to sign may take a group's seat
  /// too.
  [[nodiscard]] std::size_t people_missing() const {
    Seats later = seats_;
    std::size_t missing = 0;
    for (const std::string& principal : requirement_.owners) {
      const Person* owner = policy_.find(principal);
      const bool counts = owner != nullptr && may_count(*owner);
      if (counts && has_signed(*owner)) continue;
      ++missing;
      if (counts) static_cast<void>(later.add(*owner));
    }
    for (std::size_t group = 0; group < requirement_.groups.size(); ++group) {
      missing += later.free_of(group);
    }
    return missing;
  }

  void wait_for_groups() {
    for (std::size_t group = 0; group < requirement_.groups.size(); ++group) {
      if (seats_.free_of(group) == 0) continue;
      const std::vector<std::size_t> groups = seats_.groups_that_help(group);
      std::string names = requirement_.groups[group].group;
      for (const std::size_t other : groups) {
        if (other != group) names += " or " + requirement_.groups[other].group;
      }
      tally_.waiting.push_back(
          fmt::format("{} of group {}: {}", seats_.free_of(group), names, candidates(groups)));
    }
  }

  [[nodiscard]] std::string candidates(const std::vector<std::size_t>& groups) const {
    std::string names;
    for (const Person& person : policy_.people) {
      const bool belongs = std::ranges::any_of(groups, [&](std::size_t group) {
        return is_member(person, requirement_.groups[group].group);
      });
      if (!belongs || has_signed(person) || !may_count(person)) continue;
      if (!can_sign(person, requirement_.hardware)) continue;
      names += (names.empty() ? "" : ", ") + person.name;
    }
    return names.empty() ? "nobody is left who could sign" : names;
  }

  const Policy& policy_;
  const Requirement& requirement_;
  std::string_view operator_;  ///< whose signature does not count
  std::set<std::string, std::less<>> signers_;
  Seats seats_;
  std::set<std::string> counted_;
  Tally tally_;
};

}  // namespace

Tally tally(const Policy& policy, const Requirement& requirement,
            std::span<const std::string> signers, std::string_view operator_name) {
  return Count(policy, requirement, signers, operator_name).tally();
}

}  // namespace sluice::policy
