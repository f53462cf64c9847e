#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "example.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using Kind = DeferredStep::Kind;

const SideOf kPlanned{{{"crm", "customers"}, {"crm", "customers__side"}},
                      {{"crm", "orders"}, {"crm", "orders__side"}}};

std::vector<DeferredStep> steps_of(const model::Table& live) {
  return deferred_steps(live, {live.name.schema, live.name.table + "__side"}, kPlanned);
}

const DeferredStep& step_of(const std::vector<DeferredStep>& steps, Kind kind,
                            const std::string& of) {
  const auto found = std::ranges::find_if(
      steps, [&](const DeferredStep& step) { return step.kind == kind && step.of == of; });
  REQUIRE(found != steps.end());
  return *found;
}

TEST_CASE("everything the live table has comes back, each in its stage") {
  const auto steps = steps_of(example::target_customers());
  std::vector<std::pair<Kind, std::string>> kinds;
  for (const DeferredStep& step : steps) kinds.emplace_back(step.kind, step.name);
  CHECK(kinds ==
        std::vector<std::pair<Kind, std::string>>{{Kind::index, "customers_pkey__side"},
                                                  {Kind::index, "customers_email_idx__side"},
                                                  {Kind::primary_key, "customers_pkey__side"},
                                                  {Kind::check, "customers_credit_check"},
                                                  {Kind::position, "customers_id_seq__side"},
                                                  {Kind::setting, "id"},
                                                  {Kind::setting, "autovacuum_enabled"}});
  CHECK(
      std::ranges::is_sorted(steps, {}, [](const DeferredStep& step) { return stage(step.kind); }));
}

TEST_CASE("a primary key is an index first and a constraint afterwards") {
  const auto steps = steps_of(example::target_orders());
  const DeferredStep& index = step_of(steps, Kind::index, "orders_pkey");
  CHECK(index.sql ==
        R"(CREATE UNIQUE INDEX "orders_pkey__side" ON "crm"."orders__side" USING btree )"
        R"((customer_id, line))");
  CHECK(index.unique);
  CHECK(index.key == std::vector<std::string>{"customer_id", "line"});
  CHECK(step_of(steps, Kind::primary_key, "orders_pkey").sql ==
        R"(ALTER TABLE "crm"."orders__side" ADD CONSTRAINT "orders_pkey__side" PRIMARY KEY USING )"
        R"(INDEX "orders_pkey__side")");
}

TEST_CASE("a deferrable unique constraint stays deferrable") {
  model::Table live = example::target_orders();
  live.indexes.push_back(example::pg_key("crm.orders", "u", {"total"}, false));
  live.indexes.back().constraint_definition = "UNIQUE (total) DEFERRABLE INITIALLY DEFERRED";
  CHECK(step_of(steps_of(live), Kind::unique, "u").sql ==
        R"(ALTER TABLE "crm"."orders__side" ADD CONSTRAINT "u__side" UNIQUE USING INDEX "u__side" )"
        R"(DEFERRABLE INITIALLY DEFERRED)");
}

TEST_CASE("an exclusion constraint is one statement") {
  model::Table live = example::target_orders();
  model::Index exclusion;
  exclusion.name = "x";
  exclusion.is_constraint = true;
  exclusion.definition = "CREATE INDEX x ON crm.orders USING gist (total)";
  exclusion.constraint_definition = "EXCLUDE USING gist (total WITH =) WHERE ((line > 1))";
  live.indexes.push_back(exclusion);
  const auto steps = steps_of(live);
  CHECK(step_of(steps, Kind::exclusion, "x").sql ==
        R"(ALTER TABLE "crm"."orders__side" ADD CONSTRAINT "x__side" )"
        R"(EXCLUDE USING gist (total WITH =) WHERE ((line > 1)))");
  CHECK(step_of(steps, Kind::exclusion, "x").condition == "((line > 1))");
  CHECK(std::ranges::none_of(
      steps, [](const DeferredStep& step) { return step.kind == Kind::index && step.of == "x"; }));
}

TEST_CASE("an index that is not valid does not come back") {
  model::Table live = example::target_customers();
  live.indexes[1].valid = false;
  const auto steps = steps_of(live);
  CHECK(std::ranges::none_of(
      steps, [](const DeferredStep& step) { return step.of == "customers_email_idx"; }));
}

