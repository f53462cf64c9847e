#include "sluice/plan/shape.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "example.h"
#include "plan/names.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("a difference names the column and both types") {
  model::Table table = example::source_customers();
  const Shape before = source_shape(table);
  CHECK(differences(before, source_shape(table)).empty());
  table.columns[1].type = example::mysql_varchar(80);
  table.columns[3].nullable = false;
  CHECK(differences(before, source_shape(table)) ==
        Lines{"column email: varchar(255) charset utf8mb4 collate utf8mb4_general_ci is now "
              "varchar(80) charset utf8mb4 collate utf8mb4_general_ci",
              "column credit: decimal(10,2) is now decimal(10,2) not null"});
}

TEST_CASE("columns that came, went or changed places are differences") {
  model::Table table = example::source_orders();
  const Shape before = source_shape(table);
  model::Table less = table;
  less.columns.pop_back();
  CHECK(differences(before, source_shape(less)) ==
        Lines{"column total: is gone, was decimal(12,2) not null"});
  CHECK(differences(source_shape(less), before) ==
        Lines{"column total: is new, decimal(12,2) not null"});
  std::swap(table.columns[1], table.columns[2]);
  CHECK(differences(before, source_shape(table)) == Lines{"table: its columns have another order"});
}

TEST_CASE("what a copy does not depend on is not part of a shape") {
  model::Table source = example::source_customers();
  const Shape before = source_shape(source);
  source.estimated_rows = 7;
  source.comment = "new words";
  source.columns[0].comment = "new words";
  model::Index plain;
  plain.name = "for a report";
  source.indexes.push_back(plain);
  CHECK(source_shape(source) == before);

  model::Table target = example::target_customers();
  const Shape target_before = target_shape(target);
  target.estimated_rows = 7;
  target.comment = "new words";
  target.key_correlation = 0.5;
  CHECK(target_shape(target) == target_before);
}

TEST_CASE("everything that the side table must get is part of the target's shape") {
  const model::Table table = example::target_orders();
  const auto changed = [&table](const auto& change) {
    model::Table other = table;
    change(other);
    return differences(target_shape(table), target_shape(other)).size();
  };
  CHECK(changed([](model::Table& t) { t.columns[0].default_sql = "1"; }) == 1);
  CHECK(changed([](model::Table& t) { t.columns[0].identity = model::Identity::always; }) == 1);
  CHECK(changed([](model::Table& t) { t.columns[0].generated = model::Generated::stored; }) == 1);
  CHECK(changed([](model::Table& t) { t.columns[0].statistics_target = 9; }) == 1);
  CHECK(changed([](model::Table& t) { t.columns[0].type.collation = "C"; }) == 1);
  CHECK(changed([](model::Table& t) { t.columns[0].type.schema = "app"; }) == 1);
  CHECK(changed([](model::Table& t) {
          t.indexes[0].definition =
              "CREATE UNIQUE INDEX orders_pkey ON crm.orders USING btree (line, customer_id)";
        }) == 1);
  CHECK(changed([](model::Table& t) { t.indexes.clear(); }) == 1);
  CHECK(changed([](model::Table& t) {
          t.foreign_keys[0].definition = "FOREIGN KEY (customer_id) REFERENCES crm.customers(id)";
        }) == 1);
  CHECK(changed([](model::Table& t) { t.foreign_keys[0].validated = false; }) == 1);
  CHECK(changed([](model::Table& t) {
          t.checks.push_back({"c", "CHECK ((line > 0))", true, ""});
        }) == 1);
  CHECK(changed([](model::Table& t) { t.triggers.push_back({"t", "CREATE TRIGGER t"}); }) == 1);
  CHECK(changed([](model::Table& t) { t.row_security = true; }) == 1);
  CHECK(changed([](model::Table& t) { t.unlogged = true; }) == 1);
  CHECK(changed([](model::Table& t) { t.storage_parameters = {"fillfactor=70"}; }) == 1);
  CHECK(changed([](model::Table& t) { t.replica_identity = "full"; }) == 1);
  CHECK(changed([](model::Table& t) { t.tablespace = "fast"; }) == 1);
}

/// The orders table as it should look on the side when everything has run.
model::Table finished_side() {
  model::Table side = example::target_orders();
  side.name.table = "orders__side";
  side.indexes[0].name = "orders_pkey__side";
  side.indexes[0].definition =
      "CREATE UNIQUE INDEX orders_pkey__side ON crm.orders__side USING btree (customer_id, line)";
  side.foreign_keys[0].referenced = {"crm", "customers__side"};
  side.foreign_keys[0].definition =
      "FOREIGN KEY (customer_id) REFERENCES crm.customers__side(id) ON DELETE CASCADE DEFERRABLE";
  return side;
}

