#include "mapping/text_steps.h"

#include <catch2/catch_test_macros.hpp>

using sluice::codec::Problem;
using sluice::mapping::apply_step;
using sluice::mapping::ChangeCase;
using sluice::mapping::CollapseSpaces;
using sluice::mapping::CompiledMap;
using sluice::mapping::NullIf;
using sluice::mapping::Otherwise;
using sluice::mapping::ParseNumber;
using sluice::mapping::StripPrefixes;
using sluice::mapping::TextBuffers;
using sluice::mapping::TextValue;
using sluice::mapping::Trim;
using sluice::mapping::Truncate;
using sluice::mapping::ValueMap;

namespace {

struct Result {
  std::string text;
  bool null = false;
  bool lost = false;
  Problem problem = Problem::none;
};

template <typename StepType>
Result apply(const StepType& step, std::string_view text) {
  TextBuffers buffers;
  TextValue value{false, false, text};
  const Problem problem = apply_step(step, value, buffers);
  return {std::string(value.view), value.null, value.lost, problem};
}

Result apply_map(const ValueMap& map, std::string_view text) {
  TextValue value{false, false, text};
  const CompiledMap compiled(map);  // the value may point into it
  const Problem problem = compiled.apply(value);
  return {std::string(value.view), value.null, value.lost, problem};
}

}  // namespace

TEST_CASE("trim and collapse_spaces know every white space but no letter") {
  CHECK(apply(Trim{}, " \t\r\n\xC2\xA0x y\xC2\xA0 ").text == "x y");
  CHECK(apply(Trim{}, "\xC3\xA0").text == "\xC3\xA0");
  CHECK(apply(Trim{}, "   ").text.empty());
  CHECK_FALSE(apply(Trim{}, "x").lost);
  CHECK(apply(CollapseSpaces{}, "a  b\t\nc\xC2\xA0 d").text == "a b c d");
  CHECK(apply(CollapseSpaces{}, " a ").text == " a ");
  CHECK_FALSE(apply(CollapseSpaces{}, " a b ").lost);
  CHECK(apply(CollapseSpaces{}, "a\tb").lost);
}

TEST_CASE("upper and lower change A to Z and nothing else") {
  CHECK(apply(ChangeCase{ChangeCase::To::lower}, "A\xC3\x84z@").text == "a\xC3\x84z@");
  CHECK(apply(ChangeCase{ChangeCase::To::upper},
              "stra\xC3\x9F"
              "e")
            .text ==
        "STRA\xC3\x9F"
        "E");
  CHECK_FALSE(apply(ChangeCase{ChangeCase::To::lower}, "abc").lost);
}

TEST_CASE("truncate cuts between characters, never inside one") {
  CHECK(apply(Truncate{2}, "a\xC3\xA4\xF0\x9F\x98\x80").text == "a\xC3\xA4");
  CHECK(apply(Truncate{3}, "a\xC3\xA4\xF0\x9F\x98\x80").text == "a\xC3\xA4\xF0\x9F\x98\x80");
  CHECK_FALSE(apply(Truncate{3}, "abc").lost);
  CHECK(apply(Truncate{2}, "abc").lost);
}

TEST_CASE("prefixes come off in any case, one after the other, the longest first") {
  const StripPrefixes titles{{"Dr ", "Dr. ", "Prof. ", "Prof. Dr. "}};
  CHECK(apply(titles, "PROF. Dr. dr. Ada").text == "Ada");
  CHECK(apply(titles, "Drake").text == "Drake");
  CHECK_FALSE(apply(titles, "Drake").lost);
  CHECK(apply(titles, "Dr Who").lost);
}

TEST_CASE("numbers are read by the stated characters only") {
  const ParseNumber german{',', '.'};
  CHECK(apply(german, "1.234.567,80").text == "1234567.80");
  CHECK(apply(german, "-0,5").text == "-0.5");
  CHECK(apply(german, "+12").text == "12");
  CHECK(apply(german, "1234,5").text == "1234.5");
  for (const std::string_view bad :
       {"", "-", "1,", ",5", "1.23", "12.3456", "1234.567", "1,2,3", "1 234", "1e5", ".123"}) {
    INFO(bad);
    CHECK(apply(german, bad).problem == Problem::not_a_number);
  }
  CHECK(apply(ParseNumber{'.', std::nullopt}, "12.50").text == "12.50");
}

TEST_CASE("a value map answers for listed values, and otherwise as it says") {
  ValueMap map{{{"a", "x"}, {"b", "y"}, {"n", std::nullopt}}, {Otherwise::Kind::quarantine, ""}};
  CHECK(apply_map(map, "a").text == "x");
  CHECK_FALSE(apply_map(map, "a").lost);
  CHECK(apply_map(map, "n").null);
  CHECK(apply_map(map, "n").lost);
  CHECK(apply_map(map, "c").problem == Problem::unmapped_value);
  CHECK(apply_map(map, "").problem == Problem::unmapped_value);
  map.otherwise = {Otherwise::Kind::keep, ""};
  CHECK(apply_map(map, "c").text == "c");
  CHECK_FALSE(apply_map(map, "c").lost);
  CHECK(apply_map(map, "a").lost);  // an "x" of the source would look the same
  map.otherwise = {Otherwise::Kind::value, "y"};
  CHECK(apply_map(map, "c").text == "y");
  CHECK(apply_map(map, "c").lost);
  CHECK(apply_map(map, "b").lost);
  map.otherwise = {Otherwise::Kind::null, ""};
  CHECK(apply_map(map, "c").null);
}

TEST_CASE("null_if names exact texts") {
  const NullIf step{{"", "N/A"}};
  CHECK(apply(step, "").null);
  CHECK(apply(step, "N/A").lost);
  CHECK_FALSE(apply(step, "n/a").null);
}
