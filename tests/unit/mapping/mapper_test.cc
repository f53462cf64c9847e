#include "sluice/mapping/mapper.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::Carrier;
using mapping_fixture::has_rule;
using mapping_fixture::kNull;
using mapping_fixture::Mapped;
using mapping_fixture::row_of;
using mapping_fixture::rules;
using mapping_fixture::source;
using mapping_fixture::target;
using mapping_fixture::TestTable;
using mapping_fixture::Text;
using sluice::codec::Irregular;
using sluice::codec::Problem;
using sluice::mapping::Mapper;
using sluice::mapping::Outcome;
using sluice::mapping::TableMapping;

namespace {

/// The customers of the article: two name columns become one, old statuses become new ones.
TableMapping customers() {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false), source("first_name"), source("last_name"),
                    source("status"), source("note")};
  mapping.target = {target("customer_id", Carrier::int8, false),
                    target("full_name", Carrier::text, false),
                    target("status", Carrier::text, false)};
  mapping.rules = rules(R"({
    "columns": {
      "customer_id": "id",
      "full_name": {
        "concat": [
          {"column": "first_name", "steps": ["trim", "collapse_spaces", {"strip_prefixes": ["Dr. ", "Dr ", "Mrs. "]}], "missing": "skip"},
          {"column": "last_name", "steps": ["trim"], "missing": "skip"}
        ],
        "separator": " ", "all_missing": "quarantine", "lossy": true, "keep_rest": true
      },
      "status": {"from": "status", "steps": ["trim",
        {"map": {"trial": "pending", "active": "current", "suspended": "on_hold"}, "otherwise": "quarantine"}]}
    },
    "drop": [{"column": "note", "lossy": true, "keep_rest": true, "reason": "nobody reads it"}]
  })");
  mapping.key = {0};
  return mapping;
}

std::vector<std::vector<Text>> kNoRest;

}  // namespace

TEST_CASE("first and last name become one name, and both stay findable in the rest") {
  TestTable table(customers());
  const Mapped mapped = table.map({"7", "Ada", "Lovelace", "trial", kNull});
  CHECK(mapped.outcome == Outcome::mapped);
  CHECK(mapped.row == std::vector<Text>{"7", "Ada Lovelace", "pending"});
  CHECK(mapped.rest == std::vector<std::vector<Text>>{{"[\"7\"]", "first_name", "Ada"},
                                                      {"[\"7\"]", "last_name", "Lovelace"}});
}

TEST_CASE("a name without a last name is taken as it is and leaves nothing behind") {
  TestTable table(customers());
  const Mapped mapped = table.map({"8", "Acme GmbH", kNull, "active", kNull});
  CHECK(mapped.row == std::vector<Text>{"8", "Acme GmbH", "current"});
  CHECK(mapped.rest == kNoRest);
}

TEST_CASE("titles and doubled spaces go, and the full old value is kept") {
  TestTable table(customers());
  const Mapped mapped = table.map({"9", "  dr.  Grace ", "", "active", kNull});
  CHECK(mapped.row == std::vector<Text>{"9", "Grace", "current"});
  CHECK(mapped.rest == std::vector<std::vector<Text>>{{"[\"9\"]", "first_name", "  dr.  Grace "},
                                                      {"[\"9\"]", "last_name", ""}});
}

TEST_CASE("a row without any name goes to quarantine with both buffers untouched") {
  TestTable table(customers());
  const Mapped mapped = table.map({"10", "  ", kNull, "active", "a note"});
  CHECK(mapped.outcome == Outcome::quarantined);
  CHECK(mapped.bytes.empty());
  CHECK(mapped.rest == kNoRest);
  REQUIRE(mapped.problems.size() == 1);
  CHECK(mapped.problems[0].problem == Problem::missing_part);
  CHECK(mapped.problems[0].target_column == "full_name");
}

TEST_CASE("every problem of a row is reported, each with its raw value") {
  TestTable table(customers());
  const Mapped mapped = table.map({"11", kNull, kNull, " frozen? ", kNull});
  REQUIRE(mapped.problems.size() == 2);
  CHECK(mapped.problems[1].problem == Problem::unmapped_value);
  CHECK(mapped.problems[1].source_column == 3);
  CHECK(mapped.problems[1].raw == " frozen? ");
}

