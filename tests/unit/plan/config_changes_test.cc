#include <catch2/catch_test_macros.hpp>

#include "sluice/plan/draft.h"

using sluice::model::QualifiedName;
using sluice::plan::config_changes;
using sluice::plan::Plan;
using sluice::plan::TablePlan;
using Lines = std::vector<std::string>;

namespace {

Plan one_table() {
  Plan plan;
  plan.name = "crm";
  TablePlan table;
  table.source = {"old", "customers"};
  table.target = {"crm", "customers"};
  table.rules.same_names = true;
  plan.tables.push_back(table);
  return plan;
}

}  // namespace

TEST_CASE("equal plans have no changes of the config") {
  CHECK(config_changes(one_table(), one_table()).empty());
}

TEST_CASE("what somebody changed in the config is named") {
  Plan now = one_table();
  now.tables[0].rules.same_names = false;
  now.tables[0].quarantine_limit = 7;  // limits may change
  CHECK(config_changes(one_table(), now) ==
        Lines{"config: crm.customers: rules.same_names is not what it was"});
  now = one_table();
  now.leave.push_back({{"old", "logs"}, "old logs", ""});
  CHECK(config_changes(one_table(), now) == Lines{"config: leave is not what it was"});
}

TEST_CASE("tables that come and go are named") {
  Plan now = one_table();
  now.tables[0].target = {"crm", "people"};
  CHECK(config_changes(one_table(), now) ==
        Lines{"config: crm.customers is gone", "config: crm.people is new"});
}
