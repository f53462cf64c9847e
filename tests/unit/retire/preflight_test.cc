#include "sluice/retire/preflight.h"

#include <algorithm>
#include <list>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

using Hazard = db::RemovalHazard;

/// Tables by name, each with a key and rows that were proved.
class Tables {
 public:
  explicit Tables(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      plan::TablePlan& plan = plan_.tables.emplace_back();
      plan.number = static_cast<int>(plan_.tables.size());
      plan.source = plan.target = {"s", name};
      plan.key = plan.target_key = {0};
      manifest::Table& proved = manifest_.tables.emplace_back();
      proved.number = plan.number;
      proved.source = plan.source;
      proved.entries = 5;
    }
  }
  plan::Plan plan_;
  manifest::Manifest manifest_;

  [[nodiscard]] std::vector<Retiring> all() const { return retiring_tables(plan_, manifest_); }
};

Hazard reference(const std::string& table, const std::string& by,
                 const std::string& action = "NO ACTION") {
  return {Hazard::Kind::reference, {"s", table}, {"s", by}, "fk", action};
}

/// "error rule", one a finding, without notes.
std::vector<std::string> problems(const Tables& tables, const std::vector<Hazard>& hazards) {
  std::vector<std::string> lines;
  for (const model::Finding& finding : preflight(tables.all(), hazards)) {
    if (finding.severity == model::Severity::error) lines.push_back(finding.rule);
  }
  return lines;
}

std::string order(const Tables& tables, const std::vector<Hazard>& hazards) {
  std::string names;
  for (const Retiring& table : in_order(tables.all(), hazards)) {
    names += table.plan->source.table + " ";
  }
  return names;
}

}  // namespace

TEST_CASE("children go before parents, and in the plan's order otherwise") {
  const Tables tables({"a", "b", "c"});
  CHECK(order(tables, {}) == "a b c ");
  CHECK(order(tables, {reference("a", "c"), reference("c", "b")}) == "b c a ");
  CHECK(order(tables, {reference("a", "a")}) == "a b c ");
}

TEST_CASE("what deletes more than its rows is refused, whoever refers") {
  const Tables tables({"a", "b"});
  for (const char* action : {"CASCADE", "SET NULL", "SET DEFAULT"}) {
    CHECK(problems(tables, {reference("a", "b", action)}) ==
          std::vector<std::string>{"deletes-more"});
    CHECK(problems(tables, {reference("a", "x", action)}) ==
          std::vector<std::string>{"deletes-more"});
    CHECK(problems(tables, {reference("a", "a", action)}) ==
          std::vector<std::string>{"deletes-more"});
  }
  CHECK(problems(tables, {reference("a", "b", "RESTRICT")}).empty());
  CHECK(problems(tables, {reference("a", "x")}) == std::vector<std::string>{"referenced"});
}

TEST_CASE("a circle is refused with each of its tables") {
  const Tables tables({"a", "b", "c"});
  CHECK(problems(tables, {reference("a", "b"), reference("b", "a"), reference("c", "c")}) ==
        std::vector<std::string>{"circle", "circle"});
}

TEST_CASE("every hazard but replication stands against it, and all are said at once") {
  const Tables tables({"a"});
  std::vector<Hazard> hazards;
  for (const auto kind :
       {Hazard::Kind::not_there, Hazard::Kind::not_a_table, Hazard::Kind::no_right,
        Hazard::Kind::trigger, Hazard::Kind::rule, Hazard::Kind::row_security,
        Hazard::Kind::children, Hazard::Kind::no_transaction, Hazard::Kind::unseen}) {
    hazards.push_back({kind, {"s", "a"}, {}, "n", "d"});
  }
  CHECK(problems(tables, hazards).size() == hazards.size());
  CHECK(problems(tables, {{Hazard::Kind::replicated, {"s", "a"}, {}, "n", "d"}}).empty());
}

TEST_CASE("a table without a key is refused") {
  Tables tables({"a", "b"});
  tables.plan_.tables[0].key.clear();
  CHECK(problems(tables, {}) == std::vector<std::string>{"no-key"});
}

TEST_CASE("a table whose target has no key stays, is said to, and others count it as staying") {
  Tables tables({"a", "b", "c"});
  tables.plan_.tables[1].target_key.clear();
  CHECK(order(tables, {}) == "a c ");
  const auto findings = staying_tables(tables.plan_, tables.manifest_);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == model::Severity::warning);
  CHECK(findings[0].rule == "no-target-key");
  CHECK(findings[0].where == "s.b");
  CHECK(problems(tables, {}).empty());
  CHECK(problems(tables, {reference("a", "b")}) == std::vector<std::string>{"referenced"});
}

TEST_CASE("tables without proved rows are none of it; tables of another plan are drift") {
  Tables tables({"a", "b"});
  tables.manifest_.tables[0].entries = 0;
  REQUIRE(tables.all().size() == 1);
  CHECK(tables.all()[0].plan->source.table == "b");
  tables.manifest_.tables[1].source.table = "other";
  CHECK_THROWS_AS(tables.all(), model::Error);
}

}  // namespace sluice::retire
