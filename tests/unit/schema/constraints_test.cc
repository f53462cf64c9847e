#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/schema/foreign_key.h"

#include "source_table.h"

namespace sluice::schema {
namespace {

model::Table with_check(std::string definition) {
  model::Table source = source_table();
  source.columns = {source_column("a", "int(11)"), source_column("n", "varchar(9)"),
                    source_column("j", "json")};
  source.checks.push_back({"c", std::move(definition), true, ""});
  return source;
}

model::ForeignKey foreign_key(std::vector<std::string> columns) {
  model::ForeignKey key;
  key.name = "fk";
  key.referenced_columns = columns;
  key.columns = std::move(columns);
  key.referenced = {"crm", "parent"};
  key.on_delete = "CASCADE";
  key.on_update = "NO ACTION";
  return key;
}

TEST_CASE("a check moves where both servers say the same") {
  const Design design = design_of(with_check("CHECK (`a` > 0)"));
  REQUIRE(design.table.checks.size() == 1);
  CHECK(design.table.checks[0].name == "c");
  CHECK(design.table.checks[0].definition == "CHECK ((\"a\" > 0))");
}

TEST_CASE("a number as a check is true where it is not 0") {
  CHECK(design_of(with_check("CHECK (`a`)")).table.checks.at(0).definition ==
        "CHECK ((\"a\" <> 0))");
}

TEST_CASE("a check that a collation decides comes as a statement to think about") {
  const Design design = design_of(with_check("CHECK (`n` in ('x','y'))"));
  CHECK(design.table.checks.empty());
  CHECK(find_rule(design, "check-not-moved")->action ==
        "ALTER TABLE \"app\".\"t\" ADD CONSTRAINT \"c\" CHECK (((\"n\" = 'x') OR (\"n\" = 'y'))) "
        "NOT VALID");
}

TEST_CASE("what the type says needs no check") {
  const Design design = design_of(with_check("CHECK (json_valid(`j`))"));
  CHECK(design.table.checks.empty());
  CHECK(find_rule(design, "check-not-moved") == nullptr);
  const Design other = design_of(with_check("CHECK (json_valid(`n`))"));
  CHECK(find_rule(other, "check-not-moved")->action.empty());
}

TEST_CASE("a check that is not enforced is named") {
  const Design design = design_of(with_check("CHECK ((`a` > 0)) NOT ENFORCED"));
  CHECK(design.table.checks.empty());
  CHECK(find_rule(design, "check-not-enforced") != nullptr);
}

TEST_CASE("a foreign key keeps its rules, and the source's name of its table") {
  model::Table source = source_table();
  source.columns = {source_column("a", "int(11)"), source_column("b", "int(11)")};
  source.foreign_keys = {foreign_key({"a", "b"})};
  const Design design = design_of(source);
  REQUIRE(design.table.foreign_keys.size() == 1);
  const model::ForeignKey& key = design.table.foreign_keys[0];
  CHECK(key.referenced == model::QualifiedName{"crm", "parent"});
  CHECK(key.equal_operators.size() == 2);
  CHECK(key.definition ==
        R"(FOREIGN KEY ("a", "b") REFERENCES "crm"."parent"("a", "b") ON DELETE CASCADE)");
  model::ForeignKey renamed = key;
  renamed.referenced = {"app", "p"};
  renamed.on_update = "RESTRICT";
  CHECK(
      foreign_key_definition(renamed) ==
      R"(FOREIGN KEY ("a", "b") REFERENCES "app"."p"("a", "b") ON UPDATE RESTRICT ON DELETE CASCADE)");
}

TEST_CASE("a foreign key that a collation compares is told") {
  model::Table source = source_table();
  source.columns = {source_column("n", "varchar(9)")};
  source.foreign_keys = {foreign_key({"n"})};
  CHECK(find_rule(design_of(source), "collation")->where == "crm.t.fk");
}

TEST_CASE("constraints of one table do not share a name") {
  model::Table source = source_table();
  source.columns = {source_column("a", "int(11)")};
  model::Index& index = source.indexes.emplace_back();
  index.name = "fk";
  index.unique = true;
  index.parts.emplace_back().column = "a";
  source.checks.push_back({"fk", "CHECK (`a` > 0)", true, ""});
  source.foreign_keys = {foreign_key({"a"})};
  const Design design = design_of(source);
  CHECK(design.table.indexes.at(0).name == "fk");
  CHECK(design.table.checks.at(0).name == "fk_check");
  CHECK(design.table.foreign_keys.at(0).name == "fk_fkey");
}

TEST_CASE("an index that is no constraint leaves its name to the foreign key") {
  model::Table source = source_table();
  source.columns = {source_column("a", "int(11)")};
  model::Index& index = source.indexes.emplace_back();
  index.name = "fk";
  index.parts.emplace_back().column = "a";
  source.foreign_keys = {foreign_key({"a"})};
  CHECK(design_of(source).table.foreign_keys.at(0).name == "fk");
}

}  // namespace
}  // namespace sluice::schema
