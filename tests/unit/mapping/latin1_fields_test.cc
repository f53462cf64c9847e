// What becomes of texts of latin1 that hold UTF-8.
#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::Carrier;
using mapping_fixture::has_rule;
using mapping_fixture::kNull;
using mapping_fixture::Mapped;
using mapping_fixture::rules;
using mapping_fixture::source;
using mapping_fixture::target;
using mapping_fixture::TestTable;
using mapping_fixture::Text;
using sluice::codec::Irregular;
using sluice::codec::Problem;
using sluice::mapping::check_mapping;
using sluice::mapping::Mapper;
using sluice::mapping::Outcome;
using sluice::mapping::SourceField;
using sluice::mapping::TableMapping;

namespace {

// One name, as a server reads it from latin1: stored as latin1, as UTF-8, and as UTF-8 that was
// cut.
const std::string kGood = "M\u00fcller";
const std::string kTwice = "M\u00c3\u00bcller";
const std::string kCut = "M\u00c3\u00bcller \u00c3";

SourceField latin1(std::string name, Carrier carrier = Carrier::text) {
  SourceField field = source(std::move(name), carrier);
  field.type.sql = "varchar(40)";
  field.type.base = "varchar";
  field.type.charset = "latin1";
  return field;
}

TableMapping people(const std::string& rule_text) {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false), latin1("name"), source("city")};
  mapping.target = {target("id", Carrier::int4, false), target("name"), target("city")};
  mapping.rules = rules(rule_text);
  mapping.key = {0};
  return mapping;
}

const char* const kUnsaid = R"({"same_names": true})";
const char* const kLatin1 = R"({"same_names": true, "latin1_holds": {"name": "latin1"}})";
const char* const kUtf8 = R"({"same_names": true, "latin1_holds": {"name": "utf8"}})";
const char* const kBoth = R"({"same_names": true, "latin1_holds": {"name": "both"}, "columns":
    {"name": {"from": "name", "lossy": true, "keep_rest": true}}})";

/// The name that arrives, or why none does.
std::string name_of(const std::string& rule_text, const std::string& name) {
  TestTable table(people(rule_text));
  const Mapped mapped = table.map({"1", name, kTwice});
  if (mapped.outcome == Outcome::mapped) {
    CHECK(mapped.row[2] == kTwice);  // a column of UTF-8 is nobody's business
    return *mapped.row[1];
  }
  REQUIRE(mapped.problems.size() == 1);
  CHECK(mapped.problems[0].source_column == 1);
  CHECK(mapped.problems[0].target_column == "name");
  CHECK(mapped.problems[0].raw == name);
  return "!" + std::string(sluice::codec::to_string(mapped.problems[0].problem));
}

