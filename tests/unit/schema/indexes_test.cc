#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/schema/index.h"

#include "source_table.h"

namespace sluice::schema {
namespace {

model::Table columns() {
  model::Table source = source_table();
  source.columns = {source_column("id", "int(11)"),
                    source_column("name", "varchar(255)"),
                    source_column("code", "varchar(20)", "utf8mb4_0900_bin"),
                    source_column("long", "varchar(768)", "utf8mb4_0900_bin"),
                    source_column("body", "text", "utf8mb4_0900_bin"),
                    source_column("raw", "blob"),
                    source_column("doc", "json")};
  return source;
}

model::IndexPart part(std::string column, std::optional<int> prefix = {}, bool descending = false) {
  model::IndexPart made;
  made.column = std::move(column);
  made.prefix_length = prefix;
  made.descending = descending;
  return made;
}

Design with(std::string name, bool unique, std::vector<model::IndexPart> parts,
            std::string method = "BTREE") {
  model::Table source = columns();
  model::Index& index = source.indexes.emplace_back();
  index.primary = name == "PRIMARY";
  index.name = std::move(name);
  index.unique = unique;
  index.parts = std::move(parts);
  index.method = std::move(method);
  index.definition = "KEY (...)";
  return design_of(source);
}

const model::Index& only(const Design& design) {
  REQUIRE(design.table.indexes.size() == 1);
  return design.table.indexes[0];
}

TEST_CASE("the primary key is a constraint of the table's name") {
  const Design design = with("PRIMARY", true, {part("id"), part("code", {}, true)});
  const model::Index& index = only(design);
  CHECK(index.name == "t_pkey");
  CHECK(index.primary);
  CHECK(index.is_constraint);
  CHECK(index.constraint_definition == R"(PRIMARY KEY ("id", "code"))");
  CHECK(index.definition ==
        R"(CREATE UNIQUE INDEX "t_pkey" ON "app"."t" USING btree ("id", "code"))");
}

TEST_CASE("a unique index is a constraint, unless a part is descending") {
  CHECK(only(with("u", true, {part("code")})).constraint_definition == R"(UNIQUE ("code"))");
  const Design descending = with("u", true, {part("id"), part("code", {}, true)});
  CHECK(!only(descending).is_constraint);
  CHECK(only(descending).definition ==
        R"(CREATE UNIQUE INDEX "u" ON "app"."t" USING btree ("id", "code" DESC))");
}

TEST_CASE("hash becomes btree") {
  CHECK(only(with("h", false, {part("id")}, "HASH")).definition ==
        R"(CREATE INDEX "h" ON "app"."t" USING btree ("id"))");
}

TEST_CASE("a prefix index is one of whole columns where these are short enough") {
  CHECK(only(with("p", false, {part("name", 10), part("id")})).parts[0].column == "name");
  // Two of 1,020 bytes and one of 768 characters are more than 2,600.
  CHECK(only(with("p", false, {part("long", 10)})).definition ==
        R"(CREATE INDEX "p" ON "app"."t" USING btree ("left"("long", 10)))");
  CHECK(only(with("p", false, {part("raw", 8)})).parts[0].expression == R"(substr("raw", 1, 8))");
}

TEST_CASE("a unique prefix index promises no more than before") {
  const Design design = with("u", true, {part("name", 10)});
  CHECK(only(design).unique);
  CHECK(!only(design).is_constraint);
  CHECK(only(design).parts[0].expression == R"("left"("name", 10))");
  CHECK(find_rule(design, "unique-prefix")->severity == model::Severity::note);
  const Design primary = with("PRIMARY", true, {part("name", 10)});
  CHECK(!only(primary).primary);
  CHECK(find_rule(primary, "unique-prefix")->severity == model::Severity::warning);
}

TEST_CASE("keys that may be too long for PostgreSQL are told") {
  CHECK(find_rule(with("i", false, {part("long")}), "index-key-size") != nullptr);
  CHECK(find_rule(with("i", true, {part("body")}, "HASH"), "index-key-size") != nullptr);
  CHECK(find_rule(with("i", false, {part("name"), part("id")}), "index-key-size") == nullptr);
}

TEST_CASE("a unique key that a collation compares is told") {
  const Design design = with("u", true, {part("name"), part("code")});
  const model::Finding* const finding = find_rule(design, "collation");
  REQUIRE(finding != nullptr);
  CHECK(finding->severity == model::Severity::warning);
  CHECK(finding->where == "crm.t.u (name (utf8mb4_unicode_ci))");
  CHECK(find_rule(with("u", true, {part("code")}), "collation")->severity ==
        model::Severity::note);  // of the table's other texts
}

TEST_CASE("a unique expression that a collation compares is told") {
  model::IndexPart of_name;
  of_name.expression = "left(`name`,3)";
  const Design design = with("u", true, {of_name});
  REQUIRE(find_rule(design, "collation") != nullptr);
  CHECK(find_rule(design, "collation")->where == "crm.t.u (left(`name`,3))");
  of_name.expression = "left(`code`,3)";
  CHECK(find_rule(with("u", true, {of_name}), "collation")->severity == model::Severity::note);
}

TEST_CASE("a key whose blanks at the end mean nothing is told as that") {
  model::Table source = columns();
  source.columns[2].type.collation = "utf8mb4_bin";
  model::Index& index = source.indexes.emplace_back();
  index.name = "u";
  index.unique = true;
  index.parts = {part("code")};
  const Design design = design_of(source);
  REQUIRE(find_rule(design, "collation") != nullptr);
  CHECK(find_rule(design, "collation")->message.find("without a blank") != std::string::npos);
}

TEST_CASE("a designed index can be made under another name") {
  model::Index index = only(with("u", true, {part("id"), part("name", 10)}));
  CHECK(index_definition(index, {"app", "t"}) == index.definition);
  index.name = "t_u";
  CHECK(index_definition(index, {"app", "t"}) ==
        R"(CREATE UNIQUE INDEX "t_u" ON "app"."t" USING btree ("id", "left"("name", 10)))");
}

TEST_CASE("indexes for searches are named and not made") {
  const Design full = with("f", false, {part("name"), part("body")}, "FULLTEXT");
  CHECK(full.table.indexes.empty());
  CHECK(find_rule(full, "fulltext-not-moved")->action ==
        "CREATE INDEX \"f\" ON \"app\".\"t\" USING gin (to_tsvector('simple', coalesce(\"name\", "
        "'') || ' ' || coalesce(\"body\", '')))");
  const Design spatial = with("s", false, {part("raw")}, "SPATIAL");
  CHECK(spatial.table.indexes.empty());
  CHECK(find_rule(spatial, "index-not-moved")->severity == model::Severity::note);
}

TEST_CASE("json is in no index") {
  const Design design = with("j", true, {part("doc")});
  CHECK(design.table.indexes.empty());
  CHECK(find_rule(design, "index-not-moved")->severity == model::Severity::warning);
}

TEST_CASE("an index on an expression is translated or named") {
  model::IndexPart expression;
  expression.expression = "(`id` + 1)";
  CHECK(only(with("e", true, {expression})).definition ==
        R"(CREATE UNIQUE INDEX "e" ON "app"."t" USING btree (((("id")::bigint + 1))))");
  expression.expression = "lower(`name`)";
  CHECK(with("e", false, {expression}).table.indexes.empty());
}

TEST_CASE("names of indexes are cut where PostgreSQL would cut them") {
  const std::string name(64, 'i');
  CHECK(only(with(name, false, {part("id")})).name.size() == 63);
}

}  // namespace
}  // namespace sluice::schema
