#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "source_table.h"

namespace sluice::schema {
namespace {

model::Table with_generated(const std::string& type, const std::string& sql,
                            model::Generated how = model::Generated::stored) {
  model::Table source = source_table();
  source.columns.push_back(source_column("a", "int(11)"));
  source.columns.push_back(source_column("n", "varchar(9)"));
  source.columns.push_back(source_column("g", type));
  source.columns.back().generated = how;
  source.columns.back().generation_sql = sql;
  return source;
}

TEST_CASE("a generated column stays one where both servers compute the same") {
  const Design design = design_of(with_generated("bigint(20)", "`a` * 2"));
  const model::Column& made = design.table.columns.at(2);
  CHECK(made.generated == model::Generated::stored);
  CHECK(made.generation_sql == "((\"a\")::bigint * 2)");
  CHECK(find_rule(design, "virtual-as-stored") == nullptr);
}

TEST_CASE("a virtual column becomes a stored one") {
  const Design design =
      design_of(with_generated("tinyint(1)", "`a` > 2", model::Generated::virtual_column));
  CHECK(design.table.columns.at(2).generated == model::Generated::stored);
  CHECK(design.table.columns.at(2).generation_sql == "((\"a\" > 2))::integer");
  CHECK(find_rule(design, "virtual-as-stored") != nullptr);
}

TEST_CASE("a generated column without a translation keeps its values") {
  for (const char* const sql : {"md5(`n`)", "lcase(`n`)", "if(`n` = 'a',1,2)", "concat(`n`)"}) {
    INFO(sql);
    const Design design = design_of(with_generated("int(11)", sql));
    CHECK(design.table.columns.at(2).generated == model::Generated::no);
    const model::Finding* const finding = find_rule(design, "generated-as-values");
    REQUIRE(finding != nullptr);
    CHECK(finding->where == "crm.t.g");
    CHECK(finding->action.find(sql) != std::string::npos);
  }
}

bool stays_generated(const std::string& type, const std::string& sql) {
  model::Table source = with_generated(type, sql);
  source.columns.push_back(source_column("t", "tinyint(4)"));
  source.columns.push_back(source_column("w", "tinyint(3) unsigned"));
  source.columns.push_back(source_column("d", "decimal(5,2)"));
  source.columns.push_back(source_column("at6", "datetime(6)"));
  source.columns.push_back(source_column("at", "datetime"));
  source.columns.push_back(source_column("y", "year(4)"));
  source.columns.push_back(source_column("long", "text"));
  return design_of(source).table.columns.at(2).generated != model::Generated::no;
}

TEST_CASE("a number that the source might clip is not generated") {
  for (const auto& [type, sql] : std::vector<std::pair<std::string, std::string>>{
           {"tinyint(4)", "`a`"},
           {"tinyint(4)", "`w`"},
           {"tinyint(3) unsigned", "`t`"},
           {"tinyint(4)", "`t` + 1"},
           {"int(11)", "`a` + 1"},
           {"int(11)", "-`a`"},
           {"smallint(6)", "(`t` + `t`) * `t`"},
           {"tinyint(4)", "`d`"},
           {"tinyint(4)", "case when `a` > 1 then 300 else 1 end"},
           {"tinyint(4)", "year(`at`)"},
           {"decimal(3,0)", "`a`"},
           {"year(4)", "`t`"},
           {"year(4)", "`a` > 1"}}) {
    INFO(type << " " << sql);
    CHECK_FALSE(stays_generated(type, sql));
  }
}

TEST_CASE("a number that always fits is generated") {
  for (const auto& [type, sql] : std::vector<std::pair<std::string, std::string>>{
           {"int(11)", "`a`"},
           {"smallint(6)", "`t` + 1"},
           {"smallint(6)", "`t` * `t`"},
           {"bigint(20)", "`a` * `a` * `a`"},
           {"tinyint(4)", "`a` & 15"},
           {"tinyint(3) unsigned", "`a` & 255"},
           {"tinyint(4)", "case when `a` > 1 then 100 else -1 end"},
           {"tinyint(4)", "month(`at`)"},
           {"smallint(6)", "year(`at`)"},
           {"tinyint(4)", "char_length(`n`)"},
           {"smallint(6)", "`d`"},
           {"decimal(12,2)", "`a`"},
           {"decimal(5,2)", "`d` * 2"},
           {"double", "`a`"},
           {"year(4)", "`y`"}}) {
    INFO(type << " " << sql);
    CHECK(stays_generated(type, sql));
  }
}

TEST_CASE("a moment is generated only with all digits of its source") {
  CHECK_FALSE(stays_generated("datetime", "`at6`"));
  CHECK_FALSE(stays_generated("datetime(3)", "coalesce(`at`,`at6`)"));
  CHECK(stays_generated("datetime(6)", "`at6`"));
  CHECK(stays_generated("datetime(6)", "`at`"));
}

TEST_CASE("a text that the source might cut is not generated") {
  CHECK_FALSE(stays_generated("tinytext", "concat(`n`,repeat('a',300))"));
  CHECK_FALSE(stays_generated("tinytext", "concat(`long`,`n`)"));
  CHECK_FALSE(stays_generated("text", "concat(`long`,`n`)"));
  CHECK_FALSE(stays_generated("tinytext", "replace(`n`,'a','0123456789')"));
  CHECK(stays_generated("tinytext", "concat(`n`,`a`)"));
  CHECK(stays_generated("mediumtext", "concat(`long`,`n`)"));
  CHECK(stays_generated("longtext", "concat(`long`,`long`)"));
  CHECK(stays_generated("varchar(2)", "`n`"));  // PostgreSQL refuses what is too long
}

TEST_CASE("a text with characters that the source's column lacks is not generated") {
  model::Table source = with_generated("varchar(40)", "concat(`n`,'x')");
  const auto stays = [&source](const std::string& charset, const std::string& sql) {
    source.columns.back().type.charset = charset;
    source.columns.back().generation_sql = sql;
    return design_of(source).table.columns.at(2).generated != model::Generated::no;
  };
  CHECK(stays("utf8mb4", "concat(`n`,'x')"));
  CHECK_FALSE(stays("latin1", "concat(`n`,'x')"));
  CHECK_FALSE(stays("utf8mb3", "`n`"));
  CHECK(stays("latin1", "concat(`a`,'x')"));
  CHECK_FALSE(stays("latin1", "concat(`a`,'\u00e9')"));
  source.columns.at(1).type.charset = "latin1";
  CHECK(stays("latin1", "concat(`n`,'x')"));
  CHECK(stays("utf8mb4", "concat(`n`,'x')"));
}

TEST_CASE("a generated column of PostgreSQL reads no other generated one") {
  model::Table source = with_generated("int(11)", "`a`");
  source.columns.push_back(source_column("h", "int(11)"));
  source.columns.back().generated = model::Generated::stored;
  source.columns.back().generation_sql = "`g` + 1";
  const Design design = design_of(source);
  CHECK(design.table.columns.at(2).generated == model::Generated::stored);
  CHECK(design.table.columns.at(3).generated == model::Generated::no);
}

TEST_CASE("char's blanks at the end are not generated") {
  const Design design = design_of(with_generated("char(4)", "left(`n`,4)"));
  CHECK(design.table.columns.at(2).generation_sql == "rtrim(\"left\"(\"n\", 4), ' ')");
}

TEST_CASE("ON UPDATE comes with a trigger to run") {
  model::Column column = source_column("it's", "timestamp");
  column.extra = "on update current_timestamp()";
  const Design design = design_of(column);
  const model::Finding* const finding = find_rule(design, "on-update-not-moved");
  REQUIRE(finding != nullptr);
  CHECK(finding->action.starts_with("CREATE FUNCTION \"app\".\"t_it's_on_update\"()"));
  CHECK(finding->action.find("NEW.\"it's\" := CURRENT_TIMESTAMP(0)") != std::string::npos);
}

TEST_CASE("no name ends the trigger's body") {
  model::Column column = source_column("a$$b", "timestamp");
  column.extra = "on update current_timestamp()";
  const Design design = design_of(column);
  const model::Finding* const finding = find_rule(design, "on-update-not-moved");
  REQUIRE(finding != nullptr);
  CHECK(finding->action.find(" AS $_$BEGIN ") != std::string::npos);
  CHECK(finding->action.find("END$_$; ") != std::string::npos);
}

TEST_CASE("only integers are numbered by PostgreSQL") {
  model::Column column = source_column("id", "double");
  column.identity = model::Identity::auto_increment;
  const Design design = design_of(column);
  CHECK(design.table.columns.at(0).identity == model::Identity::no);
  CHECK(find_rule(design, "identity-not-moved") != nullptr);
}

TEST_CASE("comments come along") {
  model::Table source = source_table();
  source.comment = "what it is";
  source.columns.push_back(source_column("c", "int(11)"));
  source.columns.back().comment = "it's";
  const Design design = design_of(source);
  CHECK(design.table.comment == "what it is");
  CHECK(design.table.columns.at(0).comment == "it's");
}

}  // namespace
}  // namespace sluice::schema