TEST_CASE("a dropped column's values are kept where the mapping says so") {
  TestTable table(customers());
  const Mapped mapped = table.map({"12", "Bo", kNull, "trial", "calls\ton \"Monday\""});
  CHECK(mapped.rest ==
        std::vector<std::vector<Text>>{{"[\"12\"]", "note", "calls\ton \"Monday\""}});
}

TEST_CASE("a mapper tells of each row in which lossy columns it lost something") {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false), source("a"), source("b"), source("c")};
  mapping.target = {target("id", Carrier::int4), target("cut"), target("joined"), target("as_is")};
  mapping.rules = rules(R"({"columns": {"id": {"from": "id"}, "as_is": {"from": "c"},
    "cut": {"from": "a", "steps": [{"truncate": 3}], "lossy": true},
    "joined": {"concat": [{"column": "a", "missing": "skip"}, {"column": "b", "missing": "skip"}],
               "separator": " ", "all_missing": "null", "lossy": true}}})");
  TestTable table(mapping);
  const auto lost = [&](const std::vector<Text>& row) {
    REQUIRE(table.map(row).outcome == Outcome::mapped);
    std::string text;
    for (const char flag : table.mapper().lost()) text += flag != 0 ? 'x' : '-';
    return text;
  };
  CHECK(lost({"1", "abc", kNull, "d"}) == "----");
  CHECK(lost({"2", "abcd", kNull, "d"}) == "-x--");
  CHECK(lost({"3", "abc", "b", "d"}) == "--x-");
  CHECK(lost({"4", "abcd", "b", "d"}) == "-xx-");
  CHECK(lost({"5", kNull, kNull, kNull}) == "----");
  mapping.rules.rules.clear();
  mapping.rules.same_names = true;
  mapping.target = {target("id", Carrier::int4), target("a")};
  mapping.rules.drops = {{"b", true, false, "x"}, {"c", true, false, "x"}};
  CHECK(TestTable(mapping).mapper().lost().empty());
}

TEST_CASE("after a quarantined row the next one maps as if nothing had been") {
  TestTable table(customers());
  const Mapped before = table.map({"1", "Ada", "Lovelace", "trial", "x"});
  CHECK(table.map({"2", kNull, kNull, "?", "y"}).outcome == Outcome::quarantined);
  const Mapped after = table.map({"1", "Ada", "Lovelace", "trial", "x"});
  CHECK(after.bytes == before.bytes);
  CHECK(after.rest == before.rest);
}

TEST_CASE("a case decides by other columns, and what it does not read is kept") {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false), source("email"), source("email2")};
  mapping.target = {target("contact")};
  mapping.rules = rules(R"({"columns": {"contact": {
    "cases": [{"when": {"column": "email", "op": "is_blank"}, "from": "email2"},
              {"from": "email", "steps": ["lower"]}],
    "lossy": true, "keep_rest": true}}})");
  mapping.key = {0};
  TestTable table(mapping);
  CHECK(table
            .map({
                "1",
                " ",
                "b@x",
            })
            .row == std::vector<Text>{"b@x"});
  const Mapped both = table.map({"2", "A@x", "b@x"});
  CHECK(both.row == std::vector<Text>{"a@x"});
  CHECK(both.rest ==
        std::vector<std::vector<Text>>{{"[\"2\"]", "email", "A@x"}, {"[\"2\"]", "email2", "b@x"}});
}

TEST_CASE("a row to which no case applies goes to quarantine") {
  TableMapping mapping;
  mapping.source = {source("a")};
  mapping.target = {target("b")};
  mapping.rules = rules(R"({"columns": {"b": {"cases": [
    {"when": {"column": "a", "op": "=", "value": "x"}, "from": "a"}]}}})");
  TestTable table(mapping);
  CHECK(table.map({"x"}).outcome == Outcome::mapped);
  CHECK(table.map({"y"}).problems.at(0).problem == Problem::unmapped_value);
  CHECK(table.map({kNull}).outcome == Outcome::quarantined);
}

TEST_CASE("rows for which the filter is not true are filtered, unknown included") {
  TableMapping mapping;
  mapping.source = {source("deleted", Carrier::int2)};
  mapping.target = {target("deleted", Carrier::int2)};
  mapping.rules =
      rules(R"({"same_names": true, "filter": {"column": "deleted", "op": "=", "value": 0}})");
  TestTable table(mapping);
  CHECK(table.map({"0"}).outcome == Outcome::mapped);
  CHECK(table.map({"1"}).outcome == Outcome::filtered);
  CHECK(table.map({kNull}).outcome == Outcome::filtered);
  CHECK_FALSE(table.mapper().is_identity());
}

