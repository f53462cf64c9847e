#include <algorithm>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "source_table.h"
#include "tables_of_rules.h"

namespace sluice::schema {
namespace {

TEST_CASE("types.md: every type becomes what the table says") {
  for (const auto& row : rule_table("Types")) {
    INFO(row.at(0));
    const Design design = design_of(source_column("c", row.at(0)));
    CHECK(design.table.columns.at(0).type.sql == row.at(1));
    const model::Finding* const decision = find_rule(design, "needs-decision");
    CHECK((decision != nullptr) == !row.at(2).empty());
    if (decision == nullptr) continue;
    CHECK(decision->action == "\"create\": {\"types\": {\"c\": \"" + row.at(2) + "\"}}");
    CHECK(decision->where == "crm.t.c");
  }
}

TEST_CASE("types.md: there is a line for every type that is known") {
  const auto rows = rule_table("Types");
  for (int kind = 0; kind < static_cast<int>(codec::MysqlKind::unknown); ++kind) {
    CHECK(std::ranges::any_of(rows, [&](const auto& row) {
      return static_cast<int>(codec::mysql_kind(codec::parse_mysql_type(row.at(0)))) == kind;
    }));
  }
}

TEST_CASE("a type's parts are as the catalogue of PostgreSQL has them") {
  const auto type = [](const std::string& source) {
    return design_of(source_column("c", source)).table.columns.at(0).type;
  };
  CHECK(type("varchar(40)").base == "varchar");
  CHECK(type("varchar(40)").length == 40);
  CHECK(type("decimal(12,2)").precision == 12);
  CHECK(type("decimal(12,2)").scale == 2);
  CHECK(type("timestamp(3)").base == "timestamptz");
  CHECK(type("timestamp(3)").fraction_digits == 3);
  CHECK(type("time(2)").fraction_digits == 2);
  CHECK(type("bit(9)").length == 9);
  CHECK(type("double").base == "float8");
}

TEST_CASE("unsigned columns keep what they promise") {
  const Design design = design_of(source_column("c", "decimal(5,2) unsigned"));
  REQUIRE(design.table.checks.size() == 1);
  CHECK(design.table.checks[0].name == "t_c_unsigned_check");
  CHECK(design.table.checks[0].definition == "CHECK ((\"c\" >= 0))");
}

TEST_CASE("an enum becomes a type that is made before the table") {
  const Design design = design_of(source_column("it's", "enum('a','it''s')"));
  REQUIRE(design.objects.size() == 1);
  CHECK(design.objects[0].definition == R"(CREATE TYPE "app"."t_it's" AS ENUM ('a', 'it''s'))");
  CHECK(design.table.needs == std::vector<std::string>{"type app.t_it's"});
  const model::ColumnType& type = design.table.columns.at(0).type;
  CHECK(type.kind == model::TypeKind::enumeration);
  CHECK(type.members == std::vector<std::string>{"a", "it's"});
  CHECK(design.table.checks.empty());
}

TEST_CASE("members that an enum type cannot have are listed by a check") {
  const std::string member(64, 'x');
  const Design design = design_of(source_column("c", "enum('a','" + member + "')"));
  CHECK(design.objects.empty());
  REQUIRE(design.table.checks.size() == 1);
  CHECK(design.table.checks[0].name == "t_c_members_check");
  CHECK(design.table.checks[0].definition ==
        "CHECK ((\"c\" = ANY (ARRAY['a'::text, '" + member + "'::text])))");
  CHECK(find_rule(design, "members-as-text") != nullptr);
}

TEST_CASE("a set's check takes its members in any number") {
  const Design design = design_of(source_column("c", "set('a','b')"));
  REQUIRE(design.table.checks.size() == 1);
  CHECK(design.table.checks[0].definition ==
        "CHECK ((string_to_array(\"c\", ',') <@ ARRAY['a'::text, 'b'::text]))");
}

TEST_CASE("a bigint unsigned that numbers rows becomes a bigint") {
  model::Table source = source_table();
  source.columns.push_back(source_column("id", "bigint(20) unsigned"));
  source.columns.back().identity = model::Identity::auto_increment;
  source.columns.push_back(source_column("parent", "bigint(20) unsigned"));
  source.columns.push_back(source_column("other", "bigint(20) unsigned"));
  source.foreign_keys.push_back({"fk", {"parent"}, {"crm", "p"}, {"id"}, {}, "", "", "", true, ""});
  const Design design = design_of(source);
  CHECK(design.table.columns[0].type.sql == "bigint");
  CHECK(design.table.columns[0].identity == model::Identity::by_default);
  CHECK(!design.table.columns[0].nullable);
  CHECK(design.table.columns[1].type.sql == "bigint");
  CHECK(design.table.columns[2].type.sql == "numeric(20,0)");
  CHECK(find_rule(design, "unsigned-bigint-key")->where == "crm.t.id");
}

TEST_CASE("a person's choice stands in place of the rule") {
  model::Table source = source_table();
  source.columns.push_back(source_column("on", "tinyint(1) unsigned"));
  source.columns.back().default_sql = "1";
  source.columns.push_back(source_column("e", "enum('a')"));
  source.columns.push_back(source_column("at", "datetime"));
  source.columns.back().default_sql = "current_timestamp()";
  source.columns.push_back(source_column("m", "enum('a')"));
  source.columns.back().default_sql = "'a'";
  const Design design = design_of(
      source,
      {{"on", "boolean"}, {"e", "varchar(10)"}, {"at", "timestamptz(3)"}, {"m", "app.mood"}});
  CHECK(design.table.columns[0].type.sql == "boolean");
  CHECK(design.table.columns[0].default_sql == "true");
  CHECK(design.table.columns[1].type.sql == "character varying(10)");
  CHECK(design.table.columns[2].type.sql == "timestamp(3) with time zone");
  CHECK(design.table.columns[2].default_sql == "CURRENT_TIMESTAMP(0)");
  CHECK(design.table.columns[3].default_sql == "'a'::app.mood");
  CHECK(design.table.checks.empty());
  CHECK(design.objects.empty());
  CHECK(design.findings.empty());
}

}  // namespace
}  // namespace sluice::schema
