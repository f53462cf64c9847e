#include "sluice/mapping/resolve.h"

#include <catch2/catch_test_macros.hpp>

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::has_rule;
using mapping_fixture::rules;
using sluice::codec::Carrier;
using sluice::mapping::Mapper;
using sluice::mapping::resolve;
using sluice::mapping::SourceColumn;
using sluice::mapping::TargetColumn;

namespace {

SourceColumn from(std::string name, Carrier carrier = Carrier::text) {
  SourceColumn column;
  column.name = std::move(name);
  column.natural = carrier;
  return column;
}

TargetColumn to(std::string name, Carrier carrier = Carrier::text) {
  TargetColumn column;
  column.name = std::move(name);
  column.carrier = carrier;
  return column;
}

std::vector<std::string> names_of(const std::vector<sluice::mapping::SourceField>& fields) {
  std::vector<std::string> names;
  for (const auto& field : fields) {
    names.push_back(field.name + (field.natural ? " as text" : ""));
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("same_names becomes rules, and the result is the identity") {
  const auto result =
      resolve(rules(R"({"same_names": true})"), {from("id", Carrier::int4), from("b")},
              {to("id", Carrier::int4), to("b")}, {"id"}, "t");
  CHECK(result.findings.empty());
  CHECK(result.mapping.rules.rules.size() == 2);
  CHECK(result.mapping.key == std::vector<std::size_t>{0});
  CHECK(Mapper(result.mapping).is_identity());
}

TEST_CASE("a source column that nothing names is an error, even where a condition looks at it") {
  const auto result = resolve(
      rules(R"({"columns": {"id": "id"}, "filter": {"column": "deleted", "op": "=", "value": 0}})"),
      {from("id"), from("deleted", Carrier::int2), from("fax")}, {to("id")}, {}, "crm.c");
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].rule == "unmapped-source-column");
  CHECK(result.findings[0].where == "crm.c.deleted");
  CHECK(result.findings[1].where == "crm.c.fax");
}

TEST_CASE(
    "a computed source column may be left to a computed target column of its name, or of one that "
    "a rule gives it") {
  SourceColumn computed = from("total");
  computed.generated = true;
  TargetColumn made = to("total");
  made.generated = true;
  const auto result =
      resolve(rules(R"({"same_names": true})"), {from("a"), computed}, {to("a"), made}, {}, "t");
  CHECK(result.findings.empty());
  CHECK(result.mapping.target.size() == 1);
  CHECK(result.computed == std::vector<sluice::mapping::ComputedColumn>{{"total", "total"}});
  const auto lost =
      resolve(rules(R"({"same_names": true})"), {from("a"), computed}, {to("a")}, {}, "t");
  CHECK(has_rule(lost.findings, "unmapped-source-column"));
  const auto moved = resolve(rules(R"({"same_names": true})"), {from("a"), computed},
                             {to("a"), to("total")}, {}, "t");
  CHECK(moved.findings.empty());
  CHECK(moved.mapping.target.size() == 2);
  CHECK(moved.computed.empty());
  const auto dropped = resolve(
      rules(R"({"same_names": true, "drop": [{"column": "total", "lossy": true, "reason": "x"}]})"),
      {from("a"), computed}, {to("a"), made}, {}, "t");
  CHECK(dropped.findings.empty());
  CHECK(dropped.computed.empty());
  made.name = "sum";
  const auto renamed = resolve(rules(R"({"same_names": true, "columns": {"sum": "total"}})"),
                               {from("a"), computed}, {to("a"), made}, {}, "t");
  CHECK(renamed.findings.empty());
  CHECK(renamed.mapping.rules.rules.size() == 1);
  CHECK(renamed.computed == std::vector<sluice::mapping::ComputedColumn>{{"total", "sum"}});
  const auto written =
      resolve(rules(R"({"columns": {"a": "a", "sum": {"from": "total", "steps": ["trim"]}}})"),
              {from("a"), computed}, {to("a"), made}, {}, "t");
  CHECK(has_rule(written.findings, "generated-target-column"));
  const auto other = resolve(rules(R"({"columns": {"a": "a", "sum": "a"}})"), {from("a"), computed},
                             {to("a"), made}, {}, "t");
  CHECK(has_rule(other.findings, "generated-target-column"));
}

TEST_CASE("a target column without a rule needs a default or NULL") {
  TargetColumn strict = to("owner");
  strict.fit.nullable = false;
  CHECK(has_rule(
      resolve(rules(R"({"same_names": true})"), {from("a")}, {to("a"), strict}, {}, "t").findings,
      "unmapped-target-column"));
  CHECK(has_rule(resolve(rules(R"({"same_names": true, "columns": {"owner": {"default": true}}})"),
                         {from("a")}, {to("a"), strict}, {}, "t")
                     .findings,
                 "unmapped-target-column"));
  strict.has_default = true;
  const auto result =
      resolve(rules(R"({"same_names": true, "columns": {"owner": {"default": true}}})"),
              {from("a")}, {to("a"), strict}, {}, "t");
  CHECK(result.findings.empty());
  CHECK(result.mapping.target.size() == 1);
  CHECK(Mapper(result.mapping).is_identity());
}

TEST_CASE("misspelled names are found on both sides, with the nearest") {
  const auto result = resolve(
      rules(
          R"({"same_names": true, "columns": {"emial": "email"}, "drop": [{"column": "fxa", "lossy": true, "reason": "x"}]})"),
      {from("email"), from("fax")}, {to("email"), to("fax")}, {}, "t");
  CHECK(has_rule(result.findings, "unknown-target-column"));
  CHECK(has_rule(result.findings, "unknown-source-column"));
  for (const auto& finding : result.findings) CHECK(finding.action.starts_with("did you mean"));
}

TEST_CASE(
    "a date is read as text for the rule that needs it, and once more as a date for its key") {
  const auto read = rules(
      R"({"columns": {"day": {"from": "day", "steps": [{"null_if": ["0000-00-00"]}], "lossy": true}},
    "filter": {"column": "day", "op": ">", "value": "2000-01-01"}})");
  const auto result =
      resolve(read, {from("day", Carrier::date)}, {to("day", Carrier::date)}, {}, "t");
  CHECK(result.findings.empty());
  CHECK(names_of(result.mapping.source) == Names{"day as text"});
  const auto keyed =
      resolve(read, {from("day", Carrier::date)}, {to("day", Carrier::date)}, {"day"}, "t");
  CHECK(names_of(keyed.mapping.source) == Names{"day", "day as text"});
  CHECK(keyed.mapping.key == std::vector<std::size_t>{0});
  CHECK(keyed.findings.empty());
}