TEST_CASE("a zero date in a date column goes to quarantine with its own text") {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4), source("born", Carrier::date)};
  mapping.target = {target("id", Carrier::int4), target("born", Carrier::date)};
  mapping.rules.same_names = true;
  TestTable table(mapping);
  CHECK(table.mapper().is_identity());
  sluice::codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_int32(1);
  rows.put_bytes(std::string_view("0000-00-00"));
  rows.end_row();
  const Irregular irregular{0, 1, Problem::zero_date};
  const Mapped mapped = table.map_row(std::string(rows.row(0)), {irregular});
  CHECK(mapped.outcome == Outcome::quarantined);
  REQUIRE(mapped.problems.size() == 1);
  CHECK(mapped.problems[0].problem == Problem::zero_date);
  CHECK(mapped.problems[0].raw == "0000-00-00");
  CHECK(mapped.problems[0].source_column == 1);
}

TEST_CASE("a date column read as text may turn zero dates into NULL and still be exact otherwise") {
  TableMapping mapping;
  mapping.source = {source("born")};
  mapping.source[0].natural = Carrier::date;
  mapping.target = {target("born", Carrier::date)};
  mapping.rules = rules(R"({"columns": {"born": {"from": "born",
    "steps": [{"null_if": ["0000-00-00"]}], "lossy": true}}})");
  TestTable table(mapping);
  CHECK(table.map({"0000-00-00"}).row == std::vector<Text>{kNull});
  CHECK(table.map({"1999-12-31"}).row == std::vector<Text>{"1999-12-31"});
  CHECK(table.map({"2020-00-15"}).problems.at(0).problem == Problem::part_zero_date);
}

TEST_CASE("needed_source_carrier asks for text only where steps must see dates that are none") {
  const auto with_steps = rules(
      R"({"columns": {"d": {"from": "d", "steps": [{"null_if": ["0000-00-00"]}], "lossy": true}}})");
  const auto plain = rules(R"({"columns": {"d": "d"}})");
  using sluice::mapping::needed_source_carrier;
  CHECK(needed_source_carrier(with_steps.rules[0], "d", Carrier::date) == Carrier::text);
  CHECK(needed_source_carrier(with_steps.rules[0], "d", Carrier::int4) == Carrier::int4);
  CHECK(needed_source_carrier(with_steps.rules[0], "other", Carrier::date) == Carrier::date);
  CHECK(needed_source_carrier(plain.rules[0], "d", Carrier::timestamp) == Carrier::timestamp);
}

TEST_CASE("timestamps change their zone only by the offset that the rule names") {
  TableMapping mapping;
  mapping.source = {source("at", Carrier::timestamp)};
  mapping.target = {target("at", Carrier::timestamptz)};
  mapping.rules = rules(R"({"columns": {"at": {"from": "at", "time_zone": "+02:00"}}})");
  TestTable table(mapping);
  CHECK(table.map({"2024-03-01 01:30:00"}).row == std::vector<Text>{"2024-02-29 23:30:00+00"});
  CHECK(table.map({"infinity"}).row == std::vector<Text>{"infinity"});
  mapping.rules = rules(R"({"same_names": true})");
  CHECK(has_rule(sluice::mapping::check_mapping(mapping, "t"), "time-zone-missing"));
  CHECK_THROWS_AS(Mapper(mapping), sluice::model::Error);
}

TEST_CASE("a time zone on which nothing depends is warned of") {
  TableMapping mapping;
  mapping.source = {source("at", Carrier::interval)};
  mapping.target = {target("at", Carrier::interval)};
  mapping.rules = rules(R"({"columns": {"at": {"from": "at", "time_zone": "+02:00"}}})");
  CHECK(has_rule(sluice::mapping::check_mapping(mapping, "t"), "time-zone-unused"));
  CHECK_NOTHROW(Mapper(mapping));
  mapping.source = {source("at", Carrier::timestamp)};
  mapping.target = {target("at", Carrier::timestamptz)};
  CHECK(sluice::mapping::check_mapping(mapping, "t").empty());
}

