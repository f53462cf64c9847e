#include "sluice/mapping/overrides.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace {

using sluice::mapping::Overrides;
using sluice::mapping::overrides_from_json;
using sluice::mapping::overrides_json;

}  // namespace

TEST_CASE("a decision is read back from the ledger's form as it was") {
  const Overrides overrides = {{"born", "1990-01-01"}, {"na\"me", std::nullopt}, {"note", ""}};
  CHECK(overrides_from_json(overrides_json(overrides)) == overrides);
  CHECK(overrides_from_json(overrides_json({})).empty());
}

TEST_CASE("a decision is an object of texts and nulls, and nothing else") {
  const auto overrides = overrides_from_json(R"({"born": "1990-01-01", "name": null})");
  CHECK(overrides.at("born") == "1990-01-01");
  CHECK(overrides.at("name") == std::nullopt);
  for (const char* bad : {"", "[]", "{\"a\": 1}", "{\"a\": {}}", "{", "null"}) {
    INFO(bad);
    CHECK_THROWS_AS(overrides_from_json(bad), sluice::model::Error);
  }
}