TEST_CASE("a foreign key inside the plan points at the side table, one outside at the live table") {
  model::Table live = example::target_orders();
  model::ForeignKey outside = live.foreign_keys.front();
  outside.name = "outside";
  outside.referenced = {"other", "t"};
  outside.definition = "FOREIGN KEY (customer_id) REFERENCES other.t(id)";
  model::ForeignKey self = outside;
  self.name = "self";
  self.referenced = {"crm", "orders"};
  self.definition = "FOREIGN KEY (customer_id) REFERENCES crm.orders(id) NOT VALID";
  live.foreign_keys.push_back(outside);
  live.foreign_keys.push_back(self);
  const auto steps = steps_of(live);
  const DeferredStep& inside = step_of(steps, Kind::foreign_key, "orders_customer_id_fkey");
  CHECK(inside.sql ==
        R"(ALTER TABLE "crm"."orders__side" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY )"
        R"((customer_id) REFERENCES "crm"."customers__side"(id) ON DELETE CASCADE DEFERRABLE NOT )"
        R"(VALID)");
  CHECK(inside.referenced == model::QualifiedName{"crm", "customers__side"});
  CHECK(inside.key == std::vector<std::string>{"\"customer_id\""});
  CHECK(inside.referenced_key == std::vector<std::string>{"\"id\""});
  CHECK(step_of(steps, Kind::validate, "orders_customer_id_fkey").sql ==
        R"(ALTER TABLE "crm"."orders__side" VALIDATE CONSTRAINT "orders_customer_id_fkey")");
  CHECK(step_of(steps, Kind::foreign_key, "outside").referenced ==
        model::QualifiedName{"other", "t"});
  CHECK(step_of(steps, Kind::foreign_key, "self").referenced ==
        model::QualifiedName{"crm", "orders__side"});
  CHECK(std::ranges::none_of(steps, [](const DeferredStep& step) {
    return step.kind == Kind::validate && step.of == "self";
  }));
}

TEST_CASE("a position lies behind every number in the table and every number given out") {
  model::Table live = example::target_customers();
  CHECK(step_of(steps_of(live), Kind::position, "customers_id_seq").sql ==
        R"(SELECT pg_catalog.setval('"crm"."customers_id_seq__side"', number::bigint, is_called) )"
        R"(FROM (SELECT max("id")::numeric, true FROM "crm"."customers__side" WHERE "id" BETWEEN )"
        R"(1 AND 9223372036854775807 UNION ALL SELECT last_value::numeric, is_called FROM )"
        R"("crm"."customers_id_seq") AS used (number, is_called) WHERE number BETWEEN 1 AND )"
        R"(9223372036854775807 ORDER BY number DESC, is_called DESC LIMIT 1)");
  live.columns[0].sequence_options =
      "START WITH -1 INCREMENT BY -1 MINVALUE -100 MAXVALUE -1 CACHE 1 NO CYCLE";
  const std::string descending = step_of(steps_of(live), Kind::position, "customers_id_seq").sql;
  CHECK(descending.find("FROM (SELECT min(\"id\")::numeric") != std::string::npos);
  CHECK(descending.find("BETWEEN -100 AND -1 UNION") != std::string::npos);
  CHECK(descending.ends_with("ORDER BY number, is_called DESC LIMIT 1"));
}

TEST_CASE("a position lies behind where the source's counter stood when its rows had been read") {
  const model::Table live = example::target_customers();
  const auto steps = deferred_steps(live, {"crm", "customers__side"}, kPlanned, Model::design,
                                    {{"id", {"old", "it's"}}});
  const std::string& sql = step_of(steps, Kind::position, "customers_id_seq").sql;
  CHECK(sql.find(R"(SELECT last_value, is_called FROM "sluice"."counter" WHERE (run_id, )"
                 R"(schema_name, counter_name) = (pg_catalog.current_setting('sluice.run_id', )"
                 R"(true), 'old', 'it''s'))") != std::string::npos);
  // nothing was live that could have given numbers out
  CHECK(sql.find(R"(FROM "crm"."customers_id_seq")") == std::string::npos);
}

