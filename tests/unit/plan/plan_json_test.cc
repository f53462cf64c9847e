#include <random>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"
#include "sluice/plan/plan.h"

#include "example.h"

namespace sluice::plan {
namespace {

/// A plan in which every member of every struct holds something.
Plan full_plan() {
  Plan plan;
  plan.name = "crm";
  plan.source = example::source_catalog().server;
  plan.target = example::target_catalog().server;
  plan.digest = codec::DigestAlgorithm::sha256;
  plan.config_sha256 = std::string(64, 'a');

  TablePlan& table = plan.tables.emplace_back();
  table.number = 1;
  table.source = {"legacy", "odd \"name\"\n"};
  table.target = {"crm", "customers"};
  table.side = {"crm", "customers__side"};
  SourceField field;
  field.name = "status";
  field.type = example::mysql_varchar(40);
  field.type.schema = "s";
  field.type.precision = 1;
  field.type.scale = 0;
  field.type.fraction_digits = 6;
  field.type.is_unsigned = true;
  field.type.members = {"a", ""};
  field.type.kind = model::TypeKind::enumeration;
  field.type.domain = true;
  field.carrier = codec::Carrier::text;
  field.natural = codec::Carrier::date;
  field.nullable = false;
  table.read = {field, field};
  table.key = {1, 0};
  table.order = model::RangeKind::ctid;
  TargetField target;
  target.name = "status";
  target.type = example::numeric(10, 2);
  target.carrier = codec::Carrier::numeric;
  target.nullable = false;
  target.fit = mapping::fit_of(target.type, target.nullable);
  target.staged = true;
  table.write = {target};
  table.target_key = {0};
  mapping::Rule rule = mapping::rename_rule("status", "status");
  rule.lossy = true;
  rule.keep_rest = true;
  table.rules.rules = {rule};
  table.rules.drops = {{"gone", true, true, "nobody needs it"}};
  mapping::Condition filter;
  filter.op = mapping::Condition::Op::less;
  filter.column = "total";
  filter.values = {{mapping::Literal::Kind::number, "1.50"}};
  table.rules.filter = filter;
  table.existing_rows = config::ExistingRows::keep;
  table.quarantine_limit = 7;
  table.rest = model::QualifiedName{"crm", "customers__rest"};
  table.side_ddl = {"CREATE TABLE x"};
  DeferredStep step;
  step.kind = DeferredStep::Kind::foreign_key;
  step.name = "n";
  step.of = "o";
  step.sql = "ALTER TABLE \xC3\xA4";
  step.unique = true;
  step.nulls_not_distinct = true;
  step.key = {"a"};
  step.operators = {"&&"};
  step.referenced = {"s", "t"};
  step.referenced_key = {"b"};
  step.condition = "(c)";
  table.deferred = {step};
  table.source_shape = {{"column b", "int"}, {"column a", "int"}};
  table.target_shape = {{"table", "table"}};

  FamilyStep family;
  family.kind = FamilyStep::Kind::foreign_key;
  family.table = {"crm", "customers"};
  family.other = {"crm", "kinds"};
  family.name = "n";
  family.needs = {{"crm", "customers"}, {"crm", "kinds"}};
  family.statements = {"ALTER TABLE x", "COMMENT"};
  family.referring = {{"crm", "customers"}};
  family.referred = {{"crm", "kinds"}};
  family.key = {"a"};
  family.operators = {"="};
  family.referenced_key = {"b"};
  plan.families = {family};

  plan.leave = {{{"legacy", "sessions"}, "only logins", ""}};
  config::Check check;
  check.name = "sum of totals";
  check.measure = config::Measure::sum;
  check.source = {{"legacy", "orders"}, "total", {"currency"}, filter};
  check.target = {{"crm", "orders"}, "total", {"currency"}, std::nullopt};
  check.difference = "0.01";
  plan.checks = {check};
  return plan;
}

void check_equal(const model::ServerIdentity& a, const model::ServerIdentity& b) {
  CHECK(a.engine == b.engine);
  CHECK(a.version == b.version);
  CHECK(a.version_number == b.version_number);
  CHECK(a.identity == b.identity);
  CHECK(a.address == b.address);
  CHECK(a.database == b.database);
  CHECK(a.user == b.user);
}

void check_equal(const model::ColumnType& a, const model::ColumnType& b) {
  CHECK(a.sql == b.sql);
  CHECK(a.base == b.base);
  CHECK(a.schema == b.schema);
  CHECK(a.length == b.length);
  CHECK(a.precision == b.precision);
  CHECK(a.scale == b.scale);
  CHECK(a.fraction_digits == b.fraction_digits);
  CHECK(a.is_unsigned == b.is_unsigned);
  CHECK(a.members == b.members);
  CHECK(a.charset == b.charset);
  CHECK(a.collation == b.collation);
  CHECK(a.kind == b.kind);
  CHECK(a.domain == b.domain);
}

void check_equal(const config::CheckSide& a, const config::CheckSide& b) {
  CHECK(a.table == b.table);
  CHECK(a.column == b.column);
  CHECK(a.group_by == b.group_by);
  CHECK(a.filter == b.filter);
}

void check_fields(const TablePlan& a, const TablePlan& b) {
  REQUIRE(a.read.size() == b.read.size());
  for (std::size_t i = 0; i < a.read.size(); ++i) {
    CHECK(a.read[i].name == b.read[i].name);
    check_equal(a.read[i].type, b.read[i].type);
    CHECK(a.read[i].carrier == b.read[i].carrier);
    CHECK(a.read[i].natural == b.read[i].natural);
    CHECK(a.read[i].nullable == b.read[i].nullable);
  }
  REQUIRE(a.write.size() == b.write.size());
  for (std::size_t i = 0; i < a.write.size(); ++i) {
    CHECK(a.write[i].name == b.write[i].name);
    check_equal(a.write[i].type, b.write[i].type);
    CHECK(a.write[i].carrier == b.write[i].carrier);
    CHECK(a.write[i].fit == b.write[i].fit);
    CHECK(a.write[i].nullable == b.write[i].nullable);
    CHECK(a.write[i].staged == b.write[i].staged);
  }
}

void check_equal(const TablePlan& a, const TablePlan& b) {
  CHECK(a.number == b.number);
  CHECK(a.source == b.source);
  CHECK(a.target == b.target);
  CHECK(a.side == b.side);
  check_fields(a, b);
  CHECK(a.key == b.key);
  CHECK(a.order == b.order);
  CHECK(a.target_key == b.target_key);
  CHECK(a.rules == b.rules);
  CHECK(a.existing_rows == b.existing_rows);
  CHECK(a.quarantine_limit == b.quarantine_limit);
  CHECK(a.rest == b.rest);
  CHECK(a.side_ddl == b.side_ddl);
  CHECK(a.deferred == b.deferred);
  CHECK(a.source_shape == b.source_shape);
  CHECK(a.target_shape == b.target_shape);
}

TEST_CASE("a plan in which every member is set reads back as it was") {
  const Plan plan = full_plan();
  const Plan back = from_json(to_json(plan));
  CHECK(back.name == plan.name);
  check_equal(back.source, plan.source);
  check_equal(back.target, plan.target);
  CHECK(back.digest == plan.digest);
  CHECK(back.config_sha256 == plan.config_sha256);
  REQUIRE(back.tables.size() == 1);
  check_equal(back.tables[0], plan.tables[0]);
  REQUIRE(back.leave.size() == 1);
  CHECK(back.leave[0].table == plan.leave[0].table);
  CHECK(back.leave[0].reason == plan.leave[0].reason);
  CHECK(back.families == plan.families);
  REQUIRE(back.checks.size() == 1);
  CHECK(back.checks[0].name == plan.checks[0].name);
  CHECK(back.checks[0].measure == plan.checks[0].measure);
  check_equal(back.checks[0].source, plan.checks[0].source);
  check_equal(back.checks[0].target, plan.checks[0].target);
  CHECK(back.checks[0].difference == plan.checks[0].difference);
}

TEST_CASE("an empty plan has one text, known byte for byte") {
  Plan plan;
  plan.name = "n";
  plan.config_sha256 = "c";
  const std::string server =
      R"({"address":"","database":"","engine":"postgresql","identity":"","user":"","version":"",)"
      R"("version_number":0})";
  CHECK(to_json(plan) == R"({"checks":[],"config_sha256":"c","digest":"xxh3-128","leave":[],)"
                         R"("name":"n","schema":"sluice.plan/1","source":)" +
                             server + R"(,"tables":[],"target":)" + server + "}");
  CHECK(sha256_of(plan) == codec::sha256_hex(to_json(plan)));
}

TEST_CASE("a plan that is cut anywhere is refused as a plan, not as a crash") {
  const std::string text = to_json(full_plan());
  for (std::size_t length = 0; length < text.size(); ++length) {
    try {
      (void)from_json(text.substr(0, length));
      FAIL("read at length " << length);
    } catch (const model::Error& error) {
      if (error.kind() != model::ErrorKind::config) FAIL("kind at length " << length);
    }
  }
}

TEST_CASE("a plan with a byte changed is refused or says what its bytes say") {
  const std::string text = to_json(full_plan());
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    try {
      if (to_json(from_json(damaged)) != damaged) FAIL("not what it was read from: " << damaged);
    } catch (const model::Error& error) {
      if (error.kind() != model::ErrorKind::config) FAIL(error.what());
    }
  }
}

TEST_CASE("other versions, unknown members, white space and wild indexes are refused") {
  const std::string text = to_json(full_plan());
  const auto changed = [&text](const std::string& from, const std::string& to) {
    std::string other = text;
    const std::size_t at = other.find(from);
    REQUIRE(at != std::string::npos);
    return other.replace(at, from.size(), to);
  };
  CHECK_NOTHROW(from_json(text));
  CHECK_THROWS_AS(from_json(changed("sluice.plan/1", "sluice.plan/2")), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"checks\"", "\"aaa\":1,\"checks\"")), model::Error);
  CHECK_THROWS_AS(from_json(text + "\n"), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"key\":[1,0]", "\"key\":[1,2]")), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"target_key\":[0]", "\"target_key\":[-1]")), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"number\":1,", "\"number\":3,")), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"ctid\"", "\"heap\"")), model::Error);
  CHECK_THROWS_AS(from_json(changed("\"precision\":10", "\"precision\":4294967306")), model::Error);
}

}  // namespace
}  // namespace sluice::plan
