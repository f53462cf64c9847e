#include "sluice/mapping/rules_json.h"

#include <catch2/catch_test_macros.hpp>

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::has_rule;
using mapping_fixture::read_rules;
using mapping_fixture::rules;
using sluice::codec::JsonWriter;
using sluice::mapping::TableRules;

namespace {

/// Every key and every word that rules may hold.
constexpr std::string_view kEverything = R"({
  "note": "for people",
  "columns": {
    "a": "x",
    "b": {"from": "x", "steps": ["trim", "collapse_spaces", "lower", "upper", {"null_if": ["", "N/A"]},
        {"map": {"1": "one", "2": null}, "otherwise": {"value": "many"}},
        {"number": {"decimal": ",", "group": "."}}, {"truncate": 80}, {"strip_prefixes": ["Dr. "]},
        {"date": "%d.%m.%Y"}], "lossy": true, "keep_rest": true, "time_zone": "UTC"},
    "c": {"concat": [{"column": "x", "missing": "skip", "steps": ["trim"]},
        {"column": "y", "missing": "null"}, {"column": "z", "missing": "quarantine"}],
        "separator": ", ", "all_missing": "null", "steps": ["upper"], "lossy": true},
    "d": {"constant": 1.50}, "e": {"constant": null}, "f": {"default": true},
    "g": {"cases": [{"when": {"and": [{"column": "x", "op": "in", "values": ["1", 2, 2.50, true]},
        {"not": {"column": "y", "op": "is_null"}},
        {"or": [{"column": "z", "op": "<=", "value": 3}, {"column": "z", "op": "ends_with", "values": ["GmbH"]}]}]},
        "constant": "yes"}, {"from": "x"}], "lossy": true}
  },
  "drop": [{"column": "w", "lossy": true, "keep_rest": true, "reason": "unused"}],
  "same_names": true,
  "filter": {"column": "z", "op": "<>", "value": "gone"},
  "latin1_holds": {"x": "utf8", "y": "latin1", "z": "both"}
})";

std::string written(const TableRules& value) {
  JsonWriter json;
  sluice::mapping::rules_to_json(value, json);
  return json.take();
}

/// The rule ids of what is wrong with rules that are one column's.
std::vector<std::string> errors_of(const std::string& rule) {
  std::vector<std::string> ids;
  for (const auto& finding : read_rules(R"({"columns": {"t": )" + rule + "}}").findings) {
    ids.push_back(finding.rule);
  }
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("rules read back from their own JSON are the same, in canonical form too") {
  const TableRules first = rules(kEverything);
  CHECK(first.rules.size() == 7);
  const TableRules again = rules(written(first));
  CHECK(first == again);
  CHECK(rules(sluice::codec::canonical_json(written(first))) == first);
}

TEST_CASE("fractions in conditions and constants stay the digits that were written") {
  const TableRules read = rules(kEverything);
  CHECK(std::get<sluice::mapping::Constant>(read.rules[3].cases[0].value).text == "1.50");
  CHECK(read.rules[6].cases[0].when->children[0].values[2].text == "2.50");
}

TEST_CASE("what latin1 columns hold is said by column, in one of three words") {
  CHECK(rules(kEverything).latin1_holds ==
        sluice::mapping::Latin1Columns{{"x", sluice::mapping::Latin1Holds::utf8},
                                       {"y", sluice::mapping::Latin1Holds::latin1},
                                       {"z", sluice::mapping::Latin1Holds::both}});
  // Plans of rules that do not speak of it are what they were.
  CHECK(written(rules(R"({"latin1_holds": {}})")).find("latin1") == std::string::npos);
  for (const char* bad : {R"({"x": "utf-8"})", R"({"x": ""})"}) {
    CHECK(has_rule(read_rules(std::string(R"({"latin1_holds": )") + bad + "}").findings,
                   "unknown-word"));
  }
  for (const char* bad : {R"({"x": true})", R"({"x": null})", R"(["x"])", R"("utf8")"}) {
    CHECK(has_rule(read_rules(std::string(R"({"latin1_holds": )") + bad + "}").findings,
                   "wrong-type"));
  }
}

TEST_CASE("a rule that loses information must admit it") {
  CHECK(errors_of(R"({"from": "a", "steps": [{"truncate": 3}]})") == Ids{"lossy-not-admitted"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"strip_prefixes": ["Dr "]}]})") ==
        Ids{"lossy-not-admitted"});
  CHECK(errors_of(R"({"from": "a", "steps": ["lower"]})") == Ids{"lossy-not-admitted"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"null_if": [""]}]})") == Ids{"lossy-not-admitted"});
  CHECK(
      errors_of(
          R"({"from": "a", "steps": [{"map": {"a": "x", "b": "x"}, "otherwise": "quarantine"}]})") ==
      Ids{"lossy-not-admitted"});
  CHECK(
      errors_of(R"({"from": "a", "steps": [{"map": {"a": "x"}, "otherwise": {"value": "y"}}]})") ==
      Ids{"lossy-not-admitted"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"map": {"a": "x"}, "otherwise": "keep"}]})") ==
        Ids{"lossy-not-admitted"});
  CHECK(
      errors_of(
          R"({"concat": [{"column": "a", "missing": "skip"}, {"column": "b", "missing": "skip"}]})") ==
      Ids{"lossy-not-admitted"});
  CHECK(
      errors_of(
          R"({"cases": [{"when": {"column": "a", "op": "is_null"}, "from": "b"}, {"from": "a"}]})") ==
      Ids{"lossy-not-admitted"});
}