Plan plan_of_orders(const model::Table& live) {
  Plan plan;
  plan.tables.resize(2);
  TablePlan& customers = plan.tables[0];
  customers.target = {"crm", "customers"};
  customers.side = {"crm", "customers__side"};
  TablePlan& orders = plan.tables[1];
  orders.target = {"crm", "orders"};
  orders.side = {"crm", "orders__side"};
  orders.target_shape = target_shape(live);
  orders.deferred = deferred_steps(
      live, orders.side, {{customers.target, customers.side}, {orders.target, orders.side}});
  return plan;
}

TEST_CASE("a finished side table lacks nothing, though every name in it is another") {
  model::Table live = example::target_orders();
  live.triggers = {{"t", "CREATE TRIGGER t"}};
  live.row_security = true;
  const Plan plan = plan_of_orders(live);
  CHECK(side_differences(plan, plan.tables[1], finished_side()).empty());
}

TEST_CASE("whatever is missing on the side is named as on the live table") {
  const Plan plan = plan_of_orders(example::target_orders());
  model::Table side = finished_side();
  side.indexes.clear();
  side.foreign_keys[0].validated = false;
  const Lines lines = side_differences(plan, plan.tables[1], side);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("foreign key orders_customer_id_fkey: "));
  CHECK(lines[0].ends_with("NOT VALID"));
  CHECK(lines[1].starts_with("index orders_pkey: is gone"));
}

TEST_CASE("a foreign key that points at the live table instead of the side table is found") {
  const Plan plan = plan_of_orders(example::target_orders());
  model::Table side = finished_side();
  side.foreign_keys[0] = example::target_orders().foreign_keys[0];
  side.foreign_keys[0].definition = "FOREIGN KEY (customer_id) REFERENCES x.y(id)";
  side.foreign_keys[0].referenced = {"x", "y"};
  CHECK(side_differences(plan, plan.tables[1], side).size() == 1);
}

TEST_CASE("settings, statistics and comments that the side table lacks are found") {
  model::Table live = example::target_orders();
  live.columns[2].storage = "external";
  live.columns[2].compression = "lz4";
  live.columns[2].options = "n_distinct=-0.5";
  live.indexes[0].clustered = true;
  live.indexes[0].parts[0].statistics_target = 44;
  live.indexes[0].comment = "i";
  live.indexes[0].constraint_comment = "c";
  live.foreign_keys[0].comment = "k";
  live.statistics.push_back({{"crm", "both"}, "ON id, total", 55, "s"});
  const Plan plan = plan_of_orders(live);
  Lines objects;
  for (const std::string& line : side_differences(plan, plan.tables[1], finished_side())) {
    objects.push_back(line.substr(0, line.find(':')));
  }
  CHECK(objects == Lines{"column total", "comment on constraint orders_pkey",
                         "comment on foreign key orders_customer_id_fkey",
                         "comment on index orders_pkey", R"(comment on statistics "crm"."both")",
                         "index orders_pkey", R"(statistics "crm"."both")"});
  const Shape shape = plan.tables[1].target_shape;
  CHECK(without_comments(shape).size() == shape.size() - 4);
}

TEST_CASE("a step is done when the catalogue shows it") {
  const Plan plan = plan_of_orders(example::target_orders());
  const model::Table side = finished_side();
  model::Table bare = side;
  bare.indexes.clear();
  bare.foreign_keys.clear();
  for (const DeferredStep& step : plan.tables[1].deferred) {
    const bool repeatable =
        step.kind == DeferredStep::Kind::setting || step.kind == DeferredStep::Kind::position;
    CHECK(is_done(step, side) != repeatable);
    CHECK_FALSE(is_done(step, bare));
  }
}

TEST_CASE("an index without its constraint, or not valid, leaves the step to be done") {
  const Plan plan = plan_of_orders(example::target_orders());
  model::Table side = finished_side();
  side.indexes[0].is_constraint = false;
  side.foreign_keys[0].validated = false;
  for (const DeferredStep& step : plan.tables[1].deferred) {
    if (step.kind == DeferredStep::Kind::primary_key || step.kind == DeferredStep::Kind::validate)
      CHECK_FALSE(is_done(step, side));
    if (step.kind == DeferredStep::Kind::index || step.kind == DeferredStep::Kind::foreign_key)
      CHECK(is_done(step, side));
  }
  side.indexes[0].valid = false;
  CHECK_FALSE(is_done(plan.tables[1].deferred.front(), side));
}

}  // namespace
}  // namespace sluice::plan