/// The findings' rules of a mapping.
std::vector<std::string> errors_of(const TableMapping& mapping) {
  std::vector<std::string> ids;
  for (const auto& finding : check_mapping(mapping, "t")) {
    ids.push_back(finding.rule + " " + finding.where);
  }
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("UTF-8 in latin1 is never taken silently, and goes where the mapping says") {
  const struct {
    std::string text;
    std::string unsaid, as_latin1, as_utf8, as_both;
  } table[] = {
      {"Ann", "Ann", "Ann", "Ann", "Ann"},
      {"", "", "", "", ""},
      {kGood, kGood, kGood, "!latin1_not_utf8", kGood},
      {kTwice, "!utf8_in_latin1", kTwice, kGood, kGood},
      {kCut, "!utf8_in_latin1", kCut, "!latin1_not_utf8", "!utf8_in_latin1"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(name_of(kUnsaid, row.text) == row.unsaid);
    CHECK(name_of(kLatin1, row.text) == row.as_latin1);
    CHECK(name_of(kUtf8, row.text) == row.as_utf8);
    CHECK(name_of(kBoth, row.text) == row.as_both);
  }
}

TEST_CASE("a row is passed on unseen only where its latin1 is taken as it stands") {
  CHECK(Mapper(people(kLatin1)).is_identity());
  CHECK_FALSE(Mapper(people(kUnsaid)).is_identity());
  CHECK_FALSE(Mapper(people(kUtf8)).is_identity());
}

TEST_CASE("after a text that was read anew the next row is as if nothing had been") {
  TestTable table(people(kUtf8));
  CHECK(table.map({"1", kTwice, "a"}).row == std::vector<Text>{"1", kGood, "a"});
  CHECK(table.map({"2", kGood, "a"}).outcome == Outcome::quarantined);
  CHECK(table.map({"3", kNull, "a"}).row == std::vector<Text>{"3", kNull, "a"});
  CHECK(table.map({"4", "Ann", "a"}).row == std::vector<Text>{"4", "Ann", "a"});
}

TEST_CASE("json of latin1 is looked at too") {
  TableMapping mapping = people(kUtf8);
  mapping.source[1].carrier = mapping.target[1].carrier = Carrier::json;
  TestTable table(mapping);
  CHECK(table.map({"1", "{\"a\":\"" + kTwice + "\"}", kNull}).row ==
        std::vector<Text>{"1", "{\"a\":\"" + kGood + "\"}", kNull});
}

TEST_CASE("an irregular latin1 text keeps its own problem") {
  TestTable table(people(kUnsaid));
  const std::string row =
      mapping_fixture::row_of({Carrier::int4, Carrier::text, Carrier::text}, {"1", kTwice, kNull});
  const Mapped mapped = table.map_row(row, {Irregular{0, 1, Problem::nul_byte}});
  REQUIRE(mapped.problems.size() == 1);
  CHECK(mapped.problems[0].problem == Problem::nul_byte);
}

TEST_CASE("steps, concatenations and conditions see the text that is meant") {
  TableMapping mapping;
  mapping.source = {latin1("first"), latin1("last")};
  mapping.target = {target("name"), target("kind")};
  mapping.rules = rules(R"({"latin1_holds": {"first": "utf8", "last": "utf8"}, "columns": {
    "name": {"concat": [{"column": "first", "missing": "skip"},
                        {"column": "last", "missing": "skip", "steps": [{"truncate": 2}]}],
             "separator": " ", "lossy": true},
    "kind": {"cases": [{"when": {"column": "last", "op": "=", "value": "M\u00fcller"}, "constant": "m"},
                       {"from": "first", "steps": [{"map": {"\u00c9": "e"}, "otherwise": "keep"}]}],
             "lossy": true}},
    "filter": {"column": "first", "op": "<>", "value": "\u00c3\u2030"}})");
  TestTable table(mapping);
  CHECK(table.map({"\u00c3\u2030", kTwice}).row == std::vector<Text>{"\u00c9 M\u00fc", "m"});
  CHECK(table.map({"\u00c3\u2030", "x"}).row == std::vector<Text>{"\u00c9 x", "e"});
}

TEST_CASE("a filter that needs a suspected text sends the row to quarantine") {
  TestTable table(people(R"({"same_names": true, "filter":
      {"column": "name", "op": "<>", "value": "M\u00fcller"}})"));
  CHECK(table.map({"1", kGood, kNull}).outcome == Outcome::filtered);
  const Mapped mapped = table.map({"1", kTwice, kNull});
  REQUIRE(mapped.outcome == Outcome::quarantined);
  CHECK(mapped.problems[0].problem == Problem::utf8_in_latin1);
}

TEST_CASE("a decided column's latin1 is not looked at") {
  TestTable table(people(kUnsaid));
  const std::string row =
      mapping_fixture::row_of({Carrier::int4, Carrier::text, Carrier::text}, {"1", kTwice, kNull});
  const sluice::mapping::Overrides decided{{"name", kTwice}};
  CHECK(table.map_row(row, {}, &decided).row == std::vector<Text>{"1", kTwice, kNull});
  const sluice::mapping::Overrides other{{"city", "x"}};
  CHECK(table.map_row(row, {}, &other).outcome == Outcome::quarantined);
}

