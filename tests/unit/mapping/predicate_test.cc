#include "mapping/predicate.h"

#include <catch2/catch_test_macros.hpp>

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::binary;
using mapping_fixture::kNull;
using mapping_fixture::rules;
using mapping_fixture::source;
using mapping_fixture::Text;
using sluice::codec::Carrier;
using sluice::mapping::FieldValue;
using sluice::mapping::Predicate;
using sluice::mapping::SourceField;
using sluice::mapping::Truth;

namespace {

const std::vector<SourceField>& fields() {
  static const std::vector<SourceField> kFields = [] {
    std::vector<SourceField> out = {source("i", Carrier::int4),
                                    source("t"),
                                    source("n", Carrier::numeric),
                                    source("d", Carrier::date),
                                    source("f", Carrier::float8),
                                    source("c"),
                                    source("late"),
                                    source("b", Carrier::boolean)};
    out[5].type.base = "bpchar";
    out[5].type.length = 4;
    out[6].natural = Carrier::date;
    return out;
  }();
  return kFields;
}

/// The condition asked of one row; texts in the order of fields().
Truth ask(std::string_view condition, std::vector<Text> texts,
          std::optional<std::size_t> irregular = {}) {
  const auto read = rules(R"({"filter": )" + std::string(condition) + "}");
  std::vector<sluice::model::Finding> findings;
  sluice::mapping::check_condition(*read.filter, fields(), "t", findings);
  REQUIRE(findings.empty());
  const Predicate predicate(*read.filter, fields());
  texts.resize(fields().size());
  std::vector<std::string> bytes(texts.size());
  std::vector<FieldValue> row(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i]) continue;
    bytes[i] = binary(fields()[i].carrier, *texts[i]);
    row[i] = {false, sluice::codec::Problem::none, bytes[i]};
  }
  if (irregular) row[*irregular] = {false, sluice::codec::Problem::zero_date, "0000-00-00"};
  std::string scratch;
  return predicate.evaluate(row, scratch);
}

bool refused(std::string_view condition) {
  const auto read = rules(R"({"filter": )" + std::string(condition) + "}");
  std::vector<sluice::model::Finding> findings;
  sluice::mapping::check_condition(*read.filter, fields(), "t", findings);
  return !findings.empty();
}

}  // namespace

TEST_CASE("numbers and dates are compared by value") {
  CHECK(ask(R"({"column": "i", "op": ">", "value": -5})", {"-4"}) == Truth::yes);
  CHECK(ask(R"({"column": "i", "op": "<=", "value": 7})", {"8"}) == Truth::no);
  CHECK(ask(R"({"column": "n", "op": "=", "value": 1.10})", {kNull, kNull, "1.1"}) == Truth::yes);
  CHECK(ask(R"({"column": "n", "op": "<", "value": -0.5})", {kNull, kNull, "-10000.00001"}) ==
        Truth::yes);
  CHECK(ask(R"({"column": "n", "op": ">", "value": 99999})", {kNull, kNull, "100000"}) ==
        Truth::yes);
  CHECK(ask(R"({"column": "n", "op": ">", "value": 100})", {kNull, kNull, "NaN"}) == Truth::yes);
  CHECK(ask(R"({"column": "d", "op": ">=", "value": "2020-01-01"})",
            {kNull, kNull, kNull, "2019-12-31"}) == Truth::no);
  CHECK(ask(R"({"column": "f", "op": "=", "value": 0})", {kNull, kNull, kNull, kNull, "-0"}) ==
        Truth::yes);
  CHECK(ask(R"({"column": "f", "op": "=", "value": "NaN"})", {kNull, kNull, kNull, kNull, "NaN"}) ==
        Truth::yes);
}