TEST_CASE("a rule that loses nothing need not say so") {
  CHECK(errors_of(R"("a")").empty());
  CHECK(errors_of(R"({"from": "a", "steps": ["trim", "collapse_spaces"]})").empty());
  CHECK(errors_of(
            R"({"from": "a", "steps": [{"map": {"a": "x", "b": "y"}, "otherwise": "quarantine"}]})")
            .empty());
  CHECK(errors_of(R"({"from": "a", "steps": [{"map": {"a": "b", "b": "a"}, "otherwise": "keep"}]})")
            .empty());
  CHECK(errors_of(R"({"concat": [{"column": "a", "missing": "quarantine"}]})").empty());
  CHECK(errors_of(R"({"constant": 1})").empty());
}

TEST_CASE("what is missing, misplaced or misspelled in a rule is named") {
  CHECK(errors_of("{}") == Ids{"value-kind"});
  CHECK(errors_of(R"({"from": "a", "constant": 1})") == Ids{"value-kind"});
  CHECK(errors_of(R"({"from": "a", "separator": " "})") == Ids{"misplaced-key"});
  CHECK(errors_of(R"({"from": "a", "keep_rest": true})") == Ids{"rest-without-loss"});
  CHECK(errors_of(R"({"concat": [{"column": "a"}]})") == Ids{"missing-key"});
  CHECK(errors_of(R"({"concat": [], "lossy": true})") == Ids{"empty-list"});
  CHECK(errors_of(R"({"concat": [{"column": "a", "missing": "null"}], "all_missing": "skip"})") ==
        Ids{"unknown-word"});
  CHECK(errors_of(R"({"from": "a", "steps": ["trimm"]})") == Ids{"unknown-step"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"map": {"a": "b"}}]})") == Ids{"missing-key"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"map": {"a": 1}, "otherwise": "quarantine"}]})") ==
        Ids{"wrong-type"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"date": "%Q"}]})") == Ids{"bad-date-pattern"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"date": "%Y-%m-%d"}, "trim"]})") ==
        Ids{"step-after-date"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"number": {"decimal": "5"}}]})") ==
        Ids{"bad-separator"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"number": {"decimal": ".", "group": "."}}]})") ==
        Ids{"bad-separator"});
  CHECK(errors_of(R"({"from": "a", "steps": [{"truncate": 0}], "lossy": true})") ==
        Ids{"out-of-range"});
  CHECK(errors_of(
            R"({"from": "a", "steps": [{"truncate": 3, "date": "%Y-%m-%d"}], "lossy": true})") ==
        Ids{"step-kind"});
  CHECK(errors_of(R"({"from": "a", "time_zone": "Europe/Berlin"})") == Ids{"bad-time-zone"});
  CHECK(errors_of(R"({"cases": [{"from": "a"}, {"from": "a"}]})") == Ids{"case-never-reached"});
  CHECK(errors_of(R"({"cases": [], "from": "a"})") == Ids{"misplaced-key", "empty-list"});
  CHECK(errors_of(R"({"cases": [{"default": true}]})") == Ids{"unknown-key"});
  CHECK(errors_of("7") == Ids{"wrong-type"});
}

