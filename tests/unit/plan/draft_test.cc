#include "sluice/plan/draft.h"

#include <algorithm>
#include <functional>

#include <catch2/catch_test_macros.hpp>

#include "sluice/plan/shape.h"

#include "example.h"

namespace sluice::plan {
namespace {

using model::Severity;

/// The small migration, to be changed by a test.
struct Input {
  config::Config config = example::config();
  model::Catalog source = example::source_catalog();
  model::Catalog target = example::target_catalog();

  [[nodiscard]] model::Table& customers() { return source.tables[0]; }
  [[nodiscard]] model::Table& new_customers() { return target.tables[0]; }
  [[nodiscard]] model::Table& new_orders() { return target.tables[1]; }
  [[nodiscard]] Draft draft() const { return plan::draft(config, "sha", source, target); }
  [[nodiscard]] std::vector<model::Finding> of_rule(const std::string& rule) const {
    return example::of_rule(draft().findings, rule);
  }
};

/// One finding of the rule, of that severity, about that place; whether there is a plan follows
/// from the severity.
void check_one(const Input& input, const std::string& rule, Severity severity,
               const std::string& where) {
  const Draft draft = input.draft();
  const auto found = example::of_rule(draft.findings, rule);
  CAPTURE(rule);
  REQUIRE(found.size() == 1);
  CHECK(found[0].severity == severity);
  CHECK(found[0].where == where);
  CHECK_FALSE(found[0].message.empty());
  if (severity != Severity::note) CHECK_FALSE(found[0].action.empty());
  CHECK(draft.plan.has_value() == !model::has_errors(draft.findings));
}

TEST_CASE("the small migration has a plan, and every table, column and carrier is in it") {
  const Draft draft = Input().draft();
  for (const model::Finding& finding : draft.findings) {
    if (finding.severity == Severity::error) FAIL(finding.where << ": " << finding.message);
  }
  REQUIRE(draft.plan);
  CHECK(draft.plan->config_sha256 == "sha");
  REQUIRE(draft.plan->tables.size() == 2);
  const TablePlan& customers = draft.plan->tables[0];
  CHECK(customers.number == 1);
  CHECK(customers.side == model::QualifiedName{"crm", "customers__side"});
  CHECK_FALSE(customers.rest);
  CHECK(customers.quarantine_limit == 1000);
  CHECK(customers.order == model::RangeKind::key);
  CHECK(customers.key == std::vector<std::size_t>{0});
  CHECK(customers.target_key == std::vector<std::size_t>{0});

  std::vector<std::pair<std::string, codec::Carrier>> read;
  for (const SourceField& field : customers.read) read.emplace_back(field.name, field.carrier);
  CHECK(read ==
        std::vector<std::pair<std::string, codec::Carrier>>{{"id", codec::Carrier::int8},
                                                            {"email", codec::Carrier::text},
                                                            {"created", codec::Carrier::timestamp},
                                                            {"credit", codec::Carrier::numeric}});
  std::vector<std::pair<std::string, codec::Carrier>> write;
  for (const TargetField& field : customers.write) write.emplace_back(field.name, field.carrier);
  CHECK(write == std::vector<std::pair<std::string, codec::Carrier>>{
                     {"id", codec::Carrier::int8},
                     {"email", codec::Carrier::text},
                     {"created_at", codec::Carrier::timestamp},
                     {"credit", codec::Carrier::numeric}});
  CHECK(std::ranges::none_of(customers.write, &TargetField::staged));
  CHECK(draft.plan->tables[1].key == std::vector<std::size_t>{0, 1});
  CHECK(draft.plan->tables[1].target_key == std::vector<std::size_t>{0, 1});
  REQUIRE(draft.plan->leave.size() == 1);
  CHECK(draft.plan->leave[0].reason == "only logins");
}

TEST_CASE("equal input gives equal bytes, whatever the statistics and the config's line numbers") {
  Input input;
  const std::string sha256 = sha256_of(*input.draft().plan);
  input.customers().estimated_rows = 1000000;
  input.new_customers().estimated_bytes = 5;
  input.config.leave[0].where = "elsewhere.json:1:1 /leave/0";
  input.config.tables[0].where = "elsewhere.json:1:1 /tables/0";
  CHECK(sha256_of(*input.draft().plan) == sha256);
  input.config.leave[0].reason = "another";
  CHECK(sha256_of(*input.draft().plan) != sha256);
}

TEST_CASE("a mapper can be made of a planned table") {
  const Draft draft = Input().draft();
  REQUIRE(draft.plan);
  for (const TablePlan& table : draft.plan->tables) {
    const mapping::TableMapping mapping = mapping_of(table);
    CHECK(mapping.key == table.key);
    CHECK_FALSE(model::has_errors(mapping::check_mapping(mapping, "t")));
  }
}

TEST_CASE("a date whose zero values a step decides is read as text beside its natural form") {
  Input input;
  mapping::Rule rule = mapping::rename_rule("created", "created_at");
  std::get<mapping::FromColumn>(rule.cases[0].value).steps = {
      mapping::NullIf{{"0000-00-00 00:00:00"}}};
  rule.lossy = true;
  input.config.tables[0].rules.rules = {rule};
  input.new_customers().columns[2].nullable = true;
  const Draft draft = input.draft();
  REQUIRE(draft.plan);
  const auto& read = draft.plan->tables[0].read;
  const auto created = std::ranges::find(read, "created", &SourceField::name);
  REQUIRE(created != read.end());
  CHECK(created->carrier == codec::Carrier::text);
  CHECK(created->natural == codec::Carrier::timestamp);
  CHECK(mapping_of(draft.plan->tables[0]).source[2].natural == codec::Carrier::timestamp);
  CHECK(example::of_rule(draft.findings, "zero-dates").empty());
}

TEST_CASE("a time of MySQL is read as an amount of time where the target is an interval") {
  Input input;
  const auto carrier_to = [&input](const char* sql, const char* base) {
    Input changed = input;
    changed.customers().columns.push_back(
        example::column("spent", example::type("time", "time"), true));
    changed.new_customers().columns.push_back(
        example::column("spent", example::type(sql, base), true));
    const Draft draft = changed.draft();
    REQUIRE(draft.plan);
    CHECK(example::of_rule(draft.findings, "may-not-fit").empty());
    return draft.plan->tables[0].read.back().carrier;
  };
  CHECK(carrier_to("interval", "interval") == codec::Carrier::interval);
  CHECK(carrier_to("time without time zone", "time") == codec::Carrier::time);
}

TEST_CASE("a companion table is planned where a rule keeps the rest") {
  Input input;
  input.config.tables[1].rules.drops = {{"total", true, true, "nobody needs it"}};
  input.config.tables[1].rules.same_names = true;
  input.new_orders().columns.pop_back();
  const Draft draft = input.draft();
  REQUIRE(draft.plan);
  CHECK(draft.plan->tables[1].rest == model::QualifiedName{"crm", "orders__rest"});
  CHECK(std::ranges::any_of(draft.plan->tables[1].side_ddl, [](const std::string& sql) {
    return sql.starts_with(R"(CREATE TABLE "crm"."orders__rest" )");
  }));
}

TEST_CASE("types without a safe binary form are staged, labels and domains are not") {
  Input input;
  model::ColumnType mood = example::type("crm.mood", "mood");
  mood.schema = "crm";
  mood.kind = model::TypeKind::enumeration;
  mood.members = {"good", "bad"};
  input.new_customers().columns[1].type = mood;
  CHECK_FALSE(input.draft().plan->tables[0].write[1].staged);

  model::ColumnType array = example::type("text[]", "_text");
  array.kind = model::TypeKind::array;
  input.new_customers().columns[1].type = array;
  CHECK(input.draft().plan->tables[0].write[1].staged);

  model::ColumnType domain = example::varchar(255);
  domain.sql = "crm.email";
  domain.schema = "crm";
  domain.domain = true;
  input.new_customers().columns[1].type = domain;
  CHECK_FALSE(input.draft().plan->tables[0].write[1].staged);

  model::ColumnType foreign = example::type("ext.int4", "int4");
  foreign.schema = "ext";
  input.new_customers().columns[1].type = foreign;
  mapping::Rule rule = mapping::rename_rule("email", "email");
  rule.lossy = true;  // nobody knows what its input function does
  input.config.tables[0].rules.rules.push_back(rule);
  const Draft draft = input.draft();
  REQUIRE(draft.plan);
  CHECK(draft.plan->tables[0].write[1].carrier == codec::Carrier::text);
  CHECK(draft.plan->tables[0].write[1].staged);
}

// --- what is refused: all of it at once
// --------------------------------------------------------

TEST_CASE("every problem is reported at once") {
  Input input;
  input.config.leave.clear();
  input.config.tables[0].target.table = "custmers";
  input.new_orders().kind = "view";
  input.source.tables[1].indexes.clear();
  const auto findings = input.draft().findings;
  CHECK(example::of_rule(findings, "unmapped-source-table").size() == 1);
  CHECK(example::of_rule(findings, "unknown-target-table").size() == 1);
  CHECK(example::of_rule(findings, "not-a-table").size() == 1);
  CHECK(example::of_rule(findings, "no-key").size() == 1);
  CHECK_FALSE(input.draft().plan);
}

TEST_CASE("tables that are not there are named with the nearest that is") {
  Input input;
  input.config.tables[0].source.table = "custmers";
  check_one(input, "unknown-source-table", Severity::error, "crm.json:5:3 /tables/0");
  CHECK(input.of_rule("unknown-source-table")[0].action.find("legacy.customers") !=
        std::string::npos);
  input = Input();
  input.config.tables[0].target.table = "custmers";
  check_one(input, "unknown-target-table", Severity::error, "crm.json:5:3 /tables/0");
  input = Input();
  input.config.leave[0].table.table = "session";
  check_one(input, "unknown-left-table", Severity::error, "crm.json:20:3 /leave/0");
}

TEST_CASE("a source table that nobody mentions is an error, a view is not") {
  Input input;
  input.config.leave.clear();
  check_one(input, "unmapped-source-table", Severity::error, "legacy.sessions");
  input.source.tables[2].kind = "view";
  CHECK(input.of_rule("unmapped-source-table").empty());
}

TEST_CASE("a source schema that nobody mentions is an error, once for all of its tables") {
  Input input;
  for (const char* name : {"a", "b"}) {
    input.source.tables.push_back(input.source.tables[2]);
    input.source.tables.back().name = {"archive", name};
  }
  check_one(input, "unmapped-source-schema", Severity::error, "archive");
  CHECK(input.of_rule("unmapped-source-schema")[0].message.starts_with("holds 2 table(s)"));
  input.config.leave.push_back(input.config.leave[0]);
  input.config.leave.back().table = {"archive", "a"};
  CHECK(input.of_rule("unmapped-source-schema").empty());
  check_one(input, "unmapped-source-table", Severity::error, "archive.b");
  input.config.leave.back().table = {"archive", "*"};
  CHECK(input.draft().plan);
  input.config.leave.back().table = {"attic", "*"};
  check_one(input, "unknown-left-schema", Severity::error, "crm.json:20:3 /leave/0");
}

TEST_CASE("a partition is read like a table, but cannot be a target") {
  Input input;
  input.customers().kind = "partition";
  input.source.tables[2].kind = "partitioned";
  input.config.leave.clear();
  CHECK(input.draft().plan);
  input = Input();
  input.new_orders().kind = "partition";
  check_one(input, "not-a-table", Severity::error, "crm.orders");
  CHECK(input.of_rule("not-a-table").at(0).action == "map to an ordinary table");
  // Made by an earlier run of a config that makes it: it has to go before it can be made again.
  for (config::Table& table : input.config.tables) table.create.emplace();
  CHECK(input.of_rule("not-a-table")
            .at(0)
            .action.find("copy --new-run drops it; if it is to be made and filled anew otherwise: "
                         "DROP TABLE \"crm\".\"orders\"") != std::string::npos);
}

TEST_CASE("a kind of table that is not known here must be mapped or left too") {
  Input input;
  input.source.tables[2].kind = "system versioned table";
  input.config.leave.clear();
  check_one(input, "unmapped-source-table", Severity::error, "legacy.sessions");
}

TEST_CASE("only ordinary tables are moved") {
  for (const char* kind : {"view", "partitioned", "foreign", "materialized view"}) {
    Input input;
    input.customers().kind = kind;
    check_one(input, "not-a-table", Severity::error, "legacy.customers");
    input = Input();
    input.new_orders().kind = kind;
    check_one(input, "not-a-table", Severity::error, "crm.orders");
  }
}

TEST_CASE("what to do about a source that is no ordinary table depends on what it is") {
  const auto action = [](const char* kind) {
    Input input;
    input.customers().kind = kind;
    return input.of_rule("not-a-table").at(0).action;
  };
  CHECK(action("view").starts_with("map the tables behind it"));
  CHECK(action("partitioned").starts_with("map each of its partitions"));
  CHECK(action("system versioned table").find("its history would not be moved") !=
        std::string::npos);
  CHECK(action("foreign").starts_with("map the table on the server"));
}

TEST_CASE("one target for two tables, and a table moved into itself, are refused") {
  Input input;
  input.config.tables[1].target = input.config.tables[0].target;
  check_one(input, "target-twice", Severity::error, "crm.customers");
  input = Input();
  input.source.server.identity = input.target.server.identity;
  input.source.server.database = input.target.server.database;
  input.config.tables[0].source = input.config.tables[0].target;
  check_one(input, "same-table", Severity::error, "crm.customers");
}

TEST_CASE("a target that is not PostgreSQL is refused") {
  Input input;
  input.target.server.engine = model::Engine::mariadb;
  check_one(input, "target-engine", Severity::error, "socket:/run/pg");
}

TEST_CASE("a publication that would take the side table in is refused") {
  Input input;
  input.target.wide_publications = {{"everything", {}}};
  CHECK(input.of_rule("wide-publication").size() == 2);
  input.target.wide_publications = {{"other", {"other_schema"}}};
  CHECK(input.of_rule("wide-publication").empty());
  input.target.wide_publications = {{"ours", {"a", "crm"}}};
  CHECK(input.of_rule("wide-publication").size() == 2);
  CHECK_FALSE(input.draft().plan);
}

TEST_CASE("a definition that cannot be said again is refused, not guessed") {
  Input input;
  input.new_customers().indexes[0].definition += " NEW SYNTAX";
  check_one(input, "unreadable-definition", Severity::error, "crm.customers");
}

TEST_CASE("a side table must not have the name of a target table") {
  Input input;
  input.target.tables.push_back(example::target_orders());
  input.target.tables.back().name.table = "orders__side";
  config::Table third = input.config.tables[1];
  third.target.table = "orders__side";
  input.config.tables.push_back(third);
  check_one(input, "name-taken", Severity::error, "crm.orders");
}

TEST_CASE("names that had to be shortened are said") {
  Input input;
  const std::string name(60, 'i');
  input.new_customers().indexes[1].name = name;
  input.new_customers().indexes[1].definition =
      "CREATE INDEX " + name + " ON crm.customers USING btree (email)";
  check_one(input, "short-name", Severity::note, "crm.customers." + name);
}

// --- what is said, and allowed
// ------------------------------------------------------------------

TEST_CASE("engines without snapshots, row security and inheritance on the source are said") {
  Input input;
  input.customers().storage_engine = "MyISAM";
  check_one(input, "no-snapshot", Severity::warning, "legacy.customers");
  input = Input();
  for (const char* charset : {"latin2", "ascii", "ujis"}) {
    input.customers().columns[1].type.charset = charset;
    check_one(input, "charset-converted", Severity::note, "legacy.customers");
  }
  for (const char* charset : {"utf8mb3", "utf16", "gb18030"}) {
    input.customers().columns[1].type.charset = charset;
    CHECK(input.of_rule("charset-converted").empty());
  }
}

TEST_CASE("latin1 columns of which nobody said what they hold are named") {
  Input input;
  input.customers().columns[1].type.charset = "latin1";
  check_one(input, "latin1-may-hold-utf8", Severity::note, "legacy.customers");
  CHECK(input.of_rule("charset-converted").empty());
  const std::string unsaid = sha256_of(*input.draft().plan);
  input.config.tables[0].rules.latin1_holds = {{"email", mapping::Latin1Holds::utf8}};
  CHECK(input.of_rule("latin1-may-hold-utf8").empty());
  const Draft said = input.draft();
  CHECK(said.plan->tables[0].rules.latin1_holds == input.config.tables[0].rules.latin1_holds);
  CHECK(sha256_of(*said.plan) != unsaid);
  input.config.tables[0].rules.latin1_holds = {{"credit", mapping::Latin1Holds::utf8}};
  check_one(input, "not-latin1", Severity::error, "legacy.customers.credit");
}

TEST_CASE("foreign tables and large objects of PostgreSQL stay, and it is said") {
  Input input;
  input.source.server.engine = model::Engine::postgresql;
  input.source.tables[2].kind = "foreign";
  CHECK(input.of_rule("foreign-table").empty());
  input.config.leave.clear();
  check_one(input, "foreign-table", Severity::note, "legacy.sessions");
  CHECK(input.of_rule("large-objects").empty());
  input.customers().columns[1].type = example::type("oid", "oid");
  check_one(input, "large-objects", Severity::note, "legacy.customers.email");
}

TEST_CASE("what stays with the live table is said") {
  Input input;
  input.new_orders().triggers = {{"t", "CREATE TRIGGER"}};
  check_one(input, "target-triggers", Severity::note, "crm.orders");
  input = Input();
  input.new_orders().row_security = true;
  check_one(input, "target-row-security", Severity::note, "crm.orders");
  input = Input();
  input.new_orders().has_children = true;
  check_one(input, "inheritance", Severity::warning, "crm.orders");
  input = Input();
  input.new_customers().indexes[1].valid = false;
  check_one(input, "invalid-index", Severity::warning, "crm.customers.customers_email_idx");
  input = Input();
  input.new_orders().columns[1].default_sql = "nextval('crm.all'::regclass)";
  check_one(input, "shared-sequence", Severity::warning, "crm.orders.line");
}

TEST_CASE(
    "rows in a live table are a warning only where the config does not say what becomes of them") {
  Input input;
  input.new_orders().estimated_rows = 12;
  check_one(input, "existing-rows", Severity::warning, "crm.orders");
  input.config.tables[1].existing_rows = config::ExistingRows::keep;
  CHECK(input.of_rule("existing-rows").empty());
}

TEST_CASE("the ledger's schema is no place for other tables") {
  Input input;
  input.new_orders().name.schema = "sluice";
  input.config.tables[1].target.schema = "sluice";
  check_one(input, "reserved-schema", Severity::error, "sluice.orders");
}

TEST_CASE("references that cross the border of the plan are said, both ways") {
  Input input;
  input.config.tables.erase(input.config.tables.begin());
  input.config.leave.push_back({{"legacy", "customers"}, "moved last week", ""});
  check_one(input, "outside-reference", Severity::note, "crm.orders.orders_customer_id_fkey");
  input = Input();
  input.config.tables.pop_back();
  input.config.leave.push_back({{"legacy", "orders"}, "moved next week", ""});
  check_one(input, "incoming-reference", Severity::warning, "crm.orders.orders_customer_id_fkey");
}

TEST_CASE("columns that cannot hold everything are warned of, by types") {
  const auto count = [](const model::ColumnType& source, const model::ColumnType& target) {
    Input input;
    input.customers().columns[1].type = source;
    input.new_customers().columns[1].type = target;
    return input.of_rule("may-not-fit").size();
  };
  CHECK(count(example::mysql_varchar(255), example::varchar(255)) == 0);
  CHECK(count(example::mysql_varchar(255), example::type("text", "text")) == 0);
  CHECK(count(example::mysql_varchar(255), example::varchar(40)) == 1);
  model::ColumnType number = example::type("bigint(20) unsigned", "bigint");
  number.is_unsigned = true;
  CHECK(count(number, example::numeric(20, 0)) == 0);
  CHECK(count(number, example::numeric(19, 0)) == 1);
  number = example::type("int(10) unsigned", "int");
  number.is_unsigned = true;
  CHECK(count(number, example::numeric(10, 0)) == 0);
  CHECK(count(number, example::numeric(9, 0)) == 1);
  CHECK(count(example::mysql_varchar(255), example::type("date", "date")) == 1);
  CHECK(count(example::type("bigint(20)", "bigint"), example::type("integer", "int4")) == 1);
  CHECK(count(example::type("smallint(6)", "smallint"), example::type("integer", "int4")) == 0);
  model::ColumnType decimal = example::numeric(12, 4);
  decimal.sql = "decimal(12,4)";
  decimal.base = "decimal";
  CHECK(count(decimal, example::numeric(12, 4)) == 0);
  CHECK(count(decimal, example::numeric(12, 2)) == 1);
  CHECK(count(decimal, example::numeric(16, 6)) == 0);
  CHECK(count(decimal, example::numeric(12, 6)) == 1);
  CHECK(count(example::type("int(11)", "int"), example::numeric(10, 0)) == 0);
  CHECK(count(example::type("int(11)", "int"), example::numeric(10, 2)) == 1);
  model::ColumnType padded = example::type("character(40)", "bpchar");
  padded.length = 40;
  CHECK(count(example::mysql_varchar(40), padded) == 0);
  CHECK(count(example::mysql_varchar(41), padded) == 1);
}

TEST_CASE("steps that a person wrote silence the warning about types") {
  Input input;
  input.new_customers().columns[1].type = example::varchar(40);
  mapping::Rule rule = mapping::rename_rule("email", "email");
  std::get<mapping::FromColumn>(rule.cases[0].value).steps = {mapping::Truncate{40}};
  rule.lossy = true;
  input.config.tables[0].rules.rules.push_back(rule);
  CHECK(input.of_rule("may-not-fit").empty());
  CHECK(input.draft().plan);
}

TEST_CASE("NULL into NOT NULL is warned of") {
  Input input;
  input.new_customers().columns[1].nullable = false;
  check_one(input, "null-may-not-fit", Severity::warning, "legacy.customers.email");
}

TEST_CASE("dates of MySQL may be zero") {
  check_one(Input(), "zero-dates", Severity::note, "legacy.customers (created)");
}

TEST_CASE("a unique key that the source does not promise is said") {
  Input input;
  CHECK(input.of_rule("unique-key").empty());
  input.new_customers().indexes.push_back(
      example::pg_key("crm.customers", "customers_email_key", {"email"}, false));
  check_one(input, "unique-key", Severity::note, "crm.customers.customers_email_key");
  input.customers().indexes.push_back(example::key("email", {"email"}, false));
  CHECK(input.of_rule("unique-key").empty());
}

TEST_CASE("a column that both sides compute is in the plan, and it is said") {
  Input input;
  model::Column total = example::column("total2", example::type("int(11)", "int"), true);
  total.generated = model::Generated::stored;
  input.customers().columns.push_back(total);
  total.type = example::type("integer", "int4");
  input.new_customers().columns.push_back(total);
  check_one(input, "computed-column", Severity::note, "legacy.customers.total2");
  CHECK(input.of_rule("computed-column").at(0).message.find("verify compares what both") !=
        std::string::npos);
  const Draft draft = input.draft();
  REQUIRE(draft.plan);
  REQUIRE(draft.plan->tables[0].computed.size() == 1);
  const ComputedColumn& computed = draft.plan->tables[0].computed[0];
  CHECK(computed.name == "total2");
  CHECK(computed.source.base == "int");
  CHECK(computed.target.base == "int4");
}

TEST_CASE("a computed column that verify cannot compare is warned of") {
  Input input;
  model::Column ratio = example::column("ratio", example::type("double", "double"), true);
  ratio.generated = model::Generated::stored;
  input.customers().columns.push_back(ratio);
  ratio.type = example::type("double precision", "float8");
  input.new_customers().columns.push_back(ratio);
  check_one(input, "computed-column", Severity::warning, "legacy.customers.ratio");
  CHECK(input.of_rule("computed-column").at(0).message.find("verify does not compare it") !=
        std::string::npos);
}

TEST_CASE("columns that nobody fills are said") {
  Input input;
  input.new_customers().columns.push_back(
      example::column("nickname", example::type("text", "text"), true));
  check_one(input, "unfilled-columns", Severity::note, "crm.customers");
  mapping::Rule rule;
  rule.target = "nickname";
  rule.cases = {{std::nullopt, mapping::UseDefault{}}};
  input.config.tables[0].rules.rules.push_back(rule);
  CHECK(input.of_rule("unfilled-columns").empty());
}

// --- checks
// ---------------------------------------------------------------------------------------

config::Check sum_of_totals() {
  config::Check check;
  check.name = "totals";
  check.measure = config::Measure::sum;
  check.source = {{"legacy", "orders"}, "total", {}, std::nullopt};
  check.target = {{"crm", "orders"}, "total", {}, std::nullopt};
  check.where = "crm.json:30:5 /checks/0";
  return check;
}

TEST_CASE("a check that can be computed goes into the plan without its place") {
  Input input;
  input.config.checks = {sum_of_totals()};
  const Draft draft = input.draft();
  REQUIRE(draft.plan);
  REQUIRE(draft.plan->checks.size() == 1);
  CHECK(draft.plan->checks[0].name == "totals");
  CHECK(draft.plan->checks[0].where.empty());
}

TEST_CASE("a check of what is not there, not planned or not a number is refused") {
  const std::string where = sum_of_totals().where;
  Input input;
  input.config.checks = {sum_of_totals()};
  input.config.checks[0].source.table.table = "order";
  check_one(input, "unknown-check-table", Severity::error, where);
  input.config.checks = {sum_of_totals()};
  input.config.checks[0].target.group_by = {"lin"};
  check_one(input, "unknown-check-column", Severity::error, where);
  CHECK(input.of_rule("unknown-check-column")[0].action == "did you mean line?");
  input.config.checks = {sum_of_totals()};
  input.config.checks[0].source = {{"legacy", "customers"}, "email", {}, std::nullopt};
  check_one(input, "check-not-a-number", Severity::error, where);
  input.config.checks = {sum_of_totals()};
  input.target.tables.push_back(example::target_orders());
  input.target.tables.back().name.table = "other";
  input.config.checks[0].target.table.table = "other";
  check_one(input, "unplanned-check-table", Severity::error, where);
}

TEST_CASE("a check grouped by a column whose values are mapped is warned of") {
  Input input;
  config::Check check;
  check.name = "by mail";
  check.measure = config::Measure::count;
  check.source = {{"legacy", "customers"}, "", {"id", "email"}, std::nullopt};
  check.target = {{"crm", "customers"}, "", {"id", "email"}, std::nullopt};
  check.where = "crm.json:30:5 /checks/0";
  input.config.checks = {check};
  CHECK(input.of_rule("check-group-is-mapped").empty());
  mapping::Rule rule = mapping::rename_rule("email", "email");
  mapping::ValueMap map;
  map.entries = {{"a", "b"}};
  map.otherwise.kind = mapping::Otherwise::Kind::keep;
  std::get<mapping::FromColumn>(rule.cases[0].value).steps = {map};
  rule.lossy = true;
  input.config.tables[0].rules.rules.push_back(rule);
  check_one(input, "check-group-is-mapped", Severity::warning, check.where);
}

TEST_CASE("a text that the server may change is an error, unless the rule admits loss") {
  Input input;
  model::ColumnType dates = example::type("date[]", "_date");
  dates.kind = model::TypeKind::array;
  input.new_customers().columns[1].type = dates;
  check_one(input, "text-may-change", Severity::error, "crm.customers.email");
  CHECK(input.of_rule("text-may-change").front().action.find("\"lossy\": true") !=
        std::string::npos);
  mapping::Rule rule = mapping::rename_rule("email", "email");
  rule.lossy = true;
  input.config.tables[0].rules.rules.push_back(rule);
  CHECK(input.draft().plan.has_value());
}

TEST_CASE("the schemas a config speaks of are those of tables, left tables and checks") {
  Input input;
  input.config.checks = {sum_of_totals()};
  input.config.checks[0].target.table.schema = "reports";
  input.config.leave.push_back({{"archive", "t"}, "old", ""});
  const ConfigSchemas schemas = config_schemas(input.config);
  CHECK(schemas.source == std::vector<std::string>{"archive", "legacy"});
  CHECK(schemas.target == std::vector<std::string>{"crm", "reports"});
}

// --- drift
// ----------------------------------------------------------------------------------------

TEST_CASE("nothing has drifted when nothing that matters has changed") {
  Input input;
  const Plan plan = *input.draft().plan;
  CHECK(drift(plan, input.source, input.target, "sha").empty());
  input.source.server.version = "10.11.9-MariaDB";
  input.source.server.address = "socket:/elsewhere";
  input.customers().estimated_rows = 99;
  input.target.tables.push_back(example::target_orders());
  input.target.tables.back().name.table = "orders__side";
  CHECK(drift(plan, input.source, input.target, std::nullopt).empty());
}

TEST_CASE("drift names server, table and column") {
  Input input;
  const Plan plan = *input.draft().plan;
  input.source.server.identity = "uid-other";
  input.customers().columns[3].type.sql = "decimal(10,4)";
  input.target.tables.pop_back();
  CHECK(drift(plan, input.source, input.target, "other") ==
        std::vector<std::string>{
            "config: sha256 sha is now other",
            "source server: identity uid-source is now uid-other",
            "source legacy.customers: column credit: decimal(10,2) is now decimal(10,4)",
            "target crm.orders: table is gone"});
}

TEST_CASE("a run that has begun is held to its servers and its target, not to source tables") {
  Input input;
  const Plan plan = *input.draft().plan;
  input.customers().columns[3].type.sql = "decimal(10,4)";
  CHECK(drift_under_way(plan, input.source.server, input.target).empty());
  CHECK(altered_sources(plan, input.source) ==
        std::map<int, std::vector<std::string>>{
            {1, {"column credit: decimal(10,2) is now decimal(10,4)"}}});
  input.source.server.identity = "uid-other";
  input.target.tables.pop_back();
  CHECK(drift_under_way(plan, input.source.server, input.target) ==
        std::vector<std::string>{"source server: identity uid-source is now uid-other",
                                 "target crm.orders: table is gone"});
}

}  // namespace
}  // namespace sluice::plan
