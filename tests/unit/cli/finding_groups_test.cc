#include "cli/finding_groups.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace sluice::cli {
namespace {

model::Finding finding(const std::string& where, const std::string& action) {
  return {model::Severity::warning, "on-update-not-moved", where, "is not moved", action};
}

TEST_CASE("findings that say the same are one group, with one action while all have it") {
  std::vector<FindingGroup> groups;
  for (const char* const where : {"a", "b", "c"}) add_to_groups(groups, finding(where, "do"));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].places == std::vector<std::string>{"a", "b", "c"});
  CHECK(groups[0].actions == std::vector<std::string>{"do"});
  CHECK(places_text(groups[0], 2) == "a, b and 1 more");
}

TEST_CASE("each place keeps its action where they differ") {
  std::vector<FindingGroup> groups;
  add_to_groups(groups, finding("a", "do"));
  add_to_groups(groups, finding("b", "do"));
  add_to_groups(groups, finding("c", "do that"));
  add_to_groups(groups, finding("d", "do"));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].actions == std::vector<std::string>{"do", "do", "do that", "do"});
  std::vector<FindingGroup> two;
  add_to_groups(two, finding("a", "do"));
  add_to_groups(two, finding("b", "do that"));
  CHECK(two.at(0).actions == std::vector<std::string>{"do", "do that"});
}

TEST_CASE("other messages are other groups") {
  std::vector<FindingGroup> groups;
  add_to_groups(groups, finding("a", "do"));
  model::Finding other = finding("a", "do");
  other.message = "is gone";
  add_to_groups(groups, other);
  CHECK(groups.size() == 2);
}

}  // namespace
}  // namespace sluice::cli
