#include "policy/seats.h"

#include <algorithm>

namespace sluice::policy {

bool is_member(const Person& person, std::string_view group) noexcept {
  return std::ranges::find(person.groups, group) != person.groups.end();
}

Seats::Seats(const std::vector<GroupNeed>& groups) : groups_(groups), seated_(groups.size()) {}

bool Seats::add(const Person& person) {
  std::vector<bool> tried(groups_.size());
  return seat(person, tried);
}

/// Each group is tried once: it goes no deeper than there are groups.
bool Seats::seat(const Person& person,  // NOLINT(misc-no-recursion)
                 std::vector<bool>& tried) {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (tried[group] || !is_member(person, groups_[group].group)) continue;
    tried[group] = true;
    if (free_of(group) > 0) {
      seated_[group].push_back(&person);
      return true;
    }
    for (std::size_t at = 0; at < seated_[group].size(); ++at) {
      if (!seat(*seated_[group][at], tried)) continue;
      seated_[group][at] = &person;
      return true;
    }
  }
  return false;
}

std::size_t Seats::free_of(std::size_t group) const noexcept {
  return groups_[group].need - seated_[group].size();
}

std::vector<std::size_t> Seats::groups_that_help(std::size_t group) const {
  std::vector<std::size_t> reached{group};
  for (std::size_t at = 0; at < reached.size(); ++at) {
    for (std::size_t from = 0; from < groups_.size(); ++from) {
      if (std::ranges::find(reached, from) != reached.end()) continue;
      const auto can_move = [&](const Person* person) {
        return is_member(*person, groups_[reached[at]].group);
      };
      if (std::ranges::any_of(seated_[from], can_move)) reached.push_back(from);
    }
  }
  std::ranges::sort(reached);
  return reached;
}

}  // namespace sluice::policy
