#include "sluice/mapping/conversion.h"

#include <cstdint>
#include <map>
#include <random>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/convert.h"
#include "sluice/codec/numeric.h"

#include "unit/mapping/mapping_fixture.h"

using mapping_fixture::binary;
using sluice::codec::Carrier;
using sluice::codec::Problem;
using sluice::mapping::Conversion;
using sluice::mapping::conversion;
using sluice::mapping::ConversionContext;

namespace {

/// What a text becomes on its way from one carrier to another: the text it is then, or the
/// problem's name.
std::string converted(Carrier from, Carrier to, std::string_view text, std::int32_t east = 0) {
  ConversionContext context;
  context.zone_seconds_east = east;
  const auto function = sluice::mapping::find_conversion(from, to);
  REQUIRE(function != nullptr);
  std::string out = "what was there before";
  const Problem problem = function(context, from, to, binary(from, text), out);
  if (problem != Problem::none) return std::string(sluice::codec::to_string(problem));
  CHECK(sluice::codec::is_well_formed(to, out));
  std::string printed;
  REQUIRE(sluice::codec::to_text(to, out, printed));
  return printed;
}

/// Texts of each carrier that tests go through.
const std::map<Carrier, std::vector<std::string>>& samples() {
  static const std::map<Carrier, std::vector<std::string>> kSamples = {
      {Carrier::boolean, {"t", "f"}},
      {Carrier::int2, {"0", "1", "-1", "32767", "-32768"}},
      {Carrier::int4, {"0", "1", "2147483647", "-2147483648", "16777217"}},
      {Carrier::int8,
       {"0", "1", "9223372036854775807", "-9223372036854775808", "9007199254740993"}},
      {Carrier::oid, {"0", "4294967295"}},
      {Carrier::float4, {"0", "-0", "0.1", "NaN", "Infinity", "-Infinity", "1e+38", "16777216"}},
      {Carrier::float8,
       {"0", "-0", "0.1", "NaN", "Infinity", "-Infinity", "1e+300", "1e-300", "2.5"}},
      {Carrier::numeric,
       {"0", "0.10", "-1", "12345678901234567890.123", "NaN", "Infinity", "1e300"}},
      {Carrier::text, {"", "1", "0.5", "2020-01-01", "{}", "true", "x"}},
      {Carrier::bytea, {"\\x", "\\x00112233445566778899aabbccddeeff"}},
      {Carrier::date,
       {"2020-02-29", "infinity", "-infinity", "0001-01-01", "294276-12-31", "300000-01-01"}},
      {Carrier::time, {"00:00:00", "24:00:00", "12:34:56.789"}},
      {Carrier::timetz, {"12:00:00+02"}},
      {Carrier::timestamp,
       {"2020-02-29 00:00:00", "2020-02-29 12:00:00.000001", "infinity", "0001-01-01 00:00:00 BC"}},
      {Carrier::timestamptz, {"2020-02-29 00:00:00+00", "-infinity"}},
      {Carrier::interval, {"01:00:00", "1 day", "-01:00:00", "1 mon 2 days 03:00:00"}},
      {Carrier::uuid, {"00112233-4455-6677-8899-aabbccddeeff"}},
      {Carrier::json, {"{}", "[1,  2]", "\"x\"", "{\"a\":1,\"a\":2}"}},
      {Carrier::jsonb, {"{\"a\": 1}", "[]"}},
      {Carrier::varbit, {"0", "1", "101", ""}},
      {Carrier::inet, {"10.0.0.1", "::1"}},
      {Carrier::cidr, {"10.0.0.0/8"}},
      {Carrier::macaddr, {"08:00:2b:01:02:03"}},
      {Carrier::macaddr8, {"08:00:2b:01:02:03:04:05"}},
  };
  return kSamples;
}

}  // namespace

TEST_CASE("integers widen always and narrow only where they fit") {
  CHECK(converted(Carrier::int2, Carrier::int8, "-32768") == "-32768");
  CHECK(converted(Carrier::int8, Carrier::int2, "32767") == "32767");
  CHECK(converted(Carrier::int8, Carrier::int2, "32768") == "out_of_range");
  CHECK(converted(Carrier::int4, Carrier::oid, "-1") == "out_of_range");
  CHECK(conversion(Carrier::int2, Carrier::int4) == Conversion::always);
  CHECK(conversion(Carrier::oid, Carrier::int8) == Conversion::always);
  CHECK(conversion(Carrier::oid, Carrier::int4) == Conversion::checked);
}

