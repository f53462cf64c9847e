#include "verify/value_map_check.h"

#include <catch2/catch_test_macros.hpp>

using sluice::mapping::Otherwise;
using sluice::mapping::ValueMap;
using sluice::verify::compare_counts;
using sluice::verify::map_value;
using sluice::verify::Outcome;
using sluice::verify::ValueCounts;
using Text = std::optional<std::string>;

namespace {

ValueMap map_with(Otherwise::Kind otherwise) {
  ValueMap map;
  map.entries = {{"trial", "pending"}, {"gone", std::nullopt}};
  map.otherwise.kind = otherwise;
  map.otherwise.value = "other";
  return map;
}

/// "quarantine", "NULL" or the value.
std::string mapped(const ValueMap& map, const Text& old) {
  Text out;
  if (!map_value(map, old, out)) return "quarantine";
  return out.value_or("NULL");
}

}  // namespace

TEST_CASE("an old value has one new value, or none") {
  CHECK(mapped(map_with(Otherwise::Kind::quarantine), "trial") == "pending");
  CHECK(mapped(map_with(Otherwise::Kind::quarantine), "gone") == "NULL");
  CHECK(mapped(map_with(Otherwise::Kind::quarantine), "Trial") == "quarantine");
  CHECK(mapped(map_with(Otherwise::Kind::keep), "x") == "x");
  CHECK(mapped(map_with(Otherwise::Kind::value), "x") == "other");
  CHECK(mapped(map_with(Otherwise::Kind::null), "x") == "NULL");
  CHECK(mapped(map_with(Otherwise::Kind::quarantine), std::nullopt) == "NULL");
}

TEST_CASE("counts are compared value by value, on both sides") {
  const ValueCounts expected{{"a", 2}, {"b", 1}, {std::nullopt, 3}, {"zero", 0}};
  CHECK(compare_counts(expected, {{"a", 2}, {"b", 1}, {std::nullopt, 3}}).outcome ==
        Outcome::equal);
  const auto swapped = compare_counts(expected, {{"a", 1}, {"b", 2}, {std::nullopt, 3}});
  CHECK(swapped.outcome == Outcome::different);
  CHECK(swapped.reason == "2 of 3 values have another number of rows");
  CHECK(compare_counts(expected, {{"a", 2}, {"b", 1}, {"", 3}}).outcome == Outcome::different);
  CHECK(compare_counts({}, {{"new", 1}}).outcome == Outcome::different);
  CHECK(compare_counts({}, {}).values.empty());
}