TEST_CASE("a timestamptz read as text still needs its time zone to become a timestamp") {
  TableMapping mapping;
  mapping.source = {source("at")};
  mapping.source[0].natural = Carrier::timestamptz;
  mapping.target = {target("at", Carrier::timestamp)};
  mapping.rules = rules(
      R"({"columns": {"at": {"from": "at", "steps": [{"null_if": ["0000-00-00 00:00:00"]}], "lossy": true}}})");
  CHECK(has_rule(sluice::mapping::check_mapping(mapping, "t"), "time-zone-missing"));
  mapping.rules.rules[0].time_zone = "+01:00";
  TestTable table(mapping);
  CHECK(table.map({"2024-01-01 00:00:00"}).row == std::vector<Text>{"2024-01-01 01:00:00"});
}

TEST_CASE("numbers and dates that were kept as text are parsed by the form that the rule states") {
  TableMapping mapping;
  mapping.source = {source("amount"), source("born")};
  mapping.target = {target("amount", Carrier::numeric), target("born", Carrier::date)};
  mapping.target[0].fit.precision = 12;
  mapping.target[0].fit.scale = 2;
  mapping.rules = rules(R"({"columns": {
    "amount": {"from": "amount", "steps": ["trim", {"number": {"decimal": ",", "group": "."}}]},
    "born": {"from": "born", "steps": [{"date": "%d.%m.%Y"}]}}})");
  TestTable table(mapping);
  CHECK(table.map({" 1.234,5", "31.12.1999"}).row == std::vector<Text>{"1234.50", "1999-12-31"});
  CHECK(table.map({"-1.234.567,89", kNull}).row == std::vector<Text>{"-1234567.89", kNull});
  CHECK(table.map({"12.34,5", kNull}).problems.at(0).problem == Problem::not_a_number);
  CHECK(table.map({"1,234", kNull}).problems.at(0).problem == Problem::not_exact);
  CHECK(table.map({"99999999999,00", kNull}).problems.at(0).problem == Problem::out_of_range);
  CHECK(table.map({kNull, "31.02.1999"}).problems.at(0).problem == Problem::invalid_date);
  CHECK(table.map({kNull, "00.00.0000"}).problems.at(0).problem == Problem::zero_date);
}

TEST_CASE("a decision replaces what the rule would make, and the row maps") {
  TestTable table(customers());
  const std::string row = row_of(table.source_carriers(), {"11", "Ada", kNull, "frozen?", kNull});
  sluice::mapping::Overrides decided{{"status", "on_hold"}};
  const Mapped mapped = table.map_row(row, {}, &decided);
  CHECK(mapped.outcome == Outcome::mapped);
  CHECK(mapped.row == std::vector<Text>{"11", "Ada", "on_hold"});
  decided = {{"status", std::nullopt}};
  CHECK(table.map_row(row, {}, &decided).problems.at(0).problem == Problem::null_not_allowed);
  decided = {{"customer_id", "eleven"}, {"status", "on_hold"}};
  const Mapped refused = table.map_row(row, {}, &decided);
  REQUIRE(refused.problems.size() == 1);
  CHECK(refused.problems[0].raw == "eleven");
  decided = {{"no_such_column", "1"}};
  CHECK_THROWS_AS((void)table.map_row(row, {}, &decided), sluice::model::Error);
}

TEST_CASE(
    "a decision for an irregular column settles it, and another irregular column does not pass") {
  TableMapping mapping;
  mapping.source = {source("a", Carrier::date), source("b", Carrier::date)};
  mapping.target = {target("a", Carrier::date), target("b", Carrier::date)};
  mapping.rules.same_names = true;
  TestTable table(mapping);
  sluice::codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_bytes(std::string_view("0000-00-00"));
  rows.put_bytes(std::string_view("0000-00-00"));
  rows.end_row();
  const std::vector<Irregular> both{{0, 0, Problem::zero_date}, {0, 1, Problem::zero_date}};
  sluice::mapping::Overrides decided{{"a", "2001-01-01"}, {"b", std::nullopt}};
  CHECK(table.map_row(std::string(rows.row(0)), both, &decided).row ==
        std::vector<Text>{"2001-01-01", kNull});
  decided.erase("b");
  CHECK(table.map_row(std::string(rows.row(0)), both, &decided).problems.size() == 1);
}

