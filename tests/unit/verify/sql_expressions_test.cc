#include "verify/sql_expressions.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

using sluice::config::Measure;
using sluice::mapping::Condition;
using sluice::mapping::Literal;
using sluice::model::ColumnType;
using sluice::model::Engine;
using sluice::verify::ColumnTypes;
using sluice::verify::condition_sql;
using sluice::verify::measure_sql;
using sluice::verify::normalized;
using sluice::verify::value_class;
using sluice::verify::ValueClass;

namespace {

ColumnType type(const std::string& base) {
  ColumnType made;
  made.sql = made.base = base;
  return made;
}

const ColumnTypes& types() {
  static const ColumnTypes kTypes{{"t", type("varchar")},
                                  {"n", type("int4")},
                                  {"d", type("date")},
                                  {"b", type("bool")},
                                  {"weird \"`", type("text")}};
  return kTypes;
}

Condition leaf(Condition::Op op, const std::string& column, std::vector<Literal> values = {}) {
  Condition made;
  made.op = op;
  made.column = column;
  made.values = std::move(values);
  return made;
}

Literal text(const std::string& value) { return {Literal::Kind::text, value}; }

std::string pg(const Condition& condition) {
  return condition_sql(Engine::postgresql, condition, types());
}
std::string my(const Condition& condition) {
  return condition_sql(Engine::mariadb, condition, types());
}

/// How the bytes of a text are asked for, however long it is and whatever is made of them.
std::string bytes_of(const std::string& text) {
  return "IFNULL(CAST(" + text + " AS BINARY), CONVERT(" + text + " USING binary))";
}

}  // namespace

TEST_CASE("text is compared byte for byte on both engines") {
  const Condition condition = leaf(Condition::Op::equal, "t", {text("A'b")});
  CHECK(pg(condition) == R"((("t"::text COLLATE "C") = 'A''b'))");
  CHECK(my(condition) == "(" + bytes_of("CONVERT(`t` USING utf8mb4)") + " = x'412762')");
}

TEST_CASE("a latin1 text is the bytes that the mapping says it is") {
  using sluice::mapping::Latin1Holds;
  const auto expression = [](Latin1Holds holds, Engine engine) {
    return sluice::verify::text_expression(engine, "t", {type("varchar"), holds});
  };
  const std::string converted = bytes_of("CONVERT(`t` USING utf8mb4)");
  const std::string stored = bytes_of("`t`");
  CHECK(expression(Latin1Holds::latin1, Engine::mariadb) == converted);
  CHECK(expression(Latin1Holds::utf8, Engine::mysql) == stored);
  CHECK(expression(Latin1Holds::both, Engine::mariadb) ==
        "IF(" + bytes_of("CONVERT(" + stored + " USING utf8mb4)") + " = " + stored + ", " + stored +
            ", " + converted + ")");
}

TEST_CASE("numbers stand as digits, never as text that a server would read its own way") {
  CHECK(pg(leaf(Condition::Op::greater_equal, "n", {text("12.50")})) == R"(("n" >= 12.50))");
  CHECK(my(leaf(Condition::Op::less, "n", {text("true")})) == "(`n` < 1)");
  CHECK_THROWS_AS(my(leaf(Condition::Op::less, "n", {text("1 OR 1=1")})), sluice::model::Error);
  CHECK_THROWS_AS(pg(leaf(Condition::Op::equal, "n", {text("NaN")})), sluice::model::Error);
}

TEST_CASE("a literal cannot leave its quotes") {
  CHECK(pg(leaf(Condition::Op::equal, "d", {text("'; DROP TABLE x; --")})) ==
        R"(("d" = '''; DROP TABLE x; --'))");
  CHECK(pg(leaf(Condition::Op::is_null, "weird \"`")) == R"(("weird ""`" IS NULL))");
  CHECK(my(leaf(Condition::Op::is_null, "weird \"`")) == "(`weird \"``` IS NULL)");
}

TEST_CASE("conditions nest, and empty ones keep the meaning of their word") {
  Condition both;
  both.op = Condition::Op::all_of;
  both.children = {leaf(Condition::Op::is_null, "t"),
                   leaf(Condition::Op::equal, "b", {text("true")})};
  Condition none;
  none.op = Condition::Op::negation;
  none.children = {both};
  CHECK(pg(none) == R"((NOT (("t" IS NULL) AND ("b" = TRUE))))");
  Condition empty;
  empty.op = Condition::Op::all_of;
  CHECK(pg(empty) == "TRUE");
  empty.op = Condition::Op::any_of;
  CHECK(pg(empty) == "FALSE");
  CHECK(pg(leaf(Condition::Op::in, "n")) == "FALSE");
  CHECK(pg(leaf(Condition::Op::in, "n", {text("1"), text("2")})) == R"((("n" = 1) OR ("n" = 2)))");
}

TEST_CASE("text has no order, and unknown columns are named") {
  CHECK_THROWS_AS(pg(leaf(Condition::Op::less, "t", {text("a")})), sluice::model::Error);
  CHECK_THROWS_AS(pg(leaf(Condition::Op::is_null, "nobody")), sluice::model::Error);
  CHECK_THROWS_AS(pg(leaf(Condition::Op::contains, "n", {text("1")})), sluice::model::Error);
  CHECK_THROWS_AS(pg(leaf(Condition::Op::equal, "n")), sluice::model::Error);
}

TEST_CASE("a sum is of numbers only; every figure comes as text") {
  CHECK(measure_sql(Engine::postgresql, Measure::count, "", types()) == "(count(*))::text");
  CHECK(measure_sql(Engine::mariadb, Measure::sum, "n", types()) == "CAST(sum(`n`) AS CHAR)");
  CHECK(measure_sql(Engine::postgresql, Measure::null_count, "t", types()) ==
        R"((count(*) - count("t"))::text)");
  CHECK_THROWS_AS(measure_sql(Engine::postgresql, Measure::sum, "t", types()),
                  sluice::model::Error);
}

TEST_CASE("zeros at the end of a fraction say nothing, other zeros do") {
  CHECK(normalized(ValueClass::decimal, "1.500") == "1.5");
  CHECK(normalized(ValueClass::decimal, "1.000") == "1");
  CHECK(normalized(ValueClass::decimal, "100") == "100");
  CHECK(normalized(ValueClass::integer, "0") == "0");
  CHECK(normalized(ValueClass::time, "2020-01-01 10:00:00.120000") == "2020-01-01 10:00:00.12");
  CHECK(normalized(ValueClass::time, "2020-01-01 10:00:00.000+00") == "2020-01-01 10:00:00+00");
  CHECK(normalized(ValueClass::text, "1.500") == "1.500");
  CHECK(normalized(ValueClass::floating, "1.50e10") == "1.50e10");
}

TEST_CASE("types of both engines fall into the same classes") {
  CHECK(value_class(type("bigint")) == ValueClass::integer);
  CHECK(value_class(type("int8")) == ValueClass::integer);
  CHECK(value_class(type("decimal")) == ValueClass::decimal);
  CHECK(value_class(type("numeric")) == ValueClass::decimal);
  CHECK(value_class(type("enum")) == ValueClass::text);
  CHECK(value_class(type("datetime")) == ValueClass::time);
  CHECK(value_class(type("jsonb")) == ValueClass::other);
  ColumnType label = type("mood");
  label.kind = sluice::model::TypeKind::enumeration;
  CHECK(value_class(label) == ValueClass::text);
}
