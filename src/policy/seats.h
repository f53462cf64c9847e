#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sluice/policy/policy.h"

namespace sluice::policy {

/// People on the seats of groups, each on one: a maximum matching, found by augmenting paths.
class Seats {
 public:
  explicit Seats(const std::vector<GroupNeed>& groups);

  /// Gives the person a seat, moving others to other groups of theirs where that helps. False where
  /// no order of all people so far leaves one.
  bool add(const Person& person);

  [[nodiscard]] std::size_t free_of(std::size_t group) const noexcept;
  /// Groups of which another member would let this one become full: itself, and each whose people
  /// could move towards it. Sorted.
  [[nodiscard]] std::vector<std::size_t> groups_that_help(std::size_t group) const;

 private:
  bool seat(const Person& person, std::vector<bool>& tried);

  const std::vector<GroupNeed>& groups_;
  std::vector<std::vector<const Person*>> seated_;  ///< of each group
};

[[nodiscard]] bool is_member(const Person& person, std::string_view group) noexcept;

}  // namespace sluice::policy
