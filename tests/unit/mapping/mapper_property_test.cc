#include <random>

#include <catch2/catch_test_macros.hpp>

#include "unit/mapping/mapping_fixture.h"
#include "unit/mapping/reference_mapper.h"

using mapping_fixture::Carrier;
using mapping_fixture::row_of;
using mapping_fixture::rules;
using mapping_fixture::source;
using mapping_fixture::target;
using mapping_fixture::Text;
using sluice::mapping::Outcome;
using sluice::mapping::TableMapping;

namespace {

TableMapping messy() {
  TableMapping mapping;
  mapping.source = {source("id", Carrier::int4, false),
                    source("first"),
                    source("last"),
                    source("status"),
                    source("amount"),
                    source("size", Carrier::int8),
                    source("note"),
                    source("rate", Carrier::numeric)};
  mapping.target = {target("id", Carrier::int8, false),
                    target("name", Carrier::text, false),
                    target("status"),
                    target("amount", Carrier::numeric),
                    target("size", Carrier::int2),
                    target("note"),
                    target("code"),
                    target("rate", Carrier::numeric),
                    target("copy"),
                    target("origin")};
  mapping.target[3].fit.precision = 8;
  mapping.target[3].fit.scale = 2;
  mapping.target[5].fit.max_characters = 6;
  mapping.target[6].fit.max_characters = 5;
  mapping.target[6].fit.blank_padded = true;
  mapping.target[7].fit.precision = 6;
  mapping.target[7].fit.scale = 3;
  mapping.rules = rules(R"({"columns": {
    "id": "id",
    "name": {"concat": [
      {"column": "first", "steps": ["trim", "collapse_spaces", {"strip_prefixes": ["Dr ", "Dr. ", "a"]}], "missing": "skip"},
      {"column": "last", "steps": ["trim"], "missing": "skip"}],
      "separator": " ", "all_missing": "quarantine", "lossy": true},
    "status": {"from": "status", "steps": ["trim", {"null_if": [""]},
      {"map": {"a": "x", "b": "y", "B": "y"}, "otherwise": "quarantine"}], "lossy": true},
    "amount": {"from": "amount", "steps": ["trim", {"number": {"decimal": ",", "group": "."}}]},
    "size": "size",
    "note": {"from": "note", "steps": ["lower", {"truncate": 7}], "lossy": true},
    "code": {"from": "status", "steps": [{"map": {"a": "1"}, "otherwise": "keep"}], "lossy": true},
    "rate": "rate", "copy": "note", "origin": {"constant": "old"}}})");
  return mapping;
}

class Rows {
 public:
  explicit Rows(std::uint64_t seed) : random_(seed) {}

  std::vector<Text> next() {
    return {std::to_string(random_() % 1000),
            words(),
            words(),
            pick({"a", " b ", "B", "", "c", "  "}),
            amount(),
            pick({"1", "-32768", "32767", "32768", "99999999999"}),
            words(),
            pick({"1.5", "0", "-999.999", "999.9990", "1000", "0.0001", "12.340"})};
  }

 private:
  Text pick(std::initializer_list<const char*> choices) {
    if (random_() % 12 == 0) return std::nullopt;
    return std::string(*(choices.begin() + random_() % choices.size()));
  }
  Text words() {
    static constexpr const char* kPieces[] = {" ",    "  ",  "\t",   "\xC2\xA0", "a",
                                              "Ada",  "Dr ", "dr. ", "\xC3\xA4", "\xF0\x9F\x98\x80",
                                              "LONG", ""};
    if (random_() % 10 == 0) return std::nullopt;
    std::string out;
    for (std::uint64_t i = random_() % 5; i > 0; --i)
      out += kPieces[random_() % std::size(kPieces)];
    return out;
  }
  Text amount() {
    if (random_() % 10 == 0) return std::nullopt;
    static constexpr std::string_view kCharacters = "0123456789,.- ";
    if (random_() % 3 == 0)
      return pick({"1.234,50", "-0,5", "1.23", "12", "123456,78", "1234567,00", "0,001", "-0"});
    std::string out;
    for (std::uint64_t i = random_() % 9; i > 0; --i)
      out += kCharacters[random_() % kCharacters.size()];
    return out;
  }

  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("the mapper agrees with a slow one that is made to be read") {
  const std::uint64_t seed = std::random_device{}();
  INFO("seed " << seed);
  const TableMapping mapping = messy();
  std::vector<Carrier> carriers;
  for (const auto& field : mapping.source) carriers.push_back(field.carrier);
  sluice::mapping::Mapper mapper(mapping);
  sluice::codec::RowBuffer out;
  sluice::codec::RowBuffer rest;
  Rows rows(seed);
  int mapped = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string row = row_of(carriers, rows.next());
    const auto expected = reference_mapper::map(mapping, row);
    out.clear();
    const Outcome outcome = mapper.map(row, {}, out, rest);
    REQUIRE((outcome == Outcome::mapped) == expected.has_value());
    REQUIRE(out.rows() == (expected ? 1 : 0));
    if (expected) REQUIRE(out.row(0) == *expected);
    if (!expected) REQUIRE_FALSE(mapper.problems().empty());
    mapped += expected ? 1 : 0;
  }
  CHECK(mapped > 50);
  CHECK(mapped < 4950);
}
