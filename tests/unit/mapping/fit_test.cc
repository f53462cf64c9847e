#include "sluice/mapping/fit.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/convert.h"

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::binary;
using sluice::codec::Carrier;
using sluice::codec::Problem;
using sluice::mapping::always_fits;
using sluice::mapping::Fit;
using sluice::mapping::fit_of;
using sluice::model::ColumnType;

namespace {

ColumnType type(std::string base, std::optional<int> length = {}, std::optional<int> precision = {},
                std::optional<int> scale = {}, std::optional<int> fraction = {}) {
  ColumnType out;
  out.base = std::move(base);
  out.length = length;
  out.precision = precision;
  out.scale = scale;
  out.fraction_digits = fraction;
  return out;
}

/// What the target would hold, as text, or the problem's name.
std::string fitted(Carrier carrier, const Fit& fit, std::string_view text) {
  const std::string value = binary(carrier, text);
  std::string_view view = value;
  std::string changed;
  const Problem problem = sluice::mapping::apply_fit(carrier, fit, view, changed);
  if (problem != Problem::none) return std::string(sluice::codec::to_string(problem));
  std::string out;
  REQUIRE(sluice::codec::to_text(carrier, view, out));
  return out;
}

}  // namespace

TEST_CASE("an interval whose type names fields keeps nothing smaller than the last of them") {
  const auto down_to = [](const std::string& field) {
    ColumnType interval = type("interval");
    interval.last_field = field;
    return interval;
  };
  const std::string whole = "1 year 2 mons 3 days 04:05:06.7";
  const auto fits = [&](const std::string& field, const std::string& text) {
    return fitted(Carrier::interval, fit_of(down_to(field), true), text);
  };
  CHECK(fits("year", "2 years") == "2 years");
  CHECK(fits("year", "14 mons") == "not_exact");
  CHECK(fits("month", "14 mons") == "1 year 2 mons");
  CHECK(fits("month", "14 mons 1 day") == "not_exact");
  CHECK(fits("day", "14 mons 1 day") == "1 year 2 mons 1 day");
  CHECK(fits("day", "24:00:00") == "not_exact");
  CHECK(fits("hour", "1 day 24:00:00") == "1 day 24:00:00");
  CHECK(fits("hour", "24:01:00") == "not_exact");
  CHECK(fits("minute", "-24:01:00") == "-24:01:00");
  CHECK(fits("minute", "00:00:01") == "not_exact");
  CHECK(fits("second", whole) == "1 year 2 mons 3 days 04:05:06.7");
  CHECK(fits("", whole) == "1 year 2 mons 3 days 04:05:06.7");
  const auto always = [&](const std::string& from, const std::string& to) {
    return always_fits(down_to(from), Carrier::interval, fit_of(down_to(to), true));
  };
  CHECK(always("month", "day"));
  CHECK(always("day", "day"));
  CHECK_FALSE(always("", "day"));
  CHECK_FALSE(always("second", "minute"));
  CHECK_FALSE(always_fits(type("time"), Carrier::interval, fit_of(down_to("minute"), true)));
}

TEST_CASE("a fit is read from the exact type, however the catalogue names it") {
  CHECK(fit_of(type("varchar", 40), true).max_characters == 40);
  CHECK(fit_of(type("character varying", 40), true).max_characters == 40);
  CHECK_FALSE(fit_of(type("varchar"), true).max_characters.has_value());
  CHECK_FALSE(fit_of(type("text"), true).max_characters.has_value());
  CHECK(fit_of(type("bpchar", 3), true).blank_padded);
  CHECK(fit_of(type("character"), true).max_characters == 1);
  CHECK_FALSE(fit_of(type("bpchar"), true).blank_padded);
  CHECK(fit_of(type("numeric", {}, 12, 2), false).scale == 2);
  CHECK_FALSE(fit_of(type("numeric", {}, 12, 2), false).nullable);
  CHECK(fit_of(type("numeric", {}, 12), true).scale == 0);
  CHECK_FALSE(fit_of(type("numeric"), true).precision.has_value());
  CHECK(fit_of(type("timestamptz", {}, {}, {}, 3), true).fraction_digits == 3);
  CHECK(fit_of(type("bit", 3), true).bits_exact);
  CHECK(fit_of(type("bit"), true).bits == 1);
  CHECK_FALSE(fit_of(type("varbit", 3), true).bits_exact);
  // An array of varchar(3) travels as text, and its length is not that of the text.
  CHECK_FALSE(fit_of(type("varchar[]", 3), true).max_characters.has_value());
}

TEST_CASE("texts are counted in characters and never cut, not even blanks") {
  Fit fit;
  fit.max_characters = 3;
  CHECK(fitted(Carrier::text, fit, "abc") == "abc");
  CHECK(fitted(Carrier::text, fit, "\xC3\xA4\xC3\xB6\xC3\xBC") == "\xC3\xA4\xC3\xB6\xC3\xBC");
  CHECK(fitted(Carrier::text, fit, "abcd") == "too_long");
  CHECK(fitted(Carrier::text, fit, "abc ") == "too_long");
  fit.blank_padded = true;
  CHECK(fitted(Carrier::text, fit, "a") == "a  ");
  CHECK(fitted(Carrier::text, fit, "") == "   ");
  fit = {};
  fit.labels = {"new", "old"};
  CHECK(fitted(Carrier::text, fit, "new") == "new");
  CHECK(fitted(Carrier::text, fit, "newer") == "out_of_range");
}

