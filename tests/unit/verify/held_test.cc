#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "verify/column_facts.h"
#include "verify/held_keys.h"
#include "verify/held_rows.h"

using sluice::model::Engine;
using sluice::verify::direct_columns;
using sluice::verify::kMaxNamedKeys;
using sluice::verify::NamedRows;
using sluice::verify::OneSided;
using sluice::verify::source_key_columns;
using sluice::verify::without_keys_sql;

namespace {

sluice::plan::TablePlan order_items() {
  sluice::plan::TablePlan table;
  table.source = {"crm", "items"};
  table.target = {"public", "items"};
  table.side = {"public", "items__side"};
  for (const auto& [name, base] : {std::pair{"order_id", "int8"}, std::pair{"code", "varchar"},
                                   std::pair{"price", "decimal"}, std::pair{"sent", "date"}}) {
    sluice::plan::SourceField field;
    field.name = name;
    field.type.base = base;
    field.type.sql = base == std::string("int8") ? "bigint" : base;
    table.read.push_back(field);
    sluice::plan::TargetField target;
    target.name = std::string("new_") + name;
    target.type = field.type;
    table.write.push_back(target);
    table.rules.rules.push_back(sluice::mapping::rename_rule(name, target.name));
  }
  table.key = {0, 1};
  return table;
}

}  // namespace

TEST_CASE("keys left out are named with their types on PostgreSQL, and as bytes for text") {
  const auto key = source_key_columns(order_items());
  CHECK(
      without_keys_sql(key, Engine::postgresql, {{"1", "a'b"}, {"2", "c"}}) ==
      R"(("order_id", ("code"::text COLLATE "C")) NOT IN (VALUES (1::bigint, 'a''b'::text), (2, 'c')))");
  CHECK(without_keys_sql(key, Engine::mariadb, {{"1", "a"}}) ==
        "(`order_id`, IFNULL(CAST(CONVERT(`code` USING utf8mb4) AS BINARY), CONVERT(CONVERT(`code` "
        "USING utf8mb4) USING binary))) NOT IN ((1, x'61'))");
  CHECK_THROWS_AS(without_keys_sql(key, Engine::mariadb, {{"1 OR 1=1", "a"}}),
                  sluice::model::Error);
}

TEST_CASE("keys are named as servers compare them: without padding, truth values by name") {
  sluice::model::ColumnType padded;
  padded.sql = "character(4)";
  padded.base = "bpchar";
  sluice::model::ColumnType truth;
  truth.sql = "boolean";
  truth.base = "bool";
  CHECK(without_keys_sql({{"code", padded}, {"on", truth}}, Engine::postgresql,
                         {{"ab  ", "t"}, {"    ", "f"}}) ==
        R"((("code"::text COLLATE "C"), "on") NOT IN (VALUES ('ab'::text, TRUE::boolean), )"
        R"(('', FALSE)))");
}

TEST_CASE("a moment in UTC is named to MySQL without its offset") {
  sluice::model::ColumnType moment;
  moment.base = "timestamp";
  CHECK(without_keys_sql({{"at", moment}}, Engine::mysql, {{"2026-01-02 03:04:05+00"}})
            .find("('2026-01-02 03:04:05')") != std::string::npos);
  moment.base = "timestamptz";
  CHECK(without_keys_sql({{"at", moment}}, Engine::postgresql, {{"2026-01-02 03:04:05+00"}})
            .find("('2026-01-02 03:04:05+00'") != std::string::npos);
}

TEST_CASE("rows are named unless one has no key or they are too many") {
  NamedRows rows;
  CHECK(rows.obstacle().empty());
  for (std::size_t i = 0; i < kMaxNamedKeys; ++i) rows.add({std::to_string(i)});
  CHECK(rows.obstacle().empty());
  CHECK(rows.keys().size() == kMaxNamedKeys);
  rows.add({"one more"});
  CHECK(rows.obstacle() == "they are more than 20000");
  CHECK(rows.keys().empty());
  CHECK(rows.count() == kMaxNamedKeys + 1);
  NamedRows without_key;
  without_key.add({});
  without_key.add({"1"});
  CHECK(without_key.obstacle() == "the table has no key");
  CHECK(without_key.keys().empty());
}

TEST_CASE("decided and kept rows are left out of the target's figures") {
  auto table = order_items();
  table.target_key = {0};
  OneSided one_sided;
  one_sided.decided.add({"7"});
  one_sided.kept_held.add({"8"});
  one_sided.existing = 3;
  CHECK(facts_sql(table, Engine::postgresql, false, one_sided)
            .ends_with(R"( FROM ONLY "public"."items__side" s WHERE ("new_order_id") NOT IN )"
                       R"((VALUES (7::bigint)) AND NOT EXISTS (SELECT 1 FROM ONLY )"
                       R"("public"."items" l WHERE s."new_order_id" = l."new_order_id" AND )"
                       R"(("new_order_id") NOT IN (VALUES (8::bigint))))"));
  CHECK(why_not_compared(table, one_sided).empty());
  table.target_key.clear();
  CHECK(why_not_compared(table, one_sided) ==
        "rows of the live table cannot be named in a statement: the table has no key");
}

TEST_CASE("figures are asked of the same columns in the same order on both sides") {
  const auto table = order_items();
  OneSided one_sided;
  one_sided.held.add({"7", "x"});
  CHECK(facts_sql(table, Engine::mariadb, true, one_sided) ==
        "SELECT CAST(count(*) AS CHAR), CAST(count(`order_id`) AS CHAR), CAST(min(`order_id`) AS "
        "CHAR), CAST(max(`order_id`) AS CHAR), CAST(sum(`order_id`) AS CHAR), CAST(count(`code`) "
        "AS CHAR), CAST(count(`price`) AS CHAR), CAST(min(`price`) AS CHAR), CAST(max(`price`) AS "
        "CHAR), CAST(sum(`price`) AS CHAR), CAST(count(`sent`) AS CHAR), CAST(min(`sent`) AS "
        "CHAR), CAST(max(`sent`) AS CHAR) FROM `crm`.`items` s WHERE (`order_id`, "
        "IFNULL(CAST(CONVERT(`code` USING utf8mb4) AS BINARY), CONVERT(CONVERT(`code` USING "
        "utf8mb4) USING binary))) NOT IN ((7, x'78'))");
  CHECK(facts_sql(table, Engine::postgresql, false, one_sided)
            .ends_with(R"(FROM ONLY "public"."items__side" s)"));
}

TEST_CASE("only columns that are one source column as it is are direct") {
  auto table = order_items();
  CHECK(direct_columns(table).size() == 4);
  auto& from = std::get<sluice::mapping::FromColumn>(table.rules.rules[1].cases[0].value);
  from.steps.emplace_back(sluice::mapping::Trim{});
  CHECK(direct_columns(table).size() == 3);
  table.rules.rules[2].cases[0].value = sluice::mapping::Constant{"1"};
  CHECK(direct_columns(table).size() == 2);
  table.rules.rules[3].cases[0].when.emplace();
  CHECK(direct_columns(table).size() == 1);
}