TEST_CASE("decimals become integers and floats only where nothing is rounded") {
  CHECK(converted(Carrier::numeric, Carrier::int4, "12.00") == "12");
  CHECK(converted(Carrier::numeric, Carrier::int4, "12.5") == "not_exact");
  CHECK(converted(Carrier::numeric, Carrier::int4, "3000000000") == "out_of_range");
  CHECK(converted(Carrier::numeric, Carrier::float8, "0.10") == "0.1");
  CHECK(converted(Carrier::numeric, Carrier::float8, "0.12345678901234567890") == "not_exact");
  CHECK(converted(Carrier::numeric, Carrier::float4, "0.1") == "0.1");
  CHECK(converted(Carrier::numeric, Carrier::float4, "16777217") == "not_exact");
  CHECK(converted(Carrier::text, Carrier::float8, "0.12345678901234567890") == "not_exact");
  CHECK(converted(Carrier::text, Carrier::float8, "-0") == "-0");
  CHECK(converted(Carrier::text, Carrier::float8, "1.50") == "1.5");
}

TEST_CASE("a float4 becomes the float8 of the same bits, and the numeric of its shortest digits") {
  CHECK(converted(Carrier::float4, Carrier::float8, "0.1") == "0.10000000149011612");
  CHECK(converted(Carrier::float4, Carrier::numeric, "0.1") == "0.1");
  CHECK(converted(Carrier::float8, Carrier::float4, "0.1") == "not_exact");
  CHECK(converted(Carrier::float8, Carrier::float4, "0.5") == "0.5");
  CHECK(converted(Carrier::float8, Carrier::float4, "1e300") == "out_of_range");
  CHECK(converted(Carrier::float8, Carrier::float4, "NaN") == "NaN");
  CHECK(converted(Carrier::float8, Carrier::int8, "1e18") == "1000000000000000000");
  CHECK(converted(Carrier::float8, Carrier::int8, "9223372036854775808") == "out_of_range");
  CHECK(converted(Carrier::float8, Carrier::int8, "-0") == "not_exact");
  CHECK(converted(Carrier::int8, Carrier::float8, "9007199254740993") == "not_exact");
  CHECK(converted(Carrier::int8, Carrier::float8, "9223372036854775807") == "not_exact");
  CHECK(converted(Carrier::int4, Carrier::float4, "16777217") == "not_exact");
}

TEST_CASE("only 0 and 1 are booleans") {
  CHECK(converted(Carrier::int2, Carrier::boolean, "1") == "t");
  CHECK(converted(Carrier::int2, Carrier::boolean, "2") == "out_of_range");
  CHECK(converted(Carrier::boolean, Carrier::int2, "f") == "0");
  CHECK(converted(Carrier::varbit, Carrier::boolean, "1") == "t");
  CHECK(converted(Carrier::varbit, Carrier::boolean, "01") == "out_of_range");
  CHECK(converted(Carrier::varbit, Carrier::int2, "101") == "5");
  CHECK(converted(Carrier::varbit, Carrier::int8, std::string(63, '1')) == "9223372036854775807");
  CHECK(converted(Carrier::varbit, Carrier::int8, std::string(64, '1')) == "out_of_range");
}

TEST_CASE("dates and timestamps meet at midnight") {
  CHECK(converted(Carrier::date, Carrier::timestamp, "2020-02-29") == "2020-02-29 00:00:00");
  CHECK(converted(Carrier::date, Carrier::timestamp, "infinity") == "infinity");
  CHECK(converted(Carrier::date, Carrier::timestamp, "294277-01-01") == "out_of_range");
  CHECK(converted(Carrier::timestamp, Carrier::date, "2020-02-29 00:00:00") == "2020-02-29");
  CHECK(converted(Carrier::timestamp, Carrier::date, "2020-02-29 00:00:01") == "not_exact");
  CHECK(converted(Carrier::timestamp, Carrier::timestamptz, "2020-02-29 00:00:00", 3600) ==
        "2020-02-28 23:00:00+00");
  CHECK(converted(Carrier::timestamptz, Carrier::timestamp, "2020-02-29 00:00:00+00", 3600) ==
        "2020-02-29 01:00:00");
  CHECK(converted(Carrier::timestamptz, Carrier::timestamp, "294276-12-31 23:30:00+00", 3600) ==
        "out_of_range");
  CHECK(conversion(Carrier::timestamp, Carrier::timestamptz) == Conversion::needs_zone);
  CHECK(conversion(Carrier::date, Carrier::timestamptz) == Conversion::needs_zone);
  CHECK(converted(Carrier::interval, Carrier::time, "24:00:00") == "24:00:00");
  CHECK(converted(Carrier::interval, Carrier::time, "1 day") == "out_of_range");
}

