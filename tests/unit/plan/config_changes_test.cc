#include <catch2/catch_test_macros.hpp>

#include "sluice/plan/draft.h"

using sluice::model::QualifiedName;
using sluice::plan::config_changes;
using sluice::plan::Plan;
using sluice::plan::plan_edits;
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

TEST_CASE("what somebody changed in a plan's file is named") {
  const Plan made = one_table();
  CHECK(plan_edits(made, made).empty());
  Plan edited = made;
  edited.tables[0].quarantine_limit = 7;  // the config's own counts
  CHECK(plan_edits(made, edited).empty());
  edited.tables[0].side_ddl = {"DROP TABLE crm.customers"};
  CHECK(plan_edits(made, edited) == Lines{"plan: crm.customers: side_ddl is new"});
  edited = made;
  edited.tables.clear();
  CHECK(plan_edits(made, edited) == Lines{"plan: crm.customers is gone"});
}