TEST_CASE("conditions say exactly one thing each") {
  const auto errors = [](const std::string& condition) {
    Ids ids;
    for (const auto& f : read_rules(R"({"filter": )" + condition + "}").findings)
      ids.push_back(f.rule);
    return ids;
  };
  CHECK(errors(R"({"column": "a", "op": "is_null"})").empty());
  CHECK(errors("{}") == Ids{"condition-kind"});
  CHECK(errors(R"({"and": [], "column": "a", "op": "is_null"})") ==
        Ids{"empty-list", "condition-kind"});
  CHECK(errors(R"({"column": "a", "op": "is_null", "value": 1})") == Ids{"misplaced-key"});
  CHECK(errors(R"({"column": "a", "op": "in", "value": 1})") ==
        Ids{"misplaced-key", "missing-key"});
  CHECK(errors(R"({"column": "a", "op": "like", "value": "x"})") == Ids{"unknown-word"});
  CHECK(errors(R"({"column": "a", "op": "=", "value": null})") == Ids{"wrong-type"});
  CHECK(errors(R"({"op": "is_null"})") == Ids{"missing-key"});
  CHECK(errors(R"({"not": [1]})") == Ids{"wrong-type"});
}

TEST_CASE("drops need a reason, the admission, and a column that nothing uses") {
  const auto read =
      read_rules(R"({"columns": {"t": "a"}, "drop": [{"column": "a", "lossy": true, "reason": "x"},
    {"column": "b", "reason": "y"}, {"column": "c", "lossy": true}, {"column": "c", "lossy": true, "reason": "z"}]})");
  CHECK(has_rule(read.findings, "dropped-and-mapped"));
  CHECK(has_rule(read.findings, "lossy-not-admitted"));
  CHECK(has_rule(read.findings, "missing-key"));
  CHECK(has_rule(read.findings, "dropped-twice"));
  CHECK(read.findings.size() == 4);
}

TEST_CASE("findings name file, line, column and pointer") {
  const auto read = read_rules("{\n  \"columns\": {\n    \"t\": {\"form\": \"a\"}\n  }\n}");
  REQUIRE(read.findings.size() == 2);
  CHECK(read.findings[0].where == "rules.json:3:11 /columns/t/form");
  CHECK(read.findings[0].action == "did you mean \"from\"?");
  CHECK(read.findings[1].where == "rules.json:3:10 /columns/t");
}

TEST_CASE("value maps can be asked for, and say whether they stand alone") {
  const TableRules read = rules(R"({"columns": {
    "s": {"from": "status", "steps": [{"map": {"trial": "pending"}, "otherwise": "quarantine"}]},
    "u": {"from": "status", "steps": ["trim", {"map": {"trial": "pending"}, "otherwise": "quarantine"}]}}})");
  const auto maps = sluice::mapping::value_maps(read.rules);
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].alone);
  CHECK(maps[0].source_column == "status");
  CHECK(maps[0].map.entries[0].second == "pending");
  CHECK_FALSE(maps[1].alone);
}

TEST_CASE("rules cut anywhere are refused, never half read") {
  for (std::size_t cut = 0; cut < kEverything.size() - 1; ++cut) {
    const auto parsed = sluice::codec::parse_json(kEverything.substr(0, cut), "cut.json");
    CHECK(std::holds_alternative<sluice::codec::JsonError>(parsed));
  }
}