TEST_CASE("an irregular column that nothing but a drop names does not hold the row up") {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4), source("junk")};
  mapping.target = {target("id", Carrier::int4)};
  mapping.rules = rules(
      R"({"columns": {"id": "id"}, "drop": [{"column": "junk", "lossy": true, "reason": "old"}]})");
  mapping.key = {0};
  sluice::codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_int32(1);
  rows.put_bytes(std::string_view("\xFF"));
  rows.end_row();
  const std::vector<Irregular> irregular{{0, 1, Problem::invalid_utf8}};
  CHECK(TestTable(mapping).map_row(std::string(rows.row(0)), irregular).outcome == Outcome::mapped);
  mapping.rules.drops[0].keep_rest = true;
  const Mapped kept = TestTable(mapping).map_row(std::string(rows.row(0)), irregular);
  CHECK(kept.outcome == Outcome::quarantined);
  CHECK(kept.problems.at(0).problem == Problem::invalid_utf8);
}

TEST_CASE("a filter that an irregular field decides sends the row to quarantine") {
  TableMapping mapping;
  mapping.source = {source("gone", Carrier::date), source("id", Carrier::int4)};
  mapping.target = {target("id", Carrier::int4)};
  mapping.rules = rules(
      R"({"columns": {"id": "id"}, "drop": [{"column": "gone", "lossy": true, "reason": "old"}],
    "filter": {"or": [{"column": "id", "op": "=", "value": 1}, {"column": "gone", "op": ">", "value": "2020-01-01"}]}})");
  TestTable table(mapping);
  const auto row_with_id = [](std::int32_t id) {
    sluice::codec::RowBuffer rows;
    rows.begin_row(2);
    rows.put_bytes(std::string_view("0000-00-00"));
    rows.put_int32(id);
    rows.end_row();
    return std::string(rows.row(0));
  };
  const std::vector<Irregular> irregular{{0, 0, Problem::zero_date}};
  CHECK(table.map_row(row_with_id(1), irregular).outcome == Outcome::mapped);
  const Mapped undecided = table.map_row(row_with_id(2), irregular);
  CHECK(undecided.outcome == Outcome::quarantined);
  CHECK(undecided.problems.at(0).problem == Problem::zero_date);
  CHECK(undecided.problems.at(0).target_column.empty());
}

TEST_CASE("a case that an irregular field decides names that field") {
  TableMapping mapping;
  mapping.source = {source("day", Carrier::date), source("a")};
  mapping.target = {target("b")};
  mapping.rules = rules(R"({"columns": {"b": {"cases": [
    {"when": {"column": "day", "op": "<", "value": "2000-01-01"}, "constant": "old"}, {"from": "a"}], "lossy": true}}})");
  sluice::codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_bytes(std::string_view("0000-00-00"));
  rows.put_bytes(std::string_view("x"));
  rows.end_row();
  const Mapped mapped =
      TestTable(mapping).map_row(std::string(rows.row(0)), {{0, 0, Problem::zero_date}});
  REQUIRE(mapped.problems.size() == 1);
  CHECK(mapped.problems[0].problem == Problem::zero_date);
  CHECK(mapped.problems[0].source_column == 0);
  CHECK(mapped.problems[0].target_column == "b");
}

TEST_CASE("a mapper of equal columns is the identity only while every value is sure to fit") {
  TableMapping mapping;
  mapping.source = {source("a", Carrier::int4, false), source("b")};
  mapping.target = {target("a", Carrier::int4, false), target("b")};
  mapping.rules.same_names = true;
  CHECK(Mapper(mapping).is_identity());
  SECTION("a shorter target column") {
    mapping.target[1].fit.max_characters = 10;
    CHECK_FALSE(Mapper(mapping).is_identity());
    mapping.source[1].type.base = "varchar";
    mapping.source[1].type.length = 10;
    CHECK(Mapper(mapping).is_identity());
  }
  SECTION("NULL that may not arrive") {
    mapping.source[0].nullable = true;
    CHECK_FALSE(Mapper(mapping).is_identity());
  }
  SECTION("another order") {
    std::swap(mapping.target[0], mapping.target[1]);
    CHECK_FALSE(Mapper(mapping).is_identity());
  }
  SECTION("a column more on one side") {
    mapping.source.push_back(source("c"));
    CHECK_FALSE(Mapper(mapping).is_identity());
  }
}