TEST_CASE("a new table puts a sequence that it shares behind its rows, a live one does not") {
  model::Table table = example::target_customers();
  table.columns[0].identity = model::Identity::no;
  table.columns[0].sequence.clear();
  table.columns[0].default_sql = "nextval('crm.\"Shared\"\"s\"'::regclass)";
  const auto steps = deferred_steps(table, {"crm", "customers__side"}, kPlanned, Model::design, {});
  CHECK(step_of(steps, Kind::position, "Shared\"s").sql ==
        R"(SELECT pg_catalog.pg_advisory_xact_lock(1936487780, )"
        R"(pg_catalog.hashtext('"crm"."Shared""s"')); )"
        R"(SELECT pg_catalog.setval('"crm"."Shared""s"', number::bigint, is_called) FROM )"
        R"((SELECT max("id")::numeric, true FROM "crm"."customers__side" WHERE "id" IS NOT NULL )"
        R"(UNION ALL SELECT last_value::numeric, is_called FROM "crm"."Shared""s") AS used )"
        R"((number, is_called) WHERE number IS NOT NULL ORDER BY number DESC, is_called DESC )"
        R"(LIMIT 1)");
  CHECK(std::ranges::none_of(steps_of(table),
                             [](const DeferredStep& step) { return step.kind == Kind::position; }));
}

TEST_CASE("identity that is always generated is so again after the load") {
  model::Table live = example::target_customers();
  CHECK(step_of(steps_of(live), Kind::setting, "id").sql ==
        R"(ALTER TABLE "crm"."customers__side" ALTER COLUMN "id" SET GENERATED ALWAYS)");
  live.columns[0].identity = model::Identity::by_default;
  const auto steps = steps_of(live);
  CHECK(std::ranges::none_of(steps, [](const DeferredStep& step) { return step.of == "id"; }));
}

TEST_CASE("autovacuum is what it was on the live table") {
  model::Table live = example::target_orders();
  CHECK(step_of(steps_of(live), Kind::setting, "autovacuum_enabled").sql ==
        R"(ALTER TABLE "crm"."orders__side" RESET (autovacuum_enabled))");
  live.storage_parameters = {"autovacuum_enabled=off"};
  CHECK(step_of(steps_of(live), Kind::setting, "autovacuum_enabled").sql ==
        R"(ALTER TABLE "crm"."orders__side" SET (autovacuum_enabled='off'))");
}

TEST_CASE("what a table is ordered by, and how much of an expression is sampled, comes back") {
  model::Table live = example::target_orders();
  live.indexes[0].clustered = true;
  live.indexes[0].parts[0].statistics_target = 44;
  std::vector<std::string> settings;
  for (const DeferredStep& step : steps_of(live)) {
    if (step.kind == Kind::setting && step.of == "orders_pkey") settings.push_back(step.sql);
  }
  CHECK(settings == std::vector<std::string>{
                        R"(ALTER INDEX "crm"."orders_pkey__side" ALTER COLUMN 1 SET STATISTICS 44)",
                        R"(ALTER TABLE "crm"."orders__side" CLUSTER ON "orders_pkey__side")"});
}

TEST_CASE("a comment on a foreign key waits for the table that it refers to") {
  model::Table live = example::target_orders();
  live.foreign_keys[0].comment = "it's theirs";
  const DeferredStep key = step_of(steps_of(live), Kind::foreign_key, live.foreign_keys[0].name);
  const DeferredStep comment = step_of(steps_of(live), Kind::setting, live.foreign_keys[0].name);
  CHECK(comment.sql ==
        R"(COMMENT ON CONSTRAINT "orders_customer_id_fkey" ON "crm"."orders__side" IS )"
        "'it''s theirs'");
  CHECK(comment.referenced == key.referenced);
  CHECK(stage(comment.kind) > stage(key.kind));
}

TEST_CASE("a check says what rows must satisfy, unless it does not look at old rows") {
  model::Table live = example::target_customers();
  CHECK(step_of(steps_of(live), Kind::check, "customers_credit_check").condition ==
        "((credit >= (0)::numeric))");
  live.checks[0].definition += " NOT VALID";
  live.checks[0].validated = false;
  const DeferredStep step = step_of(steps_of(live), Kind::check, "customers_credit_check");
  CHECK(step.condition.empty());
  CHECK(step.sql.ends_with("CHECK ((credit >= (0)::numeric)) NOT VALID"));
}

}  // namespace
}  // namespace sluice::plan
