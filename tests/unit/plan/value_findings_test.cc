#include <catch2/catch_test_macros.hpp>

#include "plan/table_findings.h"

namespace sluice::plan {

TEST_CASE("old values are kept by their row's key, so a table without one cannot keep them") {
  TablePlan table;
  table.source = {"crm", "log"};
  table.rest = model::QualifiedName{"crm", "log__rest"};
  Findings findings;
  look_at_rest(table, findings);
  const auto found = findings.take();
  REQUIRE(found.size() == 1);
  CHECK(found[0].rule == "rest-without-key");
  CHECK(found[0].severity == model::Severity::error);
  CHECK(found[0].where == "crm.log");
  CHECK(found[0].action.find("primary key") != std::string::npos);

  table.key = {0};
  Findings none;
  look_at_rest(table, none);
  CHECK(none.take().empty());
}

}  // namespace sluice::plan