TEST_CASE("blank-padded columns hold what the server gives back") {
  TableMapping mapping;
  mapping.source = {source("code")};
  mapping.target = {target("code")};
  mapping.target[0].fit.max_characters = 4;
  mapping.target[0].fit.blank_padded = true;
  mapping.rules.same_names = true;
  TestTable table(mapping);
  CHECK(table.map({"a\xC3\xA9"}).row == std::vector<Text>{"a\xC3\xA9  "});
  CHECK(table.map({"abcd"}).row == std::vector<Text>{"abcd"});
  CHECK(table.map({"abcd "}).problems.at(0).problem == Problem::too_long);
}

TEST_CASE(
    "json reaches jsonb in its normal form, and loses duplicate keys only where that is admitted") {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false), source("doc", Carrier::json)};
  mapping.target = {target("doc", Carrier::jsonb)};
  mapping.rules = rules(
      R"({"columns": {"doc": "doc"}, "drop": [{"column": "id", "lossy": true, "reason": "new ids"}]})");
  mapping.key = {0};
  TestTable strict(mapping);
  CHECK(strict.map({"1", R"({"bb":1,"a":[1.0,  2]})"}).row ==
        std::vector<Text>{R"({"a": [1.0, 2], "bb": 1})"});
  CHECK(strict.map({"1", R"({"a":1,"a":2})"}).problems.at(0).problem ==
        Problem::duplicate_json_key);
  mapping.rules.rules[0].lossy = true;
  mapping.rules.rules[0].keep_rest = true;
  TestTable lossy(mapping);
  const Mapped mapped = lossy.map({"1", R"({"a":1,"a":2})"});
  CHECK(mapped.row == std::vector<Text>{R"({"a": 2})"});
  CHECK(mapped.rest == std::vector<std::vector<Text>>{{"[\"1\"]", "doc", R"({"a":1,"a":2})"}});
  CHECK(lossy.map({"1", R"({"a":1})"}).rest == kNoRest);
}

TEST_CASE("constants are read once and put into every row") {
  TableMapping mapping;
  mapping.source = {source("a", Carrier::int4)};
  mapping.target = {target("a", Carrier::int4), target("origin"), target("vip", Carrier::boolean),
                    target("rate", Carrier::numeric), target("none")};
  mapping.target[3].fit.precision = 5;
  mapping.target[3].fit.scale = 2;
  mapping.rules =
      rules(R"({"columns": {"a": "a", "origin": {"constant": "old crm"}, "vip": {"constant": true},
    "rate": {"constant": "1.5"}, "none": {"constant": null}}})");
  TestTable table(mapping);
  CHECK(table.map({"1"}).row == std::vector<Text>{"1", "old crm", "t", "1.50", kNull});
  mapping.rules =
      rules(R"({"columns": {"a": "a", "origin": {"constant": "x"}, "vip": {"constant": "maybe"},
    "rate": {"constant": "1.555"}, "none": {"constant": null}}})");
  const auto findings = sluice::mapping::check_mapping(mapping, "t");
  CHECK(findings.size() == 2);
  CHECK(has_rule(findings, "bad-constant"));
}

TEST_CASE("rows that are not rows of the table throw and write nothing") {
  TestTable table(customers());
  const std::string good = row_of(table.source_carriers(), {"1", "Ada", "L", "trial", "n"});
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    CHECK_THROWS_AS((void)table.map_row(good.substr(0, cut), {}), sluice::model::Error);
  }
  CHECK_THROWS_AS((void)table.map_row(good + "x", {}), sluice::model::Error);
  CHECK(table.map_row(good, {}).outcome == Outcome::mapped);
}

TEST_CASE("what a mapping names and the tables do not have is found with the nearest name") {
  TableMapping mapping;
  mapping.source = {source("email")};
  mapping.target = {target("email")};
  mapping.rules =
      rules(R"({"columns": {"email": "emial"}, "filter": {"column": "emali", "op": "is_null"}})");
  const auto findings = sluice::mapping::check_mapping(mapping, "crm.customers");
  REQUIRE(findings.size() == 2);
  for (const auto& finding : findings) {
    CHECK(finding.rule == "unknown-source-column");
    CHECK(finding.action == "did you mean \"email\"?");
  }
}
