#include "schema/expression.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "source_table.h"
#include "tables_of_rules.h"

namespace sluice::schema {
namespace {

/// The columns that types.md names.
model::Table columns_of_the_table() {
  model::Table table = source_table();
  table.columns = {source_column("i", "int(11)"),
                   source_column("s", "smallint(6)"),
                   source_column("u", "bigint(20) unsigned"),
                   source_column("d", "decimal(10,2)"),
                   source_column("f", "double"),
                   source_column("n", "varchar(40)"),
                   source_column("p", "varchar(40)", "utf8mb4_bin"),
                   source_column("b", "varchar(40)", "utf8mb4_0900_bin"),
                   source_column("day", "date"),
                   source_column("at", "datetime"),
                   source_column("ts", "timestamp"),
                   source_column("e", "enum('x','y')"),
                   source_column("j", "json"),
                   source_column("z", "int(8) unsigned zerofill"),
                   source_column("y", "year(4)"),
                   source_column("c", "char(9)", "utf8mb4_bin")};
  return table;
}

TEST_CASE("types.md: every expression becomes what the table says") {
  const model::Table table = columns_of_the_table();
  for (const auto& row : rule_table("Expressions")) {
    INFO(row.at(0));
    const Value value = translate(row.at(0), {table, {}});
    if (row.at(1).starts_with("no")) {
      CHECK_FALSE((value.refusal.empty() && value.doubt.empty()));
    } else {
      CHECK(value.refusal + value.doubt + value.sql == row.at(1));
    }
  }
}

TEST_CASE("a column whose type somebody has chosen is in no expression but IS NULL") {
  const model::Table table = columns_of_the_table();
  const std::map<std::string, std::string> types{{"i", "boolean"}};
  const Scope scope{table, types};
  CHECK(!translate("`i` = 1", scope).refusal.empty());
  CHECK(!translate("`i` + 1", scope).refusal.empty());
  CHECK(translate("`i` is not null", scope).sql == "(\"i\" IS NOT NULL)");
}

/// A table whose column `x` is of the type.
Value translated(const std::string& printed, const std::string& type,
                 const std::string& collation = "utf8mb4_bin") {
  model::Table table = columns_of_the_table();
  table.columns.push_back(source_column("x", type, collation));
  const std::map<std::string, std::string> none;
  return translate(printed, {table, none});
}

TEST_CASE("numbers that are shown with zeros in front become no text") {
  for (const char* const type : {"int(8) unsigned zerofill", "year(4)"}) {
    INFO(type);
    CHECK(!translated("concat('a',`x`)", type).refusal.empty());
    CHECK(!translated("concat('a',coalesce(`x`,1))", type).refusal.empty());
    CHECK(translated("concat('a',`x` + 1)", type).refusal.empty());
    CHECK(translated("concat('a',if(`x` > 1,2,3))", type).refusal.empty());
  }
}

TEST_CASE("texts of no column are compared by the connection's collation") {
  for (const char* const printed :
       {"case `i` when 1 then 'a' end = 'A'", "'a' = 'A'", "if(`b` = 'x','a','b') <> 'A'",
        "concat(char_length(`b`),'a') = '1A'", "concat(`i`,'a') like '%A'"}) {
    INFO(printed);
    CHECK(!translated(printed, "int(11)").doubt.empty());
  }
  CHECK(translated("'a' = 'a'", "int(11)").doubt.empty());
  CHECK(translated("`b` = if(`i` > 1,'a','b')", "int(11)").doubt.empty());
}

TEST_CASE("blanks at the end of a literal mean nothing to a padding char") {
  CHECK(translated("`x` = 'a '", "char(4)").sql == "(rtrim(\"x\", ' ') = 'a')");
  CHECK(translated("`x` = 'a '", "char(4)", "utf8mb4_0900_bin").sql == "(\"x\" = 'a ')");
}

TEST_CASE("literals are computed in 64 bits") {
  const auto sql = [](const std::string& printed) { return translated(printed, "int(11)").sql; };
  CHECK(sql("2000000000 + 2000000000") == "((2000000000)::bigint + (2000000000)::bigint)");
  CHECK(sql("-2000000000 - 2000000000") == "(((-2000000000))::bigint - (2000000000)::bigint)");
  CHECK(sql("ifnull(null,2000000000) * 2") == "((COALESCE(NULL, 2000000000))::bigint * 2)");
  CHECK(sql("9223372036854775808 + 1") == "(9223372036854775808 + (1)::bigint)");
}

TEST_CASE("what is no integer of PostgreSQL is not cast to one") {
  const auto sql = [](const std::string& printed) { return translated(printed, "int(11)").sql; };
  CHECK(sql("ifnull(`d`,`i`) + 1") == R"((COALESCE("d", "i") + 1))");
  CHECK(sql("ifnull(`u`,`i`) + 1") == R"((COALESCE("u", "i") + 1))");
  CHECK(sql("abs(ifnull(`d`,`i`))") == R"(abs(COALESCE("d", "i")))");
}

TEST_CASE("what cannot be read is refused, however deep") {
  const model::Table table = columns_of_the_table();
  const std::map<std::string, std::string> none;
  for (const std::string& printed :
       {std::string(100'000, '('), std::string("`i` in (1,"), std::string("case when `i` then 1"),
        std::string("`i` between 1"), std::string("`i` is true"), std::string("concat()"),
        std::string("`i` not 1"), std::string("- - 'a'"), std::string("'a' like 'b\\\\'"),
        std::string(100'000, '-'), std::string("")}) {
    INFO(printed.substr(0, 30));
    CHECK(!translate(printed, {table, none}).refusal.empty());
  }
}

TEST_CASE("a sequence of MariaDB is called one, and not a column") {
  const model::Table table = columns_of_the_table();
  const std::map<std::string, std::string> none;
  for (const char* const printed : {"nextval(`shop`.`numbers`)", "lastval(`shop`.`numbers`) + 1"}) {
    CHECK(translate(printed, {table, none}).refusal ==
          "it takes numbers from a sequence, which is not moved");
  }
}

}  // namespace
}  // namespace sluice::schema
