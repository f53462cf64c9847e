#include "sluice/codec/irregular.h"

#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace {

using sluice::codec::Irregular;
using sluice::codec::irregular_from_json;
using sluice::codec::irregular_json;
using sluice::codec::IrregularRows;
using sluice::codec::Problem;

}  // namespace

TEST_CASE("irregular fields are given row by row, also for rows that have none") {
  const std::vector<Irregular> all = {
      {1, 0, Problem::zero_date}, {1, 4, Problem::invalid_utf8}, {3, 2, Problem::zero_date}};
  IrregularRows rows(all);
  CHECK(rows.of(0).empty());
  REQUIRE(rows.of(1).size() == 2);
  CHECK(rows.of(2).empty());
  REQUIRE(rows.of(3).size() == 1);
  CHECK(rows.of(4).empty());
}

TEST_CASE("irregular fields are read back from the ledger's form as they were") {
  const std::vector<Irregular> fields = {{7, 0, Problem::zero_date},
                                         {7, 65535, Problem::invalid_utf8}};
  CHECK(irregular_from_json(irregular_json(fields), 7) == fields);
  CHECK(irregular_from_json("[]", 0).empty());
}

TEST_CASE("irregular fields of a damaged ledger are refused") {
  for (const char* bad : {"", "{}", "[[1]]", "[1]", "[[1,\"zero_date\",2]]", "[[-1,\"zero_date\"]]",
                          "[[65536,\"zero_date\"]]", "[[1,\"\"]]", "[[\"1\",\"zero_date\"]]"}) {
    INFO(bad);
    CHECK_THROWS_AS(irregular_from_json(bad, 0), sluice::model::Error);
  }
}
