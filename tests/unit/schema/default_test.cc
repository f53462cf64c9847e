#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/unknown_default.h"

#include "source_table.h"
#include "tables_of_rules.h"

namespace sluice::schema {
namespace {

TEST_CASE("types.md: every default becomes what the table says") {
  for (const auto& row : rule_table("Defaults")) {
    INFO(row.at(0) << " " << row.at(1));
    model::Column column = source_column("c", row.at(0));
    column.default_sql = row.at(1);
    const Design design = design_of(column);
    const std::optional<std::string>& made = design.table.columns.at(0).default_sql;
    if (!row.at(2).starts_with("none: ")) {
      CHECK(made == row.at(2));
      continue;
    }
    CHECK(!made);
    const std::string rule = row.at(2).substr(7, row.at(2).size() - 8);  // in backquotes
    const model::Finding* const finding = find_rule(design, rule);
    REQUIRE(finding != nullptr);
    CHECK(finding->severity == model::Severity::warning);
    CHECK(finding->message.find(row.at(1)) != std::string::npos);
  }
}

TEST_CASE("a default is no more than what the column can hold") {
  const auto refused = [](const std::string& type, const std::string& text) {
    model::Column column = source_column("c", type);
    column.default_sql = text;
    const Design design = design_of(column);
    return !design.table.columns.at(0).default_sql &&
           find_rule(design, "default-not-moved") != nullptr;
  };
  CHECK(refused("int(11)", "0x"));
  CHECK(refused("int(11)", "'a'"));
  CHECK(refused("decimal(5,2)", "'1-1'"));
  CHECK(refused("varchar(9)", "nextval(`crm`.`s`)"));
  CHECK(refused("text", "concat(`other`,'x')"));
  CHECK(refused("varchar(9)", "'a\\0b'"));
  CHECK(refused("json", "'{'"));
  CHECK(refused("date", "'2026-02-30'"));
  CHECK(refused("varchar(9)", "'never closed"));
}

TEST_CASE("a default that the source does not tell is not moved, and the finding says why") {
  model::Column column = source_column("c", "varchar(9)");
  column.default_sql = model::unknown_default("SELECT denied");
  const Design design = design_of(column);
  CHECK_FALSE(design.table.columns.at(0).default_sql);
  const model::Finding* const finding = find_rule(design, "default-not-moved");
  REQUIRE(finding != nullptr);
  CHECK(finding->message == "the default is not moved: SELECT denied");
}

TEST_CASE("char's blanks at the end are no part of its default") {
  model::Column column = source_column("c", "char(5)");
  column.default_sql = "'a  '";
  CHECK(design_of(column).table.columns.at(0).default_sql == "'a'::character varying");
}

TEST_CASE("nor of a default that is an expression") {
  model::Column column = source_column("c", "char(5)");
  column.default_sql = "concat('a','  ')";
  CHECK(design_of(column).table.columns.at(0).default_sql == "rtrim(('a' || '  '), ' ')");
}

TEST_CASE("a default of NULL is none") {
  model::Column column = source_column("c", "int(11)");
  column.default_sql = "NULL";
  const Design design = design_of(column);
  CHECK(!design.table.columns.at(0).default_sql);
  CHECK(design.findings.empty());
}

}  // namespace
}  // namespace sluice::schema
