#include "sluice/plan/acts.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

namespace sluice::plan {
namespace {

using document::Act;

/// A table of two columns that are taken as they are.
TablePlan plain_table(const std::string& name) {
  TablePlan table;
  table.number = 1;
  table.source = {"legacy", name};
  table.target = {"crm", name};
  table.rules.rules = {mapping::rename_rule("id", "id"), mapping::rename_rule("status", "status")};
  return table;
}

Plan plan_of(const TablePlan& table) {
  Plan plan;
  plan.tables = {table};
  return plan;
}

std::vector<Act> acts_of(const Plan& plan, const std::vector<std::string>& waivers = {}) {
  std::vector<Act> acts;
  for (const NeededAct& needed : needed_acts(plan, waivers)) acts.push_back(needed.act);
  return acts;
}

/// The table with this as what makes "status".
TablePlan with_value(const mapping::Value& value) {
  TablePlan table = plain_table("orders");
  table.rules.rules[1].cases = {{std::nullopt, value}};
  return table;
}

mapping::ValueMap map_of(std::vector<std::pair<std::string, std::optional<std::string>>> entries,
                         mapping::Otherwise otherwise = {}) {
  return {std::move(entries), std::move(otherwise)};
}

std::vector<Act> acts_of_map(const mapping::ValueMap& map) {
  return acts_of(plan_of(with_value(mapping::FromColumn{"status", {map}})));
}

const std::vector<Act> kOnlyPlan{Act::plan};

}  // namespace

TEST_CASE("tables that are moved as they are need the act plan, of both names") {
  const auto needed = needed_acts(plan_of(plain_table("orders")), {});
  REQUIRE(needed.size() == 1);
  CHECK(needed[0].act == Act::plan);
  CHECK(needed[0].tables ==
        std::vector<model::QualifiedName>{{"legacy", "orders"}, {"crm", "orders"}});
}

TEST_CASE("a constant in a table that is there is a backfill") {
  TablePlan table = with_value(mapping::Constant{"open"});
  const auto needed = needed_acts(plan_of(table), {});
  REQUIRE(needed.size() == 2);
  CHECK(needed[1].act == Act::backfill);
  CHECK(needed[1].reasons == std::vector<std::string>{"crm.orders: status: is set to 'open'"});
  table.is_new = true;
  CHECK(acts_of(plan_of(table)) == kOnlyPlan);
  CHECK(acts_of(plan_of(with_value(mapping::Constant{std::nullopt}))) == kOnlyPlan);
}

TEST_CASE("a constant in one of several cases is a backfill too") {
  TablePlan table = plain_table("orders");
  mapping::Condition blank;
  blank.op = mapping::Condition::Op::is_blank;
  blank.column = "status";
  table.rules.rules[1].cases.insert(table.rules.rules[1].cases.begin(),
                                    {blank, mapping::Constant{"open"}});
  CHECK(acts_of(plan_of(table)) == std::vector<Act>{Act::plan, Act::backfill});
}

TEST_CASE("a value map that makes one value of several is a merge, one to one it is not") {
  using Kind = mapping::Otherwise::Kind;
  const std::vector<Act> merge{Act::plan, Act::merge};
  CHECK(acts_of_map(map_of({{"a", "1"}, {"b", "2"}})) == kOnlyPlan);
  CHECK(acts_of_map(map_of({{"a", "1"}, {"b", "1"}})) == merge);
  CHECK(acts_of_map(map_of({{"a", std::nullopt}, {"b", std::nullopt}})) == merge);
  CHECK(acts_of_map(map_of({{"a", "1"}}, {Kind::value, "2"})) == merge);
  CHECK(acts_of_map(map_of({{"a", "1"}}, {Kind::null, ""})) == merge);
  // What is kept may be what others become.
  CHECK(acts_of_map(map_of({{"a", "b"}}, {Kind::keep, ""})) == merge);
  CHECK(acts_of_map(map_of({{"a", "b"}, {"b", "a"}}, {Kind::keep, ""})) == kOnlyPlan);
  CHECK(acts_of_map(map_of({{"a", "a"}}, {Kind::keep, ""})) == kOnlyPlan);
}

TEST_CASE("columns that are joined are a merge, and so are value maps in their parts") {
  mapping::Concat concat;
  concat.parts = {{"first", {}, mapping::Missing::skip}, {"last", {}, mapping::Missing::skip}};
  CHECK(acts_of(plan_of(with_value(concat))) == std::vector<Act>{Act::plan, Act::merge});
  concat.parts.pop_back();
  CHECK(acts_of(plan_of(with_value(concat))) == kOnlyPlan);
  concat.parts[0].steps = {map_of({{"a", "1"}, {"b", "1"}})};
  CHECK(acts_of(plan_of(with_value(concat))) == std::vector<Act>{Act::plan, Act::merge});
}

TEST_CASE("rows of two tables that become rows of one are a merge") {
  Plan plan = plan_of(plain_table("orders"));
  TablePlan other = plain_table("old_orders");
  other.target = plan.tables[0].target;
  plan.tables.push_back(other);
  CHECK(acts_of(plan) == std::vector<Act>{Act::plan, Act::merge});
}

TEST_CASE("what is lost has to be confirmed") {
  const std::vector<Act> confirm{Act::plan, Act::confirm};
  TablePlan table = plain_table("orders");
  SECTION("a rule that admits it") {
    table.rules.rules[1].lossy = true;
    CHECK(acts_of(plan_of(table)) == confirm);
  }
  SECTION("a column that goes nowhere") {
    table.rules.drops = {{"note", true, false, "nobody reads it"}};
    CHECK(needed_acts(plan_of(table), {}).at(1).reasons ==
          std::vector<std::string>{"crm.orders: column note is dropped: nobody reads it"});
  }
  SECTION("a column of two encodings") {
    table.rules.latin1_holds["note"] = mapping::Latin1Holds::both;
    CHECK(acts_of(plan_of(table)) == confirm);
  }
  SECTION("rows of the live table") {
    table.existing_rows = config::ExistingRows::replace;
    CHECK(acts_of(plan_of(table)) == confirm);
    table.existing_rows = config::ExistingRows::keep;
    CHECK(acts_of(plan_of(table)) == kOnlyPlan);
  }
  SECTION("a figure that may differ") {
    Plan plan = plan_of(table);
    config::Check check;
    check.name = "turnover";
    check.source.table = table.source;
    check.target.table = table.target;
    plan.checks = {check};
    CHECK(acts_of(plan) == kOnlyPlan);
    plan.checks[0].difference = "0.01";
    CHECK(acts_of(plan) == confirm);
  }
}

TEST_CASE("what sluice would refuse has to be waived, of all tables") {
  Plan plan = plan_of(plain_table("orders"));
  plan.tables.push_back(plain_table("customers"));
  const auto needed = needed_acts(plan, {"the source's role can delete"});
  REQUIRE(needed.size() == 2);
  CHECK(needed[1].act == Act::waiver);
  CHECK(needed[1].tables.size() == 4);
}

}  // namespace sluice::plan
