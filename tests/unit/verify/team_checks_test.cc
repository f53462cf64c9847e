#include "verify/team_checks.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

using sluice::config::Check;
using sluice::config::Measure;
using sluice::model::Engine;
using sluice::verify::check_sql;
using sluice::verify::CheckReport;
using sluice::verify::column_types;
using sluice::verify::compare_groups;
using sluice::verify::FigureKind;
using sluice::verify::GroupValue;
using sluice::verify::Outcome;
using Groups = std::vector<GroupValue>;

namespace {

Check check_with(const std::string& difference) {
  Check check;
  check.name = "turnover";
  check.measure = Measure::sum;
  check.difference = difference;
  check.source.table = {"crm", "orders"};
  check.source.column = "total";
  check.source.group_by = {"status", "year"};
  check.target = check.source;
  return check;
}

sluice::model::Table orders() {
  sluice::model::Table table;
  table.name = {"crm", "orders"};
  for (const auto& [name, base] :
       {std::pair{"total", "decimal"}, std::pair{"status", "varchar"}, std::pair{"year", "int"}}) {
    sluice::model::Column column;
    column.name = name;
    column.type.base = column.type.sql = base;
    table.columns.push_back(column);
  }
  return table;
}

}  // namespace

TEST_CASE("figures agree within the difference that was agreed on, and not beyond") {
  const Groups source{{"[\"a\"]", "100.00"}, {"[\"b\"]", "5"}};
  CHECK(compare_groups(check_with("0"), source, {{"[\"a\"]", "100"}, {"[\"b\"]", "5.0"}}).outcome ==
        Outcome::equal);
  const Groups off{{"[\"a\"]", "100.01"}, {"[\"b\"]", "5"}};
  CHECK(compare_groups(check_with("0.01"), source, off).outcome == Outcome::equal);
  const CheckReport report = compare_groups(check_with("0.009"), source, off);
  CHECK(report.outcome == Outcome::different);
  CHECK(report.groups_differing == 1);
  CHECK(report.groups.front().key == "[\"a\"]");
  CHECK_FALSE(report.groups.front().agrees);
}

TEST_CASE("a group that one side lacks differs, and NULL is not a missing group") {
  const auto outcome = [](const Groups& source, const Groups& target) {
    return compare_groups(check_with("1000000"), source, target).outcome;
  };
  CHECK(outcome({{"[\"a\"]", "0"}}, {}) == Outcome::different);
  CHECK(outcome({{"[\"a\"]", std::nullopt}}, {}) == Outcome::different);
  CHECK(outcome({{"[\"a\"]", std::nullopt}}, {{"[\"a\"]", std::nullopt}}) == Outcome::equal);
  CHECK(outcome({{"[\"a\"]", std::nullopt}}, {{"[\"a\"]", "0"}}) == Outcome::different);
  CHECK(outcome({}, {}) == Outcome::equal);
}

TEST_CASE("texts that look like numbers are texts") {
  const auto outcome = [](FigureKind kind) {
    return compare_groups(check_with("1"), {{"[]", "007"}}, {{"[]", "7.0"}}, kind).outcome;
  };
  CHECK(outcome(FigureKind::number) == Outcome::equal);
  CHECK(outcome(FigureKind::text) == Outcome::different);
}

TEST_CASE("groups that are printed alike are no answer") {
  const Groups twice{{"[\"a\"]", "1"}, {"[\"a\"]", "2"}};
  CHECK(compare_groups(check_with("0"), twice, twice).outcome == Outcome::not_comparable);
}

TEST_CASE("minima that are no numbers agree only when they are the same text") {
  CHECK(compare_groups(check_with("5"), {{"[]", "2020-01-01"}}, {{"[]", "2020-01-01"}}).outcome ==
        Outcome::equal);
  CHECK(compare_groups(check_with("5"), {{"[]", "2020-01-01"}}, {{"[]", "2020-01-02"}}).outcome ==
        Outcome::different);
}

TEST_CASE("a check's statement groups texts by bytes and numbers by value") {
  Check check = check_with("0");
  CHECK(check_sql(Engine::postgresql, check, check.source, column_types(orders()),
                  {"crm", "orders__side"}) ==
        R"(SELECT ("status"::text COLLATE "C"), ("year"::text COLLATE "C"), (sum("total"))::text )"
        R"(FROM "crm"."orders__side" s GROUP BY 1, "year" LIMIT 10001)");
  CHECK(check_sql(Engine::mariadb, check, check.source, column_types(orders()), {"crm", "orders"},
                  {"id <> 1"}) ==
        "SELECT IFNULL(CAST(CONVERT(`status` USING utf8mb4) AS BINARY), CONVERT(CONVERT(`status` "
        "USING utf8mb4) USING binary)), CAST(`year` AS CHAR), CAST(sum(`total`) AS CHAR) FROM "
        "`crm`.`orders` s WHERE id <> 1 GROUP BY 1, `year` ORDER BY NULL LIMIT 10001");
  check.source.group_by = {"nobody"};
  CHECK_THROWS_AS(
      check_sql(Engine::mariadb, check, check.source, column_types(orders()), {"crm", "orders"}),
      sluice::model::Error);
}
