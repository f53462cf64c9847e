#include "sluice/verify/report.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

using sluice::verify::Attribution;
using sluice::verify::CheckReport;
using sluice::verify::Difference;
using sluice::verify::DifferenceKind;
using sluice::verify::Fact;
using sluice::verify::Mode;
using sluice::verify::Outcome;
using sluice::verify::RestReport;
using sluice::verify::TableReport;
using sluice::verify::ValueMapResult;
using sluice::verify::VerifyReport;

namespace {

VerifyReport report_of(Outcome table) {
  VerifyReport report;
  report.tables.emplace_back();
  report.tables[0].outcome = table;
  return report;
}

Outcome settled(VerifyReport report) {
  settle(report);
  return report.outcome;
}

}  // namespace

TEST_CASE("one difference outweighs every other answer") {
  VerifyReport report = report_of(Outcome::could_not_check);
  report.tables.push_back(report_of(Outcome::different).tables[0]);
  report.tables.push_back(report_of(Outcome::equal).tables[0]);
  CHECK(settled(report) == Outcome::different);
}

TEST_CASE("what could not be checked is never equal") {
  for (const Outcome outcome : {Outcome::not_comparable, Outcome::could_not_check}) {
    VerifyReport report = report_of(Outcome::equal);
    report.tables.push_back(report_of(outcome).tables[0]);
    CHECK(settled(report) == outcome);
  }
  CHECK(settled(VerifyReport()) == Outcome::not_comparable);
}

TEST_CASE("every part of a table can make it different") {
  CHECK(settled(report_of(Outcome::equal)) == Outcome::equal);
  VerifyReport rows = report_of(Outcome::equal_except_quarantined);
  rows.tables[0].counts.extra = 1;
  CHECK(settled(rows) == Outcome::different);
  VerifyReport facts = report_of(Outcome::equal);
  facts.tables[0].facts.resize(2);
  facts.tables[0].facts[1].result = Fact::Result::explained;
  CHECK(settled(facts) == Outcome::equal);
  facts.tables[0].facts[1].result = Fact::Result::not_compared;
  CHECK(settled(facts) == Outcome::equal);
  facts.tables[0].facts[1].result = Fact::Result::different;
  CHECK(settled(facts) == Outcome::different);
  facts.tables[0].facts[1].result = Fact::Result::could_not_check;
  CHECK(settled(facts) == Outcome::could_not_check);
  VerifyReport maps = report_of(Outcome::equal);
  maps.tables[0].value_maps.resize(1);
  maps.tables[0].value_maps[0].outcome = Outcome::different;
  CHECK(settled(maps) == Outcome::different);
  maps = report_of(Outcome::equal);
  maps.tables[0].value_maps.resize(1);
  maps.tables[0].value_maps[0].compared = false;
  CHECK(settled(maps) == Outcome::equal);
  VerifyReport rest = report_of(Outcome::equal);
  rest.tables[0].rest.emplace().outcome = Outcome::different;
  CHECK(settled(rest) == Outcome::different);
  VerifyReport checks = report_of(Outcome::equal);
  checks.checks.resize(1);
  checks.checks[0].outcome = Outcome::different;
  CHECK(settled(checks) == Outcome::different);
}

TEST_CASE("the JSON names its schema, the mode's limits and every difference") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.mode = Mode::target_only;
  TableReport& table = report.tables[0];
  table.source = "crm.customers";
  table.counts.changed = 1;
  Difference difference;
  difference.kind = DifferenceKind::changed;
  difference.attribution = Attribution::target_changed;
  difference.key = R"(["7"])";
  difference.columns.push_back({"name", std::nullopt, "x"});
  table.differences.push_back(difference);
  table.value_maps.emplace_back();
  table.value_maps[0].values.push_back({std::string("\xff"), 1, 2});
  settle(report);
  const auto document = sluice::codec::parse_json_or_throw(to_json(report), "report");
  const auto& root = document.root();
  CHECK(root.at("schema").as_string() == "sluice.verify/1");
  CHECK(root.at("outcome").as_string() == "different");
  CHECK(root.at("limits").as_string().find("target only") == 0);
  const auto& first = root.at("tables").items().at(0);
  CHECK(first.at("source_changed").is_null());
  const auto& listed = first.at("differences").at("listed").items().at(0);
  CHECK(listed.at("attribution").as_string() == "target_changed");
  CHECK(listed.at("columns").items().at(0).at("expected").is_null());
  CHECK(first.at("value_maps").items().at(0).at("values").items().at(0).at("value").as_string() ==
        "\\xff");
}