TEST_CASE("text is compared byte for byte, and char(n) without its blanks") {
  CHECK(ask(R"({"column": "t", "op": "=", "value": "a"})", {kNull, "A"}) == Truth::no);
  CHECK(ask(R"({"column": "t", "op": "=", "value": "a"})", {kNull, "a "}) == Truth::no);
  CHECK(ask(R"({"column": "t", "op": "in", "values": ["b", "a"]})", {kNull, "a"}) == Truth::yes);
  CHECK(ask(R"({"column": "c", "op": "=", "value": "a"})",
            {kNull, kNull, kNull, kNull, kNull, "a   "}) == Truth::yes);
  CHECK(ask(R"({"column": "c", "op": "in", "values": ["a "]})",
            {kNull, kNull, kNull, kNull, kNull, "a   "}) == Truth::yes);
  CHECK(ask(R"({"column": "t", "op": "ends_with", "values": [" GmbH", " Ltd"]})",
            {kNull, "Acme Ltd"}) == Truth::yes);
  CHECK(ask(R"({"column": "t", "op": "starts_with", "values": ["Dr"]})", {kNull, "dr"}) ==
        Truth::no);
  CHECK(ask(R"({"column": "t", "op": "contains", "values": ["@"]})", {kNull, "a@b"}) == Truth::yes);
  CHECK(ask(R"({"column": "t", "op": "is_blank"})", {kNull, "\xC2\xA0\t "}) == Truth::yes);
  CHECK(ask(R"({"column": "t", "op": "is_blank"})", {}) == Truth::yes);
  CHECK(ask(R"({"column": "t", "op": "is_null"})", {kNull, ""}) == Truth::no);
}

TEST_CASE("logic has three values") {
  constexpr std::string_view kUnknown = R"({"column": "i", "op": "=", "value": 1})";
  const std::string u(kUnknown);
  const std::string yes = R"({"column": "t", "op": "=", "value": "x"})";
  const std::string no = R"({"column": "t", "op": "<>", "value": "x"})";
  CHECK(ask(u, {}) == Truth::unknown);
  CHECK(ask(R"({"not": )" + u + "}", {}) == Truth::unknown);
  CHECK(ask(R"({"and": [)" + u + "," + yes + "]}", {kNull, "x"}) == Truth::unknown);
  CHECK(ask(R"({"and": [)" + u + "," + no + "]}", {kNull, "x"}) == Truth::no);
  CHECK(ask(R"({"or": [)" + u + "," + yes + "]}", {kNull, "x"}) == Truth::yes);
  CHECK(ask(R"({"or": [)" + u + "," + no + "]}", {kNull, "x"}) == Truth::unknown);
  CHECK(ask(R"({"not": {"and": [)" + u + "," + no + "]}}", {kNull, "x"}) == Truth::yes);
}

TEST_CASE("an irregular field leaves undecided only what hangs on it") {
  const std::string date = R"({"column": "d", "op": "<", "value": "2020-01-01"})";
  const std::string yes = R"({"column": "i", "op": "=", "value": 1})";
  CHECK(ask(date, {"1"}, 3) == Truth::undecidable);
  CHECK(ask(R"({"not": )" + date + "}", {"1"}, 3) == Truth::undecidable);
  CHECK(ask(R"({"or": [)" + date + "," + yes + "]}", {"1"}, 3) == Truth::yes);
  CHECK(ask(R"({"and": [)" + date + "," + yes + "]}", {"2"}, 3) == Truth::no);
  CHECK(ask(R"({"column": "d", "op": "is_null"})", {}, 3) == Truth::no);
}

TEST_CASE("a date that is read as text is compared as a date") {
  const std::vector<Text> row = {kNull, kNull, kNull, kNull, kNull, kNull, "2019-05-05"};
  CHECK(ask(R"({"column": "late", "op": "<", "value": "2020-01-01"})", row) == Truth::yes);
  std::vector<Text> zero = row;
  zero[6] = "0000-00-00";
  CHECK(ask(R"({"column": "late", "op": "<", "value": "2020-01-01"})", zero) == Truth::undecidable);
}

TEST_CASE("questions without meaning are refused before any row is read") {
  CHECK(refused(R"({"column": "t", "op": "<", "value": "m"})"));
  CHECK(refused(R"({"column": "i", "op": "contains", "values": ["1"]})"));
  CHECK(refused(R"({"column": "i", "op": "=", "value": "one"})"));
  CHECK(refused(R"({"column": "d", "op": "=", "value": "2020-02-30"})"));
  CHECK(refused(R"({"column": "missing", "op": "is_null"})"));
  CHECK(refused(R"({"column": "i", "op": "=", "value": 1.5})"));
  CHECK_FALSE(refused(R"({"column": "i", "op": "=", "value": true})"));
  CHECK_FALSE(refused(R"({"column": "b", "op": "=", "value": true})"));
}
