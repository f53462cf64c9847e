#include "plan/families.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "example.h"

namespace sluice::plan {
namespace {

using Texts = std::vector<std::string>;

model::Table pg_table(const std::string& name, const std::string& kind) {
  model::Table table;
  table.name = {"app", name};
  table.kind = kind;
  table.columns = {example::column("id", example::type("integer", "int4"))};
  return table;
}

/// A table in two partitions, one of them cut again, whose numbers are its own.
model::Catalog source() {
  model::Catalog catalog;
  model::Table root = pg_table("Root", "partitioned");
  root.partition_key = "RANGE (id)";
  root.columns[0].sequence = "app.\"Root_id_seq\"";
  root.columns[0].sequence_options =
      "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE";
  root.columns[0].default_sql = "nextval('app.\"Root_id_seq\"'::regclass)";
  model::Table middle = pg_table("middle", "partitioned");
  middle.partition_key = "HASH (id)";
  middle.parents = {root.name};
  middle.partition_bound = "DEFAULT";
  model::Table low = pg_table("low", "partition");
  low.parents = {root.name};
  low.partition_bound = "FOR VALUES FROM (1) TO (9)";
  low.columns[0].default_sql = root.columns[0].default_sql;
  model::Table rest = pg_table("rest", "partition");
  rest.parents = {middle.name};
  rest.partition_bound = "FOR VALUES WITH (modulus 1, remainder 0)";
  catalog.tables = {root, low, middle, rest};
  return catalog;
}

config::Config config(const std::string& schema) {
  config::Config made;
  for (const char* const name : {"low", "rest"}) {
    config::Table& table = made.tables.emplace_back();
    table.source = {"app", name};
    table.target = {schema, name};
    table.rules.same_names = true;
    table.create.emplace();
  }
  return made;
}

Texts names_of(const std::vector<NewTable>& tables) {
  Texts names;
  for (const NewTable& table : tables) names.push_back(table.design.table.name.text());
  return names;
}

MadeTables made_of(const std::vector<NewTable>& designs) {
  MadeTables made;
  for (const NewTable& design : designs) {
    (design.is_partitioned() ? made.parents : made.tables).push_back(design.design.table);
  }
  attach_kin(designs, made);
  return made;
}

TEST_CASE("partitioned tables come before their partitions, each after its own") {
  const auto tables = new_tables(config("app"), source(), {});
  CHECK(names_of(tables) == Texts{"app.Root", "app.middle", "app.low", "app.rest"});
  CHECK(tables[1].kin.place->parent == model::QualifiedName{"app", "Root"});
  CHECK(tables[3].kin.place->parent == model::QualifiedName{"app", "middle"});
  CHECK(tables[3].kin.place->bound == "FOR VALUES WITH (modulus 1, remainder 0)");
}

TEST_CASE("a partitioned table goes to the schema that its partitions go to") {
  CHECK(names_of(new_tables(config("other"), source(), {})) ==
        Texts{"other.Root", "other.middle", "other.low", "other.rest"});
}

TEST_CASE("a partitioned table that the target has is not made, and takes partitions") {
  model::Catalog target;
  target.tables = {pg_table("Root", "partitioned")};
  const auto tables = new_tables(config("app"), source(), target);
  CHECK(names_of(tables) == Texts{"app.middle", "app.low", "app.rest"});
  CHECK(tables[1].kin.place->parent == model::QualifiedName{"app", "Root"});
}

TEST_CASE("a sequence that partitions take numbers from is there before all, and is owned again") {
  const auto tables = new_tables(config("other"), source(), {});
  const NewTable& low = tables[2];
  CHECK(low.design.table.columns[0].default_sql ==
        "nextval('\"other\".\"Root_id_seq\"'::regclass)");
  CHECK(std::ranges::any_of(low.design.objects, [](const model::SchemaObject& object) {
    return object.definition ==
           "CREATE SEQUENCE \"other\".\"Root_id_seq\" AS integer START WITH 1 INCREMENT BY 1 "
           "MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE";
  }));
  MadeTables made = made_of(tables);
  const auto steps = take_family_steps(made);
  CHECK(steps.front().statements.back() ==
        R"(ALTER SEQUENCE "other"."Root_id_seq" OWNED BY "other"."Root"."id")");
}

TEST_CASE("steps of a family stand in the order in which they can be done") {
  MadeTables made = made_of(new_tables(config("app"), source(), {}));
  model::ForeignKey key;
  key.name = "k";
  key.columns = {"id"};
  key.referenced = {"app", "Root"};
  key.referenced_columns = {"id"};
  key.definition = "FOREIGN KEY (id) REFERENCES app.\"Root\"(id)";
  model::Table child = pg_table("child", "table");
  child.foreign_keys = {key};
  made.tables.push_back(child);
  made.kin[child.name].inherits = {{"app", "mother"}};
  const auto steps = take_family_steps(made);
  REQUIRE(steps.size() == 4);
  CHECK(
      steps[0].statements.front() ==
      R"(CREATE TABLE "app"."Root" ("id" integer DEFAULT nextval('"app"."Root_id_seq"'::regclass) )"
      R"(NOT NULL) PARTITION BY RANGE (id))");
  CHECK(steps[1].statements.back() ==
        R"(ALTER TABLE "app"."Root" ATTACH PARTITION "app"."middle" DEFAULT)");
  CHECK(steps[2].statements == Texts{R"(ALTER TABLE "app"."child" INHERIT "app"."mother")"});
  CHECK(steps[3].kind == FamilyStep::Kind::foreign_key);
  CHECK(steps[3].needs ==
        std::vector<model::QualifiedName>{{"app", "child"}, {"app", "low"}, {"app", "rest"}});
  CHECK(made.tables.back().foreign_keys.empty());
  // The rows that it is about lie in partitions.
  CHECK(steps[3].referring == std::vector<model::QualifiedName>{{"app", "child"}});
  CHECK(steps[3].referred == std::vector<model::QualifiedName>{{"app", "low"}, {"app", "rest"}});
  CHECK(steps[3].key == Texts{R"("id")"});
  CHECK(steps[3].referenced_key == Texts{R"("id")"});
}

TEST_CASE("a key that is not validated stands against no row") {
  MadeTables made = made_of(new_tables(config("app"), source(), {}));
  model::ForeignKey key;
  key.name = "k";
  key.columns = {"id"};
  key.referenced = {"app", "Root"};
  key.referenced_columns = {"id"};
  key.definition = "FOREIGN KEY (id) REFERENCES app.\"Root\"(id) NOT VALID";
  model::Table child = pg_table("child", "table");
  child.foreign_keys = {key};
  made.tables.push_back(child);
  const auto steps = take_family_steps(made);
  REQUIRE(steps.back().kind == FamilyStep::Kind::foreign_key);
  CHECK(steps.back().referring.empty());
  CHECK(steps.back().referred.empty());
}

TEST_CASE("what the target refused has no place in the plan") {
  const auto tables = new_tables(config("app"), source(), {});
  MadeTables made;
  made.refused = {{{"app", "low"}, {"app", "Root"}}};
  attach_kin(tables, made);
  CHECK_FALSE(made.kin.at({"app", "low"}).place);
  CHECK(made.kin.at({"app", "rest"}).place);
}

}  // namespace
}  // namespace sluice::plan