TEST_CASE("people read one line of an equal table and all that differs of another") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.tables[0].source = "crm.a";
  report.tables[0].target_rows = 1234567;
  report.tables[0].filtered = 5;
  settle(report);
  CHECK(to_text(report) == "crm.a  equal: 1,234,567 rows, 5 filtered\nrun r1: equal\n");

  report.tables[0].counts.missing = 12;
  report.tables[0].counts.complete = false;
  Difference difference;
  difference.kind = DifferenceKind::changed;
  difference.key = difference.source_key = R"(["7"])";
  difference.columns.push_back({"name", "a", std::nullopt});
  report.tables[0].differences.push_back(difference);
  settle(report);
  CHECK(to_text(report) ==
        "crm.a  DIFFERENT: 1,234,567 rows, 5 filtered\n"
        "  at least 12 missing\n"
        "  changed [\"7\"]: source and target changed since copy\n"
        "    name: should be 'a'\n"
        "          is        NULL\n"
        "run r1: DIFFERENT\n");
}

TEST_CASE("no name or reason of a report steers a terminal or makes a line of its own") {
  const std::string evil = "\x1b[31mred\nNext: rm -rf";
  VerifyReport report = report_of(Outcome::different);
  report.run_id = "r1";
  TableReport& table = report.tables[0];
  table.source = "public." + evil;
  table.reason = table.figures_not_compared = evil;
  table.notes = {evil};
  table.columns_not_compared.push_back({evil, evil});
  table.facts.emplace_back();
  table.facts[0].target_column = table.facts[0].measure = evil;
  table.facts[0].result = Fact::Result::different;
  Difference difference;
  difference.key = evil;
  difference.columns.push_back({evil, "a", std::nullopt});
  table.differences.push_back(difference);
  table.value_maps.emplace_back();
  table.value_maps[0].target_column = table.value_maps[0].reason = evil;
  table.rest.emplace();
  table.rest->table = evil;
  report.checks.emplace_back();
  report.checks[0].name = report.checks[0].reason = evil;
  report.checks[0].outcome = Outcome::different;
  report.checks[0].groups.emplace_back();
  report.checks[0].groups[0].key = evil;
  report.source_label = evil;
  settle(report);
  const std::string text = to_text(report);
  INFO(text);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\nNext") == std::string::npos);
  CHECK(text.find("public.\\x1b[31mred\\nNext: rm -rf") != std::string::npos);
}

TEST_CASE("a long name stands on its own line, and what is said of its table beside the others") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.tables[0].source = "crm.orders";
  report.tables[0].target_rows = 3;
  report.tables.push_back(report.tables[0]);
  report.tables[1].source = "crm." + std::string(63, 'n');
  report.tables[1].target_rows = 4;
  settle(report);
  CHECK(to_text(report) == "crm.orders  equal: 3 rows\n" + report.tables[1].source +
                               "\n            equal: 4 rows\nrun r1: equal\n");
}

TEST_CASE("a value map that was not compared is named, with the reason") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.tables[0].source = "crm.a";
  ValueMapResult& map = report.tables[0].value_maps.emplace_back();
  map.source_column = "old";
  map.target_column = "new";
  map.compared = false;
  map.reason = "rows cannot be named";
  settle(report);
  CHECK(to_text(report) ==
        "crm.a  equal: 0 rows\n"
        "  values of new from old: not compared: rows cannot be named\n"
        "run r1: equal\n");
}

TEST_CASE("a column that nothing compared is named, counted in the last line, and in the JSON") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.tables[0].source = "crm.a";
  report.tables[0].columns_not_compared.push_back({"ratio", "SQL cannot"});
  settle(report);
  CHECK(to_text(report) ==
        "crm.a  equal: 0 rows; 1 column not compared\n"
        "  computed column ratio was not compared: SQL cannot\n"
        "run r1: equal; 1 column not compared\n");
  const auto document = sluice::codec::parse_json_or_throw(to_json(report), "report");
  const auto& named =
      document.root().at("tables").items().at(0).at("columns_not_compared").items().at(0);
  CHECK(named.at("column").as_string() == "ratio");
  CHECK(named.at("reason").as_string() == "SQL cannot");
}

TEST_CASE("a row that is not what was written is no proof that somebody changed it") {
  VerifyReport report = report_of(Outcome::equal);
  report.tables[0].counts.changed = 1;
  Difference difference;
  difference.attribution = Attribution::target_changed;
  report.tables[0].differences.push_back(difference);
  settle(report);
  CHECK(to_text(report).find("target is not what was written at the copy") != std::string::npos);
}

TEST_CASE("a look at some tables is never taken for a look at all") {
  VerifyReport report = report_of(Outcome::equal);
  report.run_id = "r1";
  report.tables[0].source = "crm.a";
  report.tables_total = 1;
  CHECK(recorded_mode(report) == "full");
  report.tables_total = 3;
  CHECK(recorded_mode(report) == "full_in_part");
  CHECK(to_text(report) ==
        "crm.a  equal: 0 rows\n"
        "1 of 3 tables, and no checks: nothing is said of the others\n"
        "run r1: equal\n");
}
