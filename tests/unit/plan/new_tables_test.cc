#include "sluice/plan/new_tables.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/codec/mysql_types.h"
#include "sluice/plan/draft.h"

#include "example.h"

namespace sluice::plan {
namespace {

/// The new CRM, from one PostgreSQL to an empty other one: every target table is to be made.
struct Move {
  config::Config config;
  model::Catalog source = example::target_catalog();
  model::Catalog target = example::target_catalog();

  Move() {
    config.name = "crm";
    for (const model::Table& table : source.tables) {
      config::Table& entry = config.tables.emplace_back();
      entry.source = entry.target = table.name;
      entry.rules.same_names = true;
      entry.create.emplace();
    }
    source.server.identity = "another";
    target.tables.clear();
  }
  [[nodiscard]] config::Table& customers() { return config.tables[0]; }
  [[nodiscard]] std::vector<NewTable> designs() const { return new_tables(config, source, target); }
  /// As a trial would show them that changes nothing.
  [[nodiscard]] MadeTables made() const {
    MadeTables made;
    const auto all = designs();
    for (const NewTable& table : all) {
      made.tables.push_back(table.design.table);
      made.tables.back().foreign_keys.clear();
    }
    attach_foreign_keys(config, all, target, made);
    return made;
  }
  [[nodiscard]] Draft draft() const { return plan::draft(config, "sha", source, target, made()); }
};

bool holds(const std::vector<std::string>& statements, const std::string& text) {
  return std::ranges::any_of(
      statements, [&](const std::string& sql) { return sql.find(text) != std::string::npos; });
}

TEST_CASE("tables that are not there are made, if the config says so") {
  Move move;
  CHECK(move.designs().size() == 2);
  move.customers().create.reset();
  CHECK(move.designs().size() == 1);
  CHECK(example::of_rule(move.draft().findings, "unknown-target-table").size() == 1);
}

TEST_CASE("a table that is there is filled as it is, whatever the config says of making it") {
  Move move;
  move.target = example::target_catalog();
  CHECK(move.designs().empty());
  const Draft draft = move.draft();
  REQUIRE(draft.plan);
  CHECK_FALSE(draft.plan->tables[0].is_new);
  CHECK(draft.plan->tables[0].naming.empty());
}

TEST_CASE("a new table has columns of its own, and takes its names at the end") {
  const Draft draft = Move().draft();
  REQUIRE(draft.plan);
  const TablePlan& table = draft.plan->tables[0];
  CHECK(table.is_new);
  CHECK(table.side_ddl.front().starts_with(
      "CREATE TABLE \"crm\".\"customers__side\" (\"id\" bigint"));
  CHECK_FALSE(holds(table.side_ddl, "LIKE"));
  CHECK_FALSE(holds(table.side_ddl, "REVOKE"));
  CHECK(holds(table.naming,
              R"(ALTER INDEX "crm"."customers_pkey__side" RENAME TO "customers_pkey")"));
  CHECK(holds(table.naming,
              R"(ALTER SEQUENCE "crm"."customers_id_seq__side" RENAME TO "customers_id_seq")"));
  CHECK(holds(table.naming, R"(ALTER TABLE "crm"."customers__side" RENAME TO "customers")"));
  CHECK(table.naming.back() == R"(COMMENT ON TABLE "crm"."customers" IS NULL)");
  // No live sequence is asked for its position.
  for (const DeferredStep& step : table.deferred) {
    if (step.kind == DeferredStep::Kind::position) {
      CHECK(step.sql.find("last_value::numeric") == std::string::npos);
    }
  }
}

/// Tables of MySQL, each with enum columns, to an empty PostgreSQL.
struct EnumMove : Move {
  EnumMove() {
    config.tables.clear();
    source.tables.clear();
    source.server.engine = model::Engine::mysql;
  }
  void add(const std::string& name, const std::vector<std::string>& columns) {
    model::Table& table = source.tables.emplace_back();
    table.name = {"crm", name};
    for (const std::string& column : columns) {
      model::Column& made = table.columns.emplace_back();
      made.name = column;
      made.type = codec::parse_mysql_type("enum('a','b')");
      made.default_sql = "'b'";
    }
    config::Table& entry = config.tables.emplace_back();
    entry.source = table.name;
    entry.target = {"app", name};
    entry.rules.same_names = true;
    entry.create.emplace();
  }
  [[nodiscard]] std::vector<std::string> types() const {
    std::vector<std::string> names;
    for (const NewTable& table : designs()) {
      for (const model::SchemaObject& object : table.design.objects) {
        if (object.kind == model::SchemaObject::Kind::type) names.push_back(object.name.text());
      }
    }
    return names;
  }
};

TEST_CASE("a type has a name that no table and no other type has") {
  EnumMove move;
  move.add("order", {"status"});
  CHECK(move.types() == std::vector<std::string>{"app.order_status"});
  SECTION("a new table") {
    move.add("order_status", {});
    CHECK(move.types() == std::vector<std::string>{"app.order_order_status"});
  }
  SECTION("a side table") {
    move.add("x", {"_side"});
    CHECK(move.types() == std::vector<std::string>{"app.order_status", "app.x_x__side"});
  }
  SECTION("another new type") {
    move.add("a", {"b_c"});
    move.add("a_b", {"c"});
    CHECK(move.types() ==
          std::vector<std::string>{"app.order_status", "app.a_b_c", "app.a_b_a_b_c"});
  }
  SECTION("a table, type or view of the target") {
    move.target.tables.emplace_back().name = {"app", "order_status"};
    move.target.objects = {
        {model::SchemaObject::Kind::type, {"app", "order_order_status"}, "CREATE TYPE", {}}};
    move.target.others.push_back({"view", {"app", "order_order_status_2"}});
    CHECK(move.types() == std::vector<std::string>{"app.order_order_status_3"});
  }
  SECTION("a type of another schema is no other name") {
    move.target.objects = {
        {model::SchemaObject::Kind::type, {"x", "order_status"}, "CREATE TYPE", {}}};
    CHECK(move.types() == std::vector<std::string>{"app.order_status"});
  }
}

TEST_CASE("a type's other name stands wherever it is spoken of") {
  EnumMove move;
  move.add("order", {"status"});
  move.add("order_status", {});
  const NewTable order = move.designs().front();
  const model::Column& status = order.design.table.columns.at(0);
  CHECK(status.type.sql == R"("app"."order_order_status")");
  CHECK(status.type.base == "order_order_status");
  CHECK(status.default_sql == R"('b'::"app"."order_order_status")");
  CHECK(order.design.table.needs == std::vector<std::string>{"type app.order_order_status"});
  CHECK(order.design.objects.back().definition ==
        R"(CREATE TYPE "app"."order_order_status" AS ENUM ('a', 'b'))");
}

TEST_CASE("what a new table needs is made before it, its schema too") {
  Move move;
  move.source.objects = {
      {model::SchemaObject::Kind::type, {"x", "unused"}, "CREATE TYPE 1", {}},
      {model::SchemaObject::Kind::type, {"x", "base"}, "CREATE TYPE 2", {}},
      {model::SchemaObject::Kind::domain, {"x", "d"}, "CREATE DOMAIN", {"type x.base"}}};
  move.source.tables[0].needs = {"domain x.d"};
  const auto designs = move.designs();
  std::vector<std::string> ids;
  for (const auto& object : designs[0].design.objects) ids.push_back(object.id());
  CHECK(ids == std::vector<std::string>{"schema crm", "type x.base", "domain x.d"});
}

namespace {

constexpr auto kDomain = model::SchemaObject::Kind::domain;
constexpr auto kType = model::SchemaObject::Kind::type;
constexpr auto kCollation = model::SchemaObject::Kind::collation;

/// What is said where the source has one definition and the target the other.
std::vector<model::Finding> of_two(const model::SchemaObject& wanted,
                                   const model::SchemaObject& there, int target_version = 150000) {
  Move move;
  move.source.server.version_number = 150000;
  move.target.server.version_number = target_version;
  move.source.objects = {wanted};
  move.target.objects = {there};
  move.source.tables[0].needs = {wanted.id()};
  return differing_objects(move.designs(), move.source, move.target);
}
std::vector<model::Finding> of_two(model::SchemaObject::Kind kind, const std::string& wanted,
                                   const std::string& there, int target_version = 150000) {
  return of_two({kind, {"x", "o"}, wanted, {}}, {kind, {"x", "o"}, there, {}}, target_version);
}

}  // namespace

TEST_CASE(
    "a sequence that gives numbers to another table in the target is not taken for one's own") {
  Move move;
  const model::SchemaObject wanted{
      model::SchemaObject::Kind::sequence, {"x", "s"}, "CREATE SEQUENCE x.s", {}};
  move.source.objects = {wanted};
  move.source.tables[0].needs = {wanted.id()};
  CHECK(differing_objects(move.designs(), move.source, move.target).empty());
  model::Table other;
  other.name = {"x", "other"};
  other.columns.emplace_back().name = "id";
  other.columns[0].sequence = "x.s";
  move.target.tables.push_back(other);
  const auto checked = differing_objects(move.designs(), move.source, move.target);
  REQUIRE(checked.size() == 1);
  CHECK(checked[0].rule == "object-differs");
  CHECK(checked[0].severity == model::Severity::error);
  CHECK(checked[0].message.find("belongs to column x.other.id") != std::string::npos);
}

TEST_CASE("what the target has with another definition is an error that names it") {
  const auto checked =
      of_two(kDomain, "CREATE DOMAIN x.o AS integer CONSTRAINT c CHECK ((VALUE > 0))",
             "CREATE DOMAIN x.o AS integer");
  REQUIRE(checked.size() == 1);
  CHECK(checked[0].rule == "object-differs");
  CHECK(checked[0].severity == model::Severity::error);
  CHECK(checked[0].where == "domain x.o");
  CHECK(of_two(kType, "CREATE TYPE x.o AS ENUM ('a', 'b')", "CREATE TYPE x.o AS ENUM ('b', 'a')")
            .size() == 1);
  CHECK(of_two(kCollation, "CREATE COLLATION x.o (PROVIDER = icu, LOCALE = 'und')",
               "CREATE COLLATION x.o (PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false)")
            .size() == 1);
  CHECK(of_two({kDomain, {"x", "o"}, "CREATE DOMAIN x.o AS text", {}},
               {kType, {"x", "o"}, "CREATE TYPE x.o AS ENUM ('a')", {}})
            .size() == 1);
}

TEST_CASE("comments and quotes make no other object") {
  CHECK(of_two(kType, R"(CREATE TYPE "x"."o" AS ENUM ('a', E'\\'))",
               "CREATE TYPE x.o AS ENUM ('a', E'\\\\');\nCOMMENT ON TYPE x.o IS ';'")
            .empty());
  CHECK(of_two(kDomain, "CREATE DOMAIN x.o AS text;\nCOMMENT ON DOMAIN x.o IS 'a';\nALTER DOMAIN 1",
               "CREATE DOMAIN x.o AS text")
            .size() == 1);
}

TEST_CASE("servers of two versions may print one object in two ways") {
  CHECK(of_two(kDomain, "CREATE DOMAIN x.o AS text NOT NULL CONSTRAINT a CHECK ((VALUE <> ''))",
               "CREATE DOMAIN x.o AS text CONSTRAINT a CHECK ((VALUE <> '')) CONSTRAINT o_not_null "
               "NOT NULL",
               170000)
            .empty());
  const char* const before =
      "CREATE DOMAIN x.o AS text CONSTRAINT a CHECK ((date_part('y', VALUE)))";
  const char* const after =
      "CREATE DOMAIN x.o AS text CONSTRAINT a CHECK ((EXTRACT(y FROM VALUE)))";
  CHECK(of_two(kDomain, before, after)[0].severity == model::Severity::error);
  const auto doubtful = of_two(kDomain, before, after, 170000);
  REQUIRE(doubtful.size() == 1);
  CHECK(doubtful[0].severity == model::Severity::warning);
  CHECK(of_two(kDomain, before, "CREATE DOMAIN x.o AS text", 170000)[0].severity ==
        model::Severity::error);
}

TEST_CASE("columns that the mapping renames, drops and adds are named") {
  Move move;
  mapping::Rule both = mapping::rename_rule("email", "both");
  both.cases.front().value = mapping::Concat{{{"email", {}, {}}, {"credit", {}, {}}}, " ", {}, {}};
  move.customers().rules.rules = {both, mapping::rename_rule("created_at", "made_at")};
  const auto without_type = move.designs();
  CHECK(without_type[0].renamed ==
        std::vector<std::pair<std::string, std::string>>{{"created_at", "made_at"}});
  CHECK(without_type[0].dropped == std::vector<std::string>{"email", "credit"});
  CHECK(without_type[0].added.empty());
  CHECK(example::of_rule(without_type[0].design.findings, "type-missing").size() == 1);
  move.customers().create->types["both"] = "text";
  const auto designs = move.designs();
  CHECK(designs[0].added == std::vector<std::pair<std::string, std::string>>{{"both", "text"}});
  CHECK(example::of_rule(designs[0].design.findings, "type-missing").empty());
}

TEST_CASE("a type that the config names takes the place of the source's") {
  Move move;
  move.customers().create->types["email"] = "text";
  CHECK(move.designs()[0].design.table.find_column("email")->type.sql == "text");
}

TEST_CASE("two columns may change names with each other") {
  Move move;
  move.customers().rules.rules = {mapping::rename_rule("email", "credit"),
                                  mapping::rename_rule("credit", "email")};
  const NewTable table = move.designs()[0];
  const auto sql = finishing_statements(table);
  const auto place = [&sql](const std::string& text) {
    return std::ranges::find_if(sql, [&](const std::string& s) { return s.ends_with(text); });
  };
  CHECK(place(R"(RENAME COLUMN "credit" TO "sluice 1")") <
        place(R"(RENAME COLUMN "sluice 0" TO "credit")"));
  CHECK(place(R"(RENAME COLUMN "sluice 0" TO "credit")") != sql.end());
}

TEST_CASE("indexes of one name get names of their own") {
  Move move;
  move.source.tables[1].indexes[0].name = "customers_pkey";
  const auto designs = move.designs();
  CHECK(designs[0].design.table.indexes[0].name == "customers_pkey");
  CHECK(designs[1].design.table.indexes[0].name == "orders_customers_pkey");
}

TEST_CASE("a name that the target has is not taken again") {
  Move move;
  model::Table there;
  there.name = {"crm", "customers_email_idx"};
  move.target.tables = {there};
  CHECK(move.designs()[0].design.table.indexes[1].name == "customers_customers_email_idx");
}

TEST_CASE("foreign keys point at the tables that are filled") {
  Move move;
  move.customers().target = {"new", "people"};
  move.customers().rules.rules = {mapping::rename_rule("id", "person")};
  MadeTables made;
  const auto designs = move.designs();
  for (const NewTable& table : designs) {
    made.tables.push_back(table.design.table);
    made.tables.back().foreign_keys.clear();
  }
  made.tables[0].columns[0].name = "person";
  made.tables[0].indexes[0].parts[0].column = "person";
  attach_foreign_keys(move.config, designs, move.target, made);
  REQUIRE(made.tables[1].foreign_keys.size() == 1);
  CHECK(made.tables[1].foreign_keys[0].referenced == model::QualifiedName{"new", "people"});
  CHECK(
      made.tables[1].foreign_keys[0].definition ==
      R"(FOREIGN KEY ("customer_id") REFERENCES "new"."people"("person") ON DELETE CASCADE DEFERRABLE)");
}

TEST_CASE("a whole number may refer to a numeric, and not the other way round") {
  Move move;
  const bool parent_is_numeric = GENERATE(true, false);
  model::ColumnType& type =
      (parent_is_numeric
           ? move.source.tables[0].columns[0]
           : *std::ranges::find(move.source.tables[1].columns, "customer_id", &model::Column::name))
          .type;
  type = example::type("numeric(20,0)", "numeric");
  CHECK(move.made().tables.back().foreign_keys.size() == (parent_is_numeric ? 1 : 0));
}

TEST_CASE("a foreign key that PostgreSQL would refuse is left out, and told") {
  Move move;
  const auto said = [&move] {
    const MadeTables made = move.made();
    CHECK(made.tables.back().foreign_keys.empty());
    const auto found = example::of_rule(made.findings, "foreign-key-not-made");
    return found.size() == 1 ? found[0].message : std::string();
  };
  SECTION("its parent is not moved") {
    move.config.tables.erase(move.config.tables.begin());
    CHECK(said() == "crm.customers, to which it refers, is not moved");
  }
  SECTION("nothing makes the parent's columns unique") {
    move.source.tables[0].indexes.clear();
    CHECK(said() == "it refers to columns of crm.customers that no unique index holds");
  }
  SECTION("the types do not meet") {
    move.customers().create->types["id"] = "text";
    move.source.tables[0].columns[0].type = example::type("text", "text");
    CHECK(said() == "its columns are of other types than the parent's");
  }
}

TEST_CASE("defaults and expressions can be taken away one by one") {
  Move move;
  move.source.tables[0].columns[1].default_sql = "app.f()";
  move.source.tables[0].columns[3].generated = model::Generated::stored;
  move.source.tables[0].columns[3].generation_sql = "app.g(id)";
  NewTable table = move.designs()[0];
  CHECK(doubtful_columns(table) == std::vector<std::string>{"email", "credit"});
  const auto only = trial_script(with_only(table, "email")).make;
  CHECK(holds(only, "app.f()"));
  CHECK_FALSE(holds(only, "app.g(id)"));
  make_plain(table, "credit");
  CHECK(doubtful_columns(table) == std::vector<std::string>{"email"});
}

TEST_CASE("once a table has taken its name, the plan speaks of it by that name") {
  const Draft draft = Move().draft();
  REQUIRE(draft.plan);
  const Plan plan = with_names_taken(*draft.plan, {1});
  CHECK(plan.tables[0].side == plan.tables[0].target);
  CHECK(plan.tables[0].deferred[0].name == "customers_pkey");
  CHECK(plan.tables[1].side == model::QualifiedName{"crm", "orders__side"});
  const auto key = std::ranges::find(plan.tables[1].deferred, DeferredStep::Kind::foreign_key,
                                     &DeferredStep::kind);
  REQUIRE(key != plan.tables[1].deferred.end());
  CHECK(key->referenced == plan.tables[0].target);
  CHECK(key->sql.find(R"q(REFERENCES "crm"."customers"("id"))q") != std::string::npos);
  CHECK(key->sql.ends_with("NOT VALID"));
}

TEST_CASE("an index that could not be built is in nothing that its table has") {
  Move move;
  model::Index& index = move.source.tables[0].indexes.emplace_back();
  index.name = "by_email";
  index.parts.emplace_back().column = "email";
  index.method = "btree";
  index.comment = "for the mailing";
  index.definition = "CREATE INDEX by_email ON app.customers USING btree (email)";
  const Draft draft = move.draft();
  REQUIRE(draft.plan);
  const TablePlan& whole = draft.plan->tables[0];
  const TablePlan built = without_index(whole, "by_email");
  const auto of_index = [](const DeferredStep& step) { return step.of == "by_email"; };
  CHECK(std::ranges::count_if(whole.deferred, of_index) == 2);
  CHECK(std::ranges::none_of(built.deferred, of_index));
  CHECK(built.deferred.size() == whole.deferred.size() - 2);
  CHECK(built.naming.size() == whole.naming.size() - 1);
  CHECK(built.target_shape.size() == whole.target_shape.size() - 2);
  CHECK(without_index(whole, "email").deferred == whole.deferred);
}

TEST_CASE("a new table that is there under its own name is no drift, another one is") {
  const Move move;
  const Draft draft = move.draft();
  REQUIRE(draft.plan);
  CHECK(drift(*draft.plan, move.source, move.target, std::nullopt).empty());
  model::Catalog after = move.target;
  after.tables = move.made().tables;
  CHECK(drift(*draft.plan, move.source, after, std::nullopt).empty());
  after.tables[0].columns.pop_back();
  CHECK_FALSE(drift(*draft.plan, move.source, after, std::nullopt).empty());
}

}  // namespace
}  // namespace sluice::plan
