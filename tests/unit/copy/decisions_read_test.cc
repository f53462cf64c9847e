#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/copy/decisions.h"

namespace sluice::copy {
namespace {

plan::TablePlan table(int number, const std::string& name,
                      const std::vector<std::string>& columns) {
  plan::TablePlan made;
  made.number = number;
  made.source = {"old", name};
  made.target = {"crm", name};
  made.side = {"crm", name + "__side"};
  for (const std::string& column : columns) {
    plan::TargetField field;
    field.name = column;
    made.write.push_back(field);
  }
  return made;
}

plan::Plan small_plan() {
  plan::Plan plan;
  plan.tables = {table(1, "customers", {"id", "name", "born"}),
                 table(2, "orders", {"id", "total"})};
  return plan;
}

ReadDecisions read(std::string_view text) { return read_decisions(text, "d.json", small_plan()); }

/// One entry in a file of its own; line 1.
ReadDecisions read_entry(const std::string& members) {
  return read(R"({"schema": "sluice.decisions/1", "decisions": [{)" + members + "}]}");
}

constexpr const char* kBy = R"(, "person": "Ann", "reason": "asked")";

/// The rules of all findings, in order, separated by blanks.
std::string rules(const ReadDecisions& read) {
  std::string text;
  for (const model::Finding& finding : read.findings) {
    text += (text.empty() ? "" : " ") + finding.rule;
  }
  return text;
}

constexpr std::string_view kGood = R"({
  "schema": "sluice.decisions/1",
  "run": "20261122-153012-7f3a",
  "note": "for the meeting",
  "decisions": [
    {"quarantine_id": 17, "table": "old.customers", "source_key": ["42", "x\"y"],
     "decision": {"set": {"name": "Ann", "born": null}}, "person": "Ann", "reason": "asked her"},
    {"group": {"table": "orders", "column": "total", "reason": "out_of_range", "value": "1e9"},
     "rows": 300, "example": {"quarantine_id": 18}, "decision": "leave_behind",
     "person": "Bob", "reason": "test orders"},
    {"group": {"table": "customers", "column": "name", "reason": "invalid_utf8",
     "value_hex": "ff00"}, "decision": "retry", "person": "Bob", "reason": "the codec is mended"},
    {"table": "customers", "source_key": ["7"], "problem": {}, "problems": [], "row": {"id": "7"},
     "decision": null, "person": "", "reason": ""}
  ]
})";

}  // namespace

TEST_CASE("a file of decisions is read into plain data") {
  const ReadDecisions result = read(kGood);
  CHECK(rules(result) == "");
  REQUIRE(result.decisions);
  CHECK(result.decisions->run == "20261122-153012-7f3a");
  const std::vector<Decision>& entries = result.decisions->entries;
  REQUIRE(entries.size() == 4);

  const auto& row = std::get<RowSelector>(entries[0].of);
  CHECK(row.id == 17);
  CHECK(row.table_no == 1);
  CHECK(row.source_key == R"(["42","x\"y"])");
  CHECK(entries[0].verdict == Verdict::set);
  CHECK(entries[0].set == mapping::Overrides{{"name", "Ann"}, {"born", std::nullopt}});
  CHECK(entries[0].person == "Ann");
  CHECK(entries[0].reason == "asked her");
  CHECK(entries[0].where == "d.json:6:5 /decisions/0");

  const auto& group = std::get<GroupSelector>(entries[1].of);
  CHECK(group.table_no == 2);
  CHECK(group.column == "total");
  CHECK(group.reason == "out_of_range");
  CHECK(group.value == "1e9");
  CHECK(entries[1].verdict == Verdict::leave_behind);

  CHECK(std::get<GroupSelector>(entries[2].of).value == std::string("\xff\0", 2));
  CHECK(entries[2].verdict == Verdict::retry);
  CHECK(std::get<RowSelector>(entries[3].of).source_key == R"(["7"])");
  CHECK(entries[3].verdict == Verdict::undecided);
}

TEST_CASE("tables are found by the source's and the target's names") {
  const plan::Plan plan = small_plan();
  CHECK(find_table(plan, "customers")->number == 1);
  CHECK(find_table(plan, "old.orders")->number == 2);
  CHECK(find_table(plan, "crm.orders")->number == 2);
  CHECK(find_table(plan, "crm.order") == nullptr);
  plan::Plan twice = small_plan();
  twice.tables.push_back(table(3, "orders", {}));
  CHECK(find_table(twice, "orders") == nullptr);
}