TEST_CASE("texts that a type keeps the first bytes of are counted in bytes") {
  const Fit name = fit_of(type("name"), true);
  CHECK(name.max_bytes == 63);
  const std::string longest(61, 'x');
  CHECK(fitted(Carrier::text, name, longest + "\xC3\xA4") == longest + "\xC3\xA4");
  CHECK(fitted(Carrier::text, name, longest + "x\xC3\xA4") == "too_long");
  const Fit one = fit_of(type("char"), true);
  CHECK(one.max_bytes == 1);
  CHECK(fitted(Carrier::text, one, "a") == "a");
  CHECK(fitted(Carrier::text, one, "\xC3\xA4") == "too_long");
  CHECK_FALSE(fit_of(type("char", 3), true).max_bytes.has_value());
  CHECK_FALSE(fit_of(type("text"), true).max_bytes.has_value());
  CHECK_FALSE(always_fits(type("text"), Carrier::text, name));
  CHECK(always_fits(type("name"), Carrier::text, name));
  CHECK(always_fits(type("char"), Carrier::text, name));
  CHECK_FALSE(always_fits(type("name"), Carrier::text, one));
}

TEST_CASE("what a type is made of is no label") {
  ColumnType pair = type("pair");
  pair.kind = sluice::model::TypeKind::composite;
  pair.members = {"a integer", "b integer"};
  CHECK(fit_of(pair, true).labels.empty());
}

TEST_CASE("decimals take the column's scale and lose no digit") {
  Fit fit;
  fit.precision = 5;
  fit.scale = 2;
  CHECK(fitted(Carrier::numeric, fit, "1.5") == "1.50");
  CHECK(fitted(Carrier::numeric, fit, "1.500") == "1.50");
  CHECK(fitted(Carrier::numeric, fit, "1.505") == "not_exact");
  CHECK(fitted(Carrier::numeric, fit, "1000") == "out_of_range");
  CHECK(fitted(Carrier::numeric, fit, "NaN") == "NaN");
  CHECK(fitted(Carrier::numeric, Fit{}, "1.505") == "1.505");
}

TEST_CASE("times keep as many digits of a second as the column has") {
  Fit fit;
  fit.fraction_digits = 3;
  CHECK(fitted(Carrier::timestamp, fit, "2020-01-01 00:00:00.123") == "2020-01-01 00:00:00.123");
  CHECK(fitted(Carrier::timestamp, fit, "2020-01-01 00:00:00.1234") == "not_exact");
  CHECK(fitted(Carrier::timestamp, fit, "infinity") == "infinity");
  CHECK(fitted(Carrier::interval, fit, "00:00:00.0001") == "not_exact");
  CHECK(fitted(Carrier::timetz, fit, "12:00:00.001+02") == "12:00:00.001+02");
  fit.fraction_digits = 0;
  CHECK(fitted(Carrier::time, fit, "12:00:00.5") == "not_exact");
}

TEST_CASE("bit strings are as long as the column, or as short as they like") {
  Fit fit;
  fit.bits = 3;
  CHECK(fitted(Carrier::varbit, fit, "1") == "1");
  CHECK(fitted(Carrier::varbit, fit, "1010") == "too_long");
  fit.bits_exact = true;
  CHECK(fitted(Carrier::varbit, fit, "1") == "out_of_range");
  CHECK(fitted(Carrier::varbit, fit, "101") == "101");
}

TEST_CASE("always_fits claims nothing that one value could break") {
  const auto to = [](const ColumnType& t) { return fit_of(t, true); };
  CHECK(always_fits(type("varchar", 40), Carrier::text, to(type("varchar", 40))));
  CHECK_FALSE(always_fits(type("varchar", 41), Carrier::text, to(type("varchar", 40))));
  CHECK_FALSE(always_fits(type("text"), Carrier::text, to(type("varchar", 40))));
  CHECK(always_fits(type("text"), Carrier::text, to(type("text"))));
  CHECK(always_fits(type("bpchar", 3), Carrier::text, to(type("bpchar", 3))));
  CHECK_FALSE(always_fits(type("bpchar", 2), Carrier::text, to(type("bpchar", 3))));
  // MySQL's char(3) is read without its blanks.
  CHECK_FALSE(always_fits(type("char", 3), Carrier::text, to(type("bpchar", 3))));
  CHECK(always_fits(type("decimal", {}, 10, 2), Carrier::numeric, to(type("numeric", {}, 12, 2))));
  CHECK_FALSE(
      always_fits(type("decimal", {}, 10, 1), Carrier::numeric, to(type("numeric", {}, 12, 2))));
  CHECK_FALSE(always_fits(type("bigint"), Carrier::numeric, to(type("numeric", {}, 20, 0))));
  CHECK(always_fits(type("bigint"), Carrier::numeric, to(type("numeric"))));
  CHECK(always_fits(type("datetime"), Carrier::timestamp, to(type("timestamp", {}, {}, {}, 0))));
  CHECK_FALSE(
      always_fits(type("timestamp"), Carrier::timestamp, to(type("timestamp", {}, {}, {}, 3))));
  CHECK(always_fits(type("bit", 3), Carrier::varbit, to(type("bit", 3))));
  CHECK_FALSE(always_fits(type("varbit", 3), Carrier::varbit, to(type("bit", 3))));
  ColumnType members = type("enum");
  members.members = {"ab", "abc"};
  CHECK(always_fits(members, Carrier::text, to(type("varchar", 3))));
  CHECK_FALSE(always_fits(members, Carrier::text, to(type("varchar", 2))));
  // A set holds several of its members at once.
  members.base = "set";
  CHECK_FALSE(always_fits(members, Carrier::text, to(type("varchar", 3))));
}
