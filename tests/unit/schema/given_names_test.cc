#include "sluice/schema/given_names.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/schema/names.h"

namespace sluice::schema {

TEST_CASE("a name is given once, then another one, then that with a number") {
  GivenNames names;
  names.take({"app", "k"});
  CHECK(names.give("app", "k", "t_k") == "t_k");
  CHECK(names.give("app", "k", "t_k") == "t_k_2");
  CHECK(names.give("app", "k", "k") == "k_2");
  CHECK(names.give("other", "k", "t_k") == "k");
}

TEST_CASE("a name and what goes with it are free together, or not at all") {
  GivenNames names("__side");
  names.take({"", "a__side"});
  names.take({"", "b"});
  CHECK(names.give("", "a", "x") == "x");
  CHECK(names.give("", "b__side", "y") == "y");
  CHECK(names.give("", "c", "z") == "c");
}

TEST_CASE("a name that nothing goes with needs no other one") {
  GivenNames names("__side");
  names.take({"", "a__side"});
  names.take({"", "b"});
  CHECK(names.give_alone("", "a", "a") == "a");
  CHECK(names.give_alone("", "b__side", "b__side") == "b__side_2");
  CHECK(names.give("", "a", "x") == "x");
  CHECK(names.give_alone("", "c__side", "y") == "c__side");
  CHECK(names.give("", "c", "z") == "z");
}

TEST_CASE("names that differ beyond what PostgreSQL keeps of them stay two") {
  GivenNames names;
  const std::string first = names.give("", std::string(64, 'a') + "1", "x");
  const std::string second = names.give("", std::string(64, 'a') + "2", "x");
  CHECK(first.size() == 63);
  CHECK(second.size() == 63);
  CHECK(first != second);
}

TEST_CASE("of many names those come first that the source has") {
  const std::string cut(64, 'n');
  const std::string same = short_name(cut);
  GivenNames names;
  names.take({"", "b"});
  CHECK(names.give_all({{"", cut, cut, true},
                        {"", same, "x", true},
                        {"", "a", "t_a", false},
                        {"", "a", "u_a", true},
                        {"", "b", "t_b", true}}) ==
        std::vector<std::string>{derived_name(cut, "_2"), same, "t_a", "a", "t_b"});
  CHECK(shortened({cut, "a", same}) ==
        std::map<std::string, std::string>{{cut, derived_name(cut, "_2")}});
}

}  // namespace sluice::schema