TEST_CASE("every mistake of a file is reported at once, where it stands, with the nearest name") {
  const ReadDecisions result = read(R"({
  "schema": "sluice.decisions/2",
  "decisions": [
    {"quarantine_id": "17", "decison": "retry"},
    {"table": "costumers", "source_key": ["1"], "decision": "leave", "person": " ", "reason": "x"},
    {"table": "orders", "source_key": ["1"], "decision": {"set": {"totl": "1", "id": 5}}},
    {"group": {"table": "orders", "column": "total", "reason": "out_of_rang"}, "decision": "retry",
     "person": "Ann"}
  ]
})");
  CHECK_FALSE(result.decisions);
  std::string all;
  for (const model::Finding& finding : result.findings) {
    all +=
        finding.where + " " + finding.rule + ": " + finding.message + " / " + finding.action + "\n";
  }
  INFO(all);
  const auto has = [&](const std::string& part) { return all.find(part) != std::string::npos; };
  CHECK(has("d.json:2:13 /schema unknown-schema"));
  CHECK(has("d.json:4:23 /decisions/0/quarantine_id wrong-type"));
  CHECK(has("d.json:4:29 /decisions/0/decison unknown-key"));
  CHECK(has("did you mean \"decision\"?"));
  CHECK(has("d.json:4:5 /decisions/0 missing-key: the key \"decision\" is missing"));
  CHECK(has("d.json:5:15 /decisions/1/table unknown-table"));
  CHECK(has("did you mean \"customers\"?"));
  CHECK(has("d.json:5:61 /decisions/1/decision unknown-word"));
  CHECK(has("did you mean \"leave_behind\"?") == false);  // more than a third would have to change
  CHECK(has("/decisions/2/decision/set/totl unknown-column"));
  CHECK(has("did you mean \"total\"?"));
  CHECK(has("/decisions/2/decision/set/id wrong-type"));
  CHECK(has("/decisions/2 missing-key: the key \"person\" is missing"));
  CHECK(has("/decisions/3/group/reason unknown-word"));
  CHECK(has("did you mean \"out_of_range\"?"));
  CHECK(has("/decisions/3 missing-key: the key \"reason\" is missing"));
}

TEST_CASE("an entry says exactly which rows it is about") {
  CHECK(rules(read_entry(std::string(R"("decision": "retry")") + kBy)) == "no-selector");
  CHECK(rules(read_entry(std::string(R"("table": "orders", "decision": "retry")") + kBy)) ==
        "no-selector");
  CHECK(rules(read_entry(std::string(R"("source_key": ["1"], "decision": "retry")") + kBy)) ==
        "no-selector");
  CHECK(rules(read_entry(std::string(R"("quarantine_id": 1, "group": {"table": "orders",
      "column": "", "reason": "key_collision"}, "decision": "retry")") +
                         kBy)) == "two-selectors");
  CHECK(rules(read_entry(std::string(R"("group": {"table": "orders", "column": "total",
      "reason": "not_exact", "value": "1", "value_hex": "31"}, "decision": "retry")") +
                         kBy)) == "two-values");
  CHECK(rules(read_entry(std::string(R"("group": {"table": "orders", "column": "total",
      "reason": "not_exact", "value_hex": "3"}, "decision": "retry")") +
                         kBy)) == "not-hex");
  CHECK(rules(read_entry(std::string(R"("quarantine_id": 0, "decision": "retry")") + kBy)) ==
        "out-of-range");
}

TEST_CASE("a decision needs a person and a reason, unless it is still to be made") {
  CHECK(rules(read_entry(R"("quarantine_id": 1, "decision": null)")) == "");
  CHECK(rules(read_entry(
            R"("quarantine_id": 1, "decision": "retry", "person": "", "reason": "\t")")) ==
        "empty-text empty-text");
  CHECK(rules(read_entry(R"("quarantine_id": 1, "decision": {"set": {}})" + std::string(kBy))) ==
        "no-columns");
  CHECK(rules(read_entry(R"("quarantine_id": 1, "decision": 3)" + std::string(kBy))) ==
        "wrong-type");
}

TEST_CASE("U+0000, which would end an SQL parameter, is refused") {
  CHECK(rules(read_entry(R"("quarantine_id": 1, "decision": "retry", "person": "A\u0000",
      "reason": "x")")) == "nul-in-text");
  CHECK(rules(read_entry(R"("table": "orders", "source_key": ["1\u0000"], "decision": "retry")" +
                         std::string(kBy))) == "nul-in-text");
}

TEST_CASE("a key that stands twice is reported") {
  CHECK(rules(read_entry(R"("quarantine_id": 1, "quarantine_id": 2, "decision": null)")) ==
        "duplicate-key");
}

TEST_CASE("a file cut at any byte, or with any byte changed, is refused or read, never more") {
  const std::string good(kGood);
  for (std::size_t length = 0; length < good.size(); ++length) {
    const ReadDecisions cut = read(std::string_view(good).substr(0, length));
    INFO(length);
    CHECK_FALSE(cut.decisions);
    REQUIRE_FALSE(cut.findings.empty());
    CHECK(cut.findings.front().where.starts_with("d.json:"));
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char byte : {'\0', '"', '}', '\xff', '7'}) {
      std::string damaged = good;
      damaged[at] = byte;
      const ReadDecisions result = read(damaged);
      CHECK((result.decisions.has_value() || model::has_errors(result.findings)));
    }
  }
}

}  // namespace sluice::copy
