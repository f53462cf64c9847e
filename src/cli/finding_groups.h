#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/model/finding.h"

namespace sluice::cli {

/// Findings that say the same of several places: a database of hundreds of tables says little that
/// is not said of many.
struct FindingGroup {
  model::Finding first;
  std::vector<std::string> places;   // of all of them
  std::vector<std::string> actions;  // one for each place, or the one that all have

  [[nodiscard]] bool has_one_action() const noexcept { return actions.size() == 1; }
};

/// Puts the finding to those of its rule and message, or behind all others.
void add_to_groups(std::vector<FindingGroup>& groups, const model::Finding& finding);

/// "a, b, c and 12 more"; `most`: how many are named.
[[nodiscard]] std::string places_text(const FindingGroup& group, std::size_t most);

}  // namespace sluice::cli
