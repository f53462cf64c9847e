#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/carrier.h"
#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"

namespace sluice::codec {
namespace {

/// A line of golden_values.tsv, which a real PostgreSQL has written (golden_values.sql).
struct Golden {
  Carrier carrier = Carrier::text;
  std::string input;
  std::string text;
  std::string binary;
};

/// Undoes the escapes of COPY's text format.
std::string uncopied(const std::string& field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      out += field[i];
      continue;
    }
    const std::string from = "bfnrtv";
    const std::string to = "\b\f\n\r\t\v";
    const std::size_t known = from.find(field[++i]);
    out += known == std::string::npos ? field[i] : to[known];
  }
  return out;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == '\t') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::vector<Golden> load() {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/unit/codec/golden_values.tsv");
  std::vector<Golden> out;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line);
    REQUIRE(fields.size() == 4);
    out.push_back({carrier_from_string(fields[0]).value(), uncopied(fields[1]), uncopied(fields[2]),
                   from_hex(fields[3]).value()});
  }
  return out;
}

TEST_CASE("texts are read into the bytes that PostgreSQL sends for them") {
  for (const Golden& golden : load()) {
    CAPTURE(to_string(golden.carrier), golden.input);
    std::string binary = "kept";
    const ParseResult result = from_text(golden.carrier, golden.input, binary);
    CHECK(to_string(result.problem) == "none");
    CHECK(to_hex(binary) == to_hex("kept" + golden.binary));
  }
}

TEST_CASE("bytes are printed as PostgreSQL prints them") {
  for (const Golden& golden : load()) {
    CAPTURE(to_string(golden.carrier), golden.input);
    std::string text = "kept";
    CHECK(to_text(golden.carrier, golden.binary, text));
    CHECK(text == "kept" + golden.text);
    CHECK(is_well_formed(golden.carrier, golden.binary));
  }
}

TEST_CASE("every carrier has golden vectors") {
  const std::vector<Golden> all = load();
  for (const Carrier carrier : all_carriers()) {
    CAPTURE(to_string(carrier));
    CHECK(
        std::any_of(all.begin(), all.end(), [&](const Golden& g) { return g.carrier == carrier; }));
  }
}

TEST_CASE("a binary form cut short or made longer is refused where its length is known") {
  for (const Golden& golden : load()) {
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
  for (const Golden& golden : load()) {
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