TEST_CASE("documents and bytes") {
  CHECK(converted(Carrier::json, Carrier::jsonb, "{\"b\":1.0, \"a\":2}") ==
        "{\"a\": 2, \"b\": 1.0}");
  CHECK(converted(Carrier::json, Carrier::jsonb, "{\"a\":1,\"a\":2}") == "duplicate_json_key");
  CHECK(converted(Carrier::json, Carrier::text, "[1,  2]") == "[1,  2]");
  CHECK(converted(Carrier::text, Carrier::json, "[1,  2]") == "[1,  2]");
  CHECK(converted(Carrier::text, Carrier::json, "[1,") == "invalid_json");
  CHECK(converted(Carrier::jsonb, Carrier::json, "{\"a\":1}") == "{\"a\": 1}");
  CHECK(converted(Carrier::bytea, Carrier::uuid, "\\x00112233445566778899aabbccddeeff") ==
        "00112233-4455-6677-8899-aabbccddeeff");
  CHECK(converted(Carrier::bytea, Carrier::uuid, "\\x00") == "not_a_uuid");
  CHECK(converted(Carrier::bytea, Carrier::text, "\\x4142") == "\\x4142");
}

TEST_CASE("time zones are UTC or an offset") {
  using sluice::mapping::parse_zone;
  CHECK(parse_zone("UTC") == 0);
  CHECK(parse_zone("+05:30") == 19800);
  CHECK(parse_zone("-03:00") == -10800);
  for (const std::string_view bad :
       {"", "utc", "+5:30", "+16:00", "+05:60", "+0530", "Europe/Berlin", "+aa:bb"}) {
    CHECK_FALSE(parse_zone(bad).has_value());
  }
}

TEST_CASE("every conversion gives a value of its carrier or a problem, for every sample") {
  std::size_t tried = 0;
  for (const Carrier from : sluice::codec::all_carriers()) {
    for (const Carrier to : sluice::codec::all_carriers()) {
      if (from == to) continue;
      const auto function = sluice::mapping::find_conversion(from, to);
      CHECK((function != nullptr) == (conversion(from, to) != Conversion::none));
      if (function == nullptr) continue;
      for (const std::string& text : samples().at(from)) {
        const std::string result = converted(from, to, text);
        if (conversion(from, to) == Conversion::always) {
          INFO(sluice::codec::to_string(from)
               << " to " << sluice::codec::to_string(to) << ": " << text);
          CHECK_FALSE(sluice::codec::problem_from_string(result).has_value());
        }
        ++tried;
      }
    }
  }
  CHECK(tried > 200);
}

TEST_CASE("what can be converted back gives the value back") {
  const std::vector<std::pair<Carrier, Carrier>> pairs = {
      {Carrier::int4, Carrier::int2},
      {Carrier::int8, Carrier::numeric},
      {Carrier::int8, Carrier::float8},
      {Carrier::numeric, Carrier::text},
      {Carrier::float8, Carrier::text},
      {Carrier::float8, Carrier::numeric},
      {Carrier::float8, Carrier::float4},
      {Carrier::date, Carrier::timestamp},
      {Carrier::timestamp, Carrier::timestamptz},
      {Carrier::uuid, Carrier::bytea},
      {Carrier::time, Carrier::interval},
      {Carrier::boolean, Carrier::int2},
      {Carrier::inet, Carrier::text},
      {Carrier::interval, Carrier::text}};
  for (const auto& [from, to] : pairs) {
    for (const std::string& text : samples().at(from)) {
      const std::string there = converted(from, to, text, 3600);
      if (sluice::codec::problem_from_string(there)) continue;
      INFO(sluice::codec::to_string(from)
           << " to " << sluice::codec::to_string(to) << ": " << text);
      std::string expected;
      REQUIRE(sluice::codec::to_text(from, binary(from, text), expected));
      CHECK(converted(to, from, there, 3600) == expected);
    }
  }
}

TEST_CASE("random decimals either survive a float unchanged or are refused") {
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = std::to_string(random() % 1'000'000'000);
    text.insert(random() % text.size() + 1, ".");
    text += std::to_string(random() % 10'000'000'000 + 1);
    if (text.ends_with('.')) text += '0';
    const std::string there = converted(Carrier::numeric, Carrier::float8, text);
    if (there == "not_exact") {
      ++refused;
      continue;
    }
    const std::string back = converted(Carrier::float8, Carrier::numeric, there);
    std::string a, b;
    REQUIRE(sluice::codec::rescale_numeric(binary(Carrier::numeric, text), 60, 30, a) ==
            Problem::none);
    REQUIRE(sluice::codec::rescale_numeric(binary(Carrier::numeric, back), 60, 30, b) ==
            Problem::none);
    CHECK(a == b);
  }
  CHECK(refused > 100);
}