TEST_CASE("a text that was read anew fits by its own length and label") {
  TableMapping mapping = people(kUtf8);
  mapping.target[1].fit.max_characters = 6;
  CHECK(TestTable(mapping).map({"1", kTwice, kNull}).outcome == Outcome::mapped);
  mapping.source[1].type.members = mapping.target[1].fit.labels = {kTwice};
  CHECK(TestTable(mapping).map({"1", kTwice, kNull}).outcome == Outcome::quarantined);
  mapping.target[1].fit.labels = {kGood};
  CHECK(TestTable(mapping).map({"1", kTwice, kNull}).row == std::vector<Text>{"1", kGood, kNull});
}

TEST_CASE("the rest of a column of both kinds is the text as it was read") {
  TestTable table(people(kBoth));
  const Mapped mapped = table.map({"1", kTwice, kNull});
  CHECK(mapped.rest == std::vector<std::vector<Text>>{{"[\"1\"]", "name", kTwice}});
  CHECK(table.map({"2", kGood, kNull}).rest.empty());
}

TEST_CASE("the rest of a dropped latin1 column is held to the same, and keys stay as they are") {
  const auto dropped = [](const std::string& more) {
    TableMapping mapping;
    mapping.source = {latin1("code"), latin1("note")};
    mapping.target = {target("code")};
    mapping.rules = rules(R"({"columns": {"code": "code"}, )" + more + R"("drop": [
        {"column": "note", "lossy": true, "keep_rest": true, "reason": "unused"}]})");
    mapping.key = {0};
    return mapping;
  };
  const Mapped suspected = TestTable(dropped("")).map({"a", kTwice});
  REQUIRE(suspected.outcome == Outcome::quarantined);
  CHECK(suspected.problems.at(0).source_column == 1);
  CHECK(suspected.problems.at(0).problem == Problem::utf8_in_latin1);
  CHECK(suspected.rest.empty());
  TestTable said(dropped(R"("latin1_holds": {"code": "utf8", "note": "utf8"}, )"));
  const Mapped kept = said.map({kTwice, kTwice});
  CHECK(kept.row == std::vector<Text>{kGood});
  CHECK(kept.rest == std::vector<std::vector<Text>>{{"[\"" + kTwice + "\"]", "note", kGood}});
}

TEST_CASE("an answer about a column that is not of latin1, or is not read, is an error") {
  TableMapping mapping = people(R"({"same_names": true,
      "latin1_holds": {"id": "utf8", "city": "latin1", "nmae": "utf8"}})");
  mapping.source[2].type.charset = "utf8mb4";
  CHECK(errors_of(mapping) ==
        Ids{"not-latin1 t.city", "not-latin1 t.id", "unknown-source-column t.nmae"});
  CHECK(check_mapping(mapping, "t").back().action == "did you mean \"name\"?");
  CHECK_THROWS_AS(Mapper(mapping), sluice::model::Error);
  mapping = people(kUtf8);
  mapping.source[1].carrier = Carrier::bytea;
  CHECK(has_rule(check_mapping(mapping, "t"), "not-latin1"));
}

TEST_CASE("a rule that reads a column of both kinds must admit what it loses") {
  const TableMapping mapping = people(R"({"same_names": true, "latin1_holds": {"name": "both"}})");
  CHECK(errors_of(mapping) == Ids{"lossy-not-admitted t.name"});
  CHECK(errors_of(people(kBoth)).empty());
  CHECK(errors_of(people(R"({"columns": {"id": "id", "name": {"constant": "x"}, "city": "city"},
      "filter": {"column": "name", "op": "=", "value": "x"}, "latin1_holds": {"name": "both"}})"))
            .empty());
}
