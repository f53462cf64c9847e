#include "golden_values.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/carrier.h"
#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"

namespace sluice::codec {
namespace {

using test::Golden;
using test::load_golden_values;

TEST_CASE("texts are read into the bytes that PostgreSQL sends for them") {
  for (const Golden& golden : load_golden_values()) {
    CAPTURE(to_string(golden.carrier), golden.input);
    std::string binary = "kept";
    const ParseResult result = from_text(golden.carrier, golden.input, binary);
    CHECK(to_string(result.problem) == "none");
    CHECK(to_hex(binary) == to_hex("kept" + golden.binary));
  }
}

TEST_CASE("bytes are printed as PostgreSQL prints them") {
  for (const Golden& golden : load_golden_values()) {
    CAPTURE(to_string(golden.carrier), golden.input);
    std::string text = "kept";
    CHECK(to_text(golden.carrier, golden.binary, text));
    CHECK(text == "kept" + golden.text);
    CHECK(is_well_formed(golden.carrier, golden.binary));
  }
}

TEST_CASE("every carrier has golden vectors") {
  const std::vector<Golden> all = load_golden_values();
  for (const Carrier carrier : all_carriers()) {
    CAPTURE(to_string(carrier));
    CHECK(
        std::any_of(all.begin(), all.end(), [&](const Golden& g) { return g.carrier == carrier; }));
  }
}

TEST_CASE("a binary form cut short or made longer is refused where its length is known") {
  for (const Golden& golden : load_golden_values()) {
    if (carrier_fixed_bytes(golden.carrier) == 0) continue;
    CAPTURE(to_string(golden.carrier), golden.input);
    std::string ignored;
    for (std::size_t size = 0; size < golden.binary.size(); ++size) {
      CHECK_FALSE(to_text(golden.carrier, golden.binary.substr(0, size), ignored));
      CHECK_FALSE(is_well_formed(golden.carrier, golden.binary.substr(0, size)));
    }
    CHECK_FALSE(to_text(golden.carrier, golden.binary + '\0', ignored));
    CHECK(ignored.empty());
  }
}

TEST_CASE("a flipped bit is refused or is another value") {
  for (const Golden& golden : load_golden_values()) {
    // Two NaNs with other payloads print alike, and text is its own bytes.
    if (golden.carrier == Carrier::float4 || golden.carrier == Carrier::float8) continue;
    CAPTURE(to_string(golden.carrier), golden.input);
    for (std::size_t bit = 0; bit < golden.binary.size() * 8 && bit < 400; ++bit) {
      std::string damaged = golden.binary;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      if (!is_well_formed(golden.carrier, damaged)) continue;
      std::string text;
      REQUIRE(to_text(golden.carrier, damaged, text));
      INFO("bit " << bit << " gives " << text);
      CHECK(text != golden.text);
    }
  }
}

}  // namespace
}  // namespace sluice::codec
