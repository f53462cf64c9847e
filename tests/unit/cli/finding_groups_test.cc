#include "cli/finding_groups.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::cli {
namespace {

using Lines = std::vector<std::string>;

FindingGroup group_of(const Lines& actions) {
  std::vector<FindingGroup> groups;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    add_to_groups(groups,
                  {model::Severity::note, "rule", "t" + std::to_string(i), "said", actions[i]});
  }
  REQUIRE(groups.size() == 1);
  return groups.front();
}

}  // namespace

TEST_CASE("findings that say the same and want the same are one, with one action") {
  const FindingGroup group = group_of({"do", "do", "do", "do"});
  CHECK(places_text(group, 3) == "t0, t1, t2 and 1 more");
  CHECK(action_lines(group, 1) == Lines{"do"});
  CHECK(action_lines(group, 4) == Lines{"do"});
  CHECK(action_lines(group_of({"", ""}), 4).empty());
}

TEST_CASE("an action that is not for all places says for which") {
  const FindingGroup group = group_of({"do", "do", "do more"});
  CHECK(action_lines(group, 1) == Lines{"for the first: do"});
  CHECK(action_lines(group, 3) == Lines{"t0: do", "t1: do", "t2: do more"});
}

TEST_CASE("places that want nothing take no line, and none away from the others") {
  const FindingGroup group = group_of({"", "do", "", "do more", "do all"});
  CHECK(action_lines(group, 1) == Lines{"t1: do"});
  CHECK(action_lines(group, 2) == Lines{"t1: do", "t3: do more"});
  CHECK(action_lines(group_of({"do", ""}), 4) == Lines{"t0: do"});
}

}  // namespace sluice::cli
