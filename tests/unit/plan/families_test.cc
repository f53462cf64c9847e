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

TEST_CASE("a partitioned table that the target has is let alone, and is said what to do by hand") {
  model::Catalog target;
  target.tables = {pg_table("Root", "partitioned")};
  const auto tables = new_tables(config("app"), source(), target);
  CHECK(names_of(tables) == Texts{"app.middle", "app.low", "app.rest"});
  CHECK_FALSE(tables[0].kin.place);
  CHECK_FALSE(tables[1].kin.place);
  CHECK(tables[2].kin.place->parent == model::QualifiedName{"app", "middle"});
  // Of what is a part of it only, whichever table it is said with.
  Texts said;
  for (const NewTable& table : tables) {
    for (const model::Finding& finding : table.design.findings) {
      CHECK(finding.rule == "partition-not-made");
      said.push_back(finding.where + ": " + finding.action);
    }
  }
  CHECK(said == Texts{R"(app.low: ALTER TABLE "app"."Root" ATTACH PARTITION "app"."low" )"
                      R"(FOR VALUES FROM (1) TO (9) by hand, once it is copied)",
                      R"(app.middle: ALTER TABLE "app"."Root" ATTACH PARTITION "app"."middle" )"
                      R"(DEFAULT by hand, once it is copied)"});
}

/// One partition of one partitioned table.
void add_family(const model::QualifiedName& parent, const model::QualifiedName& partition,
                model::Catalog& catalog) {
  model::Table root = pg_table("", "partitioned");
  root.name = parent;
  root.partition_key = "RANGE (id)";
  model::Table part = pg_table("", "partition");
  part.name = partition;
  part.parents = {parent};
  part.partition_bound = "FOR VALUES FROM (1) TO (9)";
  catalog.tables.push_back(root);
  catalog.tables.push_back(part);
}

void move_to(const model::QualifiedName& from, const model::QualifiedName& to,
             config::Config& config) {
  config::Table& table = config.tables.emplace_back();
  table.source = from;
  table.target = to;
  table.rules.same_names = true;
  table.create.emplace();
}

TEST_CASE("two partitioned tables whose names become one stay two") {
  model::Catalog catalog;
  config::Config config;
  SECTION("of two schemas") {
    add_family({"a", "p"}, {"a", "p1"}, catalog);
    add_family({"b", "p"}, {"b", "p2"}, catalog);
    move_to({"a", "p1"}, {"app", "p1"}, config);
    move_to({"b", "p2"}, {"app", "p2"}, config);
  }
  SECTION("in lower case") {
    add_family({"app", "P"}, {"app", "P1"}, catalog);
    add_family({"app", "p"}, {"app", "p2"}, catalog);
    move_to({"app", "P1"}, {"app", "p1"}, config);
    move_to({"app", "p2"}, {"app", "p2"}, config);
  }
  const auto tables = new_tables(config, catalog, {});
  CHECK(names_of(tables) == Texts{"app.p", "app.p_2", "app.p1", "app.p2"});
  CHECK(tables[2].kin.place->parent == model::QualifiedName{"app", "p"});
  CHECK(tables[3].kin.place->parent == model::QualifiedName{"app", "p_2"});
  REQUIRE(tables[3].design.findings.size() == 1);
  CHECK(tables[3].design.findings[0].rule == "partitioned-renamed");
}

TEST_CASE("a partitioned table takes no name that another table has, or is to have") {
  model::Catalog catalog;
  config::Config config;
  model::Catalog target;
  add_family({"a", "q"}, {"a", "q1"}, catalog);
  move_to({"a", "q1"}, {"app", "q1"}, config);
  SECTION("a new one") {
    catalog.tables.push_back(pg_table("q", "table"));
    move_to({"app", "q"}, {"app", "q"}, config);
  }
  SECTION("one that is there") { target.tables = {pg_table("q", "view")}; }
  const auto tables = new_tables(config, catalog, target);
  CHECK(tables[0].design.table.name.text() == "app.q_2");
  CHECK(tables[1].kin.place->parent == model::QualifiedName{"app", "q_2"});
}

TEST_CASE("a partitioned table has no table on the side that needs a name") {
  model::Catalog catalog;
  config::Config config;
  add_family({"app", "ev"}, {"app", "ev1"}, catalog);
  move_to({"app", "ev1"}, {"app", "ev1"}, config);
  catalog.tables.push_back(pg_table("ev__side", "table"));
  move_to({"app", "ev__side"}, {"app", "ev__side"}, config);
  const auto tables = new_tables(config, catalog, {});
  CHECK(names_of(tables) == Texts{"app.ev", "app.ev1", "app.ev__side"});
  for (const NewTable& table : tables) CHECK(table.design.findings.empty());
}

constexpr const char* kOptions =
    "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE";

/// Two tables t1 and t2 of a schema with numbers of one sequence, which belongs to the first.
void add_pair(const std::string& schema, model::Catalog& catalog) {
  for (const char* const name : {"t1", "t2"}) {
    model::Table& table = catalog.tables.emplace_back(pg_table(name, "table"));
    table.name.schema = schema;
    table.columns[0].default_sql = "nextval('" + schema + ".t1_id_seq'::regclass)";
  }
  model::Column& owner = catalog.tables[catalog.tables.size() - 2].columns[0];
  owner.sequence = schema + ".t1_id_seq";
  owner.sequence_options = kOptions;
}

