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
  std::vector<std::string> actions;  // for the places, in their order; one if all have the same
};

/// Puts the finding to those of its rule and message, or behind all others.
void add_to_groups(std::vector<FindingGroup>& groups, const model::Finding& finding);

/// "a, b, c and 12 more"; `most`: how many are named.
[[nodiscard]] std::string places_text(const FindingGroup& group, std::size_t most);

/// What to do, a line each: for all places, for each of `most` where that differs, or "for the
/// first: ..." where most is 1. Nothing where there is nothing to do.
[[nodiscard]] std::vector<std::string> action_lines(const FindingGroup& group, std::size_t most);

}  // namespace sluice::cli