TEST_CASE("same_names takes no column that is dropped or used elsewhere") {
  const auto dropped = resolve(
      rules(R"({"same_names": true, "drop": [{"column": "b", "lossy": true, "reason": "x"}]})"),
      {from("a"), from("b")}, {to("a"), to("b")}, {}, "t");
  CHECK(dropped.findings.empty());
  CHECK(dropped.mapping.target.size() == 1);
  const auto used = resolve(rules(R"({"same_names": true, "columns": {"b": "a"}})"),
                            {from("a"), from("b")}, {to("a"), to("b")}, {}, "t");
  CHECK(has_rule(used.findings, "same-name-used"));
  const auto said = resolve(
      rules(
          R"({"columns": {"b": "a", "a": "a"}, "drop": [{"column": "b", "lossy": true, "reason": "x"}]})"),
      {from("a"), from("b")}, {to("a"), to("b")}, {}, "t");
  CHECK(said.findings.empty());
}

TEST_CASE("only columns that something needs are read") {
  const auto result = resolve(
      rules(R"({"columns": {"a": "a"}, "drop": [{"column": "b", "lossy": true, "reason": "x"},
        {"column": "c", "lossy": true, "keep_rest": true, "reason": "y"}]})"),
      {from("id", Carrier::int4), from("a"), from("b"), from("c")},
      {to("a"), to("id", Carrier::int4)}, {"id"}, "t");
  CHECK(has_rule(result.findings, "unmapped-source-column"));
  CHECK(names_of(result.mapping.source) == Names{"id", "a", "c"});
}

TEST_CASE("keep_rest without a key cannot name its row") {
  const auto result = resolve(
      rules(
          R"({"columns": {"a": {"from": "a", "steps": ["lower"], "lossy": true, "keep_rest": true}}})"),
      {from("a")}, {to("a")}, {}, "t");
  CHECK(has_rule(result.findings, "rest-needs-key"));
}

TEST_CASE("a conversion that does not exist is an error of the column") {
  const auto result = resolve(rules(R"({"same_names": true})"), {from("a", Carrier::date)},
                              {to("a", Carrier::uuid)}, {}, "s.t");
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].rule == "no-conversion");
  CHECK(result.findings[0].where == "s.t.a");
}