/// By table: its default, and what sequences are made for it.
Texts numbers_of(const std::vector<NewTable>& tables) {
  Texts texts;
  for (const NewTable& table : tables) {
    std::string text = table.design.table.name.text() + " " +
                       table.design.table.columns[0].default_sql.value_or("");
    for (const model::SchemaObject& object : table.design.objects) {
      if (object.kind == model::SchemaObject::Kind::sequence) text += " " + object.name.text();
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

TEST_CASE("two sequences whose names become one stay two, each of its own tables") {
  model::Catalog catalog;
  config::Config config;
  for (const std::string schema : {"a", "app"}) {
    add_pair(schema, catalog);
    for (const std::string name : {"t1", "t2"}) {
      move_to({schema, name}, {"app", schema + "_" + name}, config);
    }
  }
  CHECK(numbers_of(new_tables(config, catalog, {})) ==
        Texts{R"(app.a_t1 nextval('"app"."t1_id_seq"'::regclass) app.t1_id_seq)",
              R"(app.a_t2 nextval('"app"."t1_id_seq"'::regclass) app.t1_id_seq)",
              R"(app.app_t1 nextval('"app"."app_t1_t1_id_seq"'::regclass) app.app_t1_t1_id_seq)",
              R"(app.app_t2 nextval('"app"."app_t1_t1_id_seq"'::regclass) app.app_t1_t1_id_seq)"});
}

TEST_CASE("a sequence that the target has is not taken for one that new tables share") {
  model::Catalog catalog;
  config::Config config;
  add_pair("app", catalog);
  model::Catalog target;
  SECTION("one that nobody owns") {
    target.objects = {{model::SchemaObject::Kind::sequence,
                       {"app", "t1_id_seq"},
                       std::string(R"(CREATE SEQUENCE "app"."t1_id_seq" )") + kOptions,
                       {}}};
    move_to({"app", "t1"}, {"app", "t1"}, config);
    move_to({"app", "t2"}, {"app", "t2"}, config);
    const std::string own = R"( nextval('"app"."t1_t1_id_seq"'::regclass) app.t1_t1_id_seq)";
    CHECK(numbers_of(new_tables(config, catalog, target)) == Texts{"app.t1" + own, "app.t2" + own});
  }
  SECTION("one that a table there owns, even under the name of its owner in the source") {
    target.tables = {catalog.tables[0]};
    move_to({"app", "t2"}, {"app", "t2"}, config);
    const auto tables = new_tables(config, catalog, target);
    CHECK(numbers_of(tables) ==
          Texts{R"(app.t2 nextval('"app"."t2_t1_id_seq"'::regclass) app.t2_t1_id_seq)"});
    REQUIRE(tables[0].design.findings.size() == 1);
    CHECK(tables[0].design.findings[0].rule == "numbers-not-shared");
  }
}

TEST_CASE("a default that makes something of a shared number goes by the sequence's new name") {
  model::Catalog catalog;
  config::Config config;
  add_pair("a", catalog);
  catalog.tables[1].columns[0].default_sql = "('x'::text || nextval('a.t1_id_seq'::regclass))";
  move_to({"a", "t1"}, {"app", "t1"}, config);
  move_to({"a", "t2"}, {"app", "t2"}, config);
  CHECK(numbers_of(new_tables(config, catalog, {})).back() ==
        R"(app.t2 ('x'::text || nextval('"app"."t1_id_seq"'::regclass)) app.t1_id_seq)");
}

TEST_CASE("a default of several shared numbers goes by new names alone") {
  model::Catalog catalog;
  config::Config config;
  add_pair("a", catalog);
  add_pair("b", catalog);
  model::Table& reader = catalog.tables.emplace_back(pg_table("r", "table"));
  reader.columns[0].default_sql =
      "(nextval('a.t1_id_seq'::regclass) + nextval('b.t1_id_seq'::regclass) + "
      "nextval('a.t1_id_seq'::regclass))";
  move_to({"a", "t1"}, {"b", "t1"}, config);  // to where the other one was
  move_to({"b", "t1"}, {"c", "t1"}, config);
  move_to({"app", "r"}, {"app", "r"}, config);
  CHECK(numbers_of(new_tables(config, catalog, {})).back() ==
        R"(app.r (nextval('"b"."t1_id_seq"'::regclass) + nextval('"c"."t1_id_seq"'::regclass) + )"
        R"(nextval('"b"."t1_id_seq"'::regclass)) b.t1_id_seq c.t1_id_seq)");
}

TEST_CASE("a sequence of one table takes no name of a sequence that nobody owns") {
  model::Catalog catalog;
  config::Config config;
  catalog.tables = {pg_table("a", "table")};
  catalog.tables[0].columns[0].identity = model::Identity::always;
  catalog.tables[0].columns[0].sequence = "app.a_id_seq";
  move_to({"app", "a"}, {"app", "a"}, config);
  const model::SchemaObject stray{
      model::SchemaObject::Kind::sequence, {"app", "a_id_seq"}, "CREATE SEQUENCE", {}};
  model::Catalog target;
  SECTION("in the target") { target.objects = {stray}; }
  SECTION("that comes along") {
    catalog.objects = {stray};
    catalog.tables[0].needs = {stray.id()};
  }
  CHECK(new_tables(config, catalog, target)[0].design.table.columns[0].sequence ==
        R"("app"."a_a_id_seq")");
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
