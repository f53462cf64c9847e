#include "sluice/mapping/json_object.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

using sluice::mapping::nearest;

TEST_CASE("nearest finds slips of the fingers and nothing far-fetched") {
  constexpr std::string_view kWords[] = {"source", "target", "tables", "limits"};
  CHECK(nearest("soruce", kWords) == "source");
  CHECK(nearest("tabels", kWords) == "tables");
  CHECK(nearest("limit", kWords) == "limits");
  CHECK(nearest("targets", kWords) == "target");
  CHECK(nearest("checks", kWords).empty());
  CHECK(nearest("", kWords).empty());
  CHECK(nearest("x", kWords).empty());
  CHECK(nearest(std::string(100000, 's'), kWords).empty());
}
