#include "sluice/policy/tally.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "unit/policy/policy_fixture.h"

namespace sluice::policy {
namespace {

using Lines = std::vector<std::string>;

Person person(const std::string& name, const Lines& groups, const std::string& type = "ssh-rsa") {
  Person one;
  one.name = name;
  one.principal = name + "@corp";
  one.groups = groups;
  one.keys = {{type, "", "", ""}};
  return one;
}

Policy team() {
  Policy policy;
  policy.people = {person("alice", {"tech"}), person("bob", {"business"}),
                   person("carol", {"tech", "business"}), person("dan", {"tech"})};
  return policy;
}

Requirement needs(std::vector<GroupNeed> groups, Lines owners = {}) {
  Requirement requirement;
  requirement.groups = std::move(groups);
  requirement.owners = std::move(owners);
  return requirement;
}

Tally tally_of(const Policy& policy, const Requirement& requirement, const Lines& names,
               const std::string& runs = "") {
  Lines principals;
  for (const std::string& name : names) principals.push_back(name + "@corp");
  return tally(policy, requirement, principals, runs.empty() ? "" : runs + "@corp");
}

}  // namespace

TEST_CASE("signatures are counted, and who is waited for has a name") {
  const Requirement both = needs({{"tech", 1}, {"business", 1}});
  Tally result = tally_of(team(), both, {});
  CHECK_FALSE(result.complete);
  CHECK(result.have == 0);
  CHECK(result.need == 2);
  CHECK(result.waiting ==
        Lines{"1 of group tech: alice, carol, dan", "1 of group business: bob, carol"});
  result = tally_of(team(), both, {"alice"});
  CHECK(result.have == 1);
  CHECK(result.counted == Lines{"alice@corp"});
  CHECK(result.waiting == Lines{"1 of group business: bob, carol"});
  result = tally_of(team(), both, {"alice", "bob"});
  CHECK(result.complete);
  CHECK(result.waiting.empty());
  CHECK(result.counted == Lines{"alice@corp", "bob@corp"});
}

TEST_CASE("one person counts in one group") {
  const Requirement both = needs({{"tech", 1}, {"business", 1}});
  const Tally result = tally_of(team(), both, {"carol"});
  CHECK(result.have == 1);
  // Whoever comes, carol takes the other seat.
  CHECK(result.waiting == Lines{"1 of group business or tech: alice, bob, dan"});
  CHECK(tally_of(team(), both, {"carol", "alice"}).complete);
  CHECK(tally_of(team(), both, {"carol", "bob"}).complete);
  CHECK_FALSE(tally_of(team(), both, {"alice", "dan"}).complete);
  CHECK(tally_of(team(), both, {"alice", "dan"}).have == 1);
}

TEST_CASE("the operator does not count, unless the rule says so") {
  Requirement one = needs({{"tech", 1}});
  CHECK_FALSE(tally_of(team(), one, {"alice"}, "alice").complete);
  CHECK(tally_of(team(), one, {"alice"}, "alice").waiting == Lines{"1 of group tech: carol, dan"});
  CHECK(tally_of(team(), one, {"alice", "dan"}, "alice").counted == Lines{"dan@corp"});
  one.operator_counts = true;
  CHECK(tally_of(team(), one, {"alice"}, "alice").complete);
}

TEST_CASE("data owners sign each, and may count for a group as well") {
  const Requirement rule = needs({{"business", 1}}, {"alice@corp", "carol@corp"});
  Tally result = tally_of(team(), rule, {"carol"});
  // Carol has two seats, and one signature of Alice's is all that is missing.
  CHECK(result.have == 1);
  CHECK(result.need == 2);
  CHECK(result.waiting == Lines{"data owner: alice"});
  CHECK(tally_of(team(), rule, {"carol", "alice"}).complete);
  CHECK_FALSE(tally_of(team(), rule, {"bob", "alice"}).complete);
  result = tally_of(team(), rule, {"carol", "alice"}, "alice");
  CHECK_FALSE(result.complete);
  CHECK(result.waiting ==
        Lines{"data owner: alice, whose signature does not count while running it"});
}

TEST_CASE("people are counted, and as few as could be enough are needed") {
  const Requirement rule = needs({{"tech", 1}, {"business", 1}}, {"carol@corp"});
  const auto standing = [&rule](const Lines& names, const std::string& runs = "") {
    const Tally result = tally_of(team(), rule, names, runs);
    return std::pair(result.have, result.need);
  };
  using Standing = std::pair<std::uint32_t, std::uint32_t>;
  CHECK(standing({}) == Standing(0, 2));  // Carol for both, and one of tech
  CHECK(standing({"alice"}) == Standing(1, 2));
  CHECK(standing({"alice", "carol"}) == Standing(2, 2));
  CHECK(standing({"alice", "bob"}) == Standing(2, 3));  // Carol as the owner alone
  CHECK(standing({"alice", "dan"}) == Standing(1, 2));  // there is one seat of tech
  // She runs it: nobody can sign in her place.
  CHECK(standing({"alice", "bob", "carol"}, "carol") == Standing(2, 3));
}

TEST_CASE("strangers, and keys that cannot prove what is asked for, are not waited for") {
  const Requirement one = needs({{"tech", 1}});
  CHECK(tally_of(team(), one, {"eve"}).have == 0);
  Requirement touch = one;
  touch.hardware = Hardware::touch;
  CHECK(tally_of(team(), touch, {}).waiting ==
        Lines{"1 of group tech: nobody is left who could sign"});
  CHECK_FALSE(tally_of(team(), needs({{"tech", 1}}, {"eve@corp"}), {"alice", "eve"}).complete);
}

TEST_CASE("as many seats are taken as any order of people could take") {
  std::mt19937 random(20261123);  // NOLINT: the same cases each time
  const Lines names = {"a", "b", "c", "d"};
  for (int round = 0; round < 400; ++round) {
    Policy policy;
    Lines signers;
    for (int i = 0; i < 5; ++i) {
      Lines groups;
      for (const std::string& name : names) {
        if (random() % 3 == 0) groups.push_back(name);
      }
      policy.people.push_back(person("p" + std::to_string(i), groups));
      signers.push_back("p" + std::to_string(i));
    }
    Requirement rule;
    for (const std::string& name : names) {
      if (const auto need = static_cast<std::uint32_t>(random() % 3); need > 0) {
        rule.groups.push_back({name, need});
      }
    }
    // Every way of seating everybody.
    std::vector<std::uint32_t> free;
    for (const GroupNeed& group : rule.groups) free.push_back(group.need);
    const std::function<std::uint32_t(std::size_t)> most = [&](std::size_t at) -> std::uint32_t {
      if (at == policy.people.size()) return 0;
      std::uint32_t best = most(at + 1);
      for (std::size_t g = 0; g < free.size(); ++g) {
        const Lines& groups = policy.people[at].groups;
        if (free[g] == 0 || std::ranges::find(groups, rule.groups[g].group) == groups.end()) {
          continue;
        }
        --free[g];
        best = std::max(best, 1 + most(at + 1));
        ++free[g];
      }
      return best;
    };
    const Tally result = tally_of(policy, rule, signers);
    REQUIRE(result.have == most(0));
    REQUIRE(result.counted.size() == result.have);
    REQUIRE(result.complete == (result.have == result.need));
    REQUIRE(result.complete == result.waiting.empty());
  }
}

}  // namespace sluice::policy
