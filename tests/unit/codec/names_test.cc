// The names that stand in ledgers, plans and archives.

#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/carrier.h"
#include "sluice/codec/problem.h"

namespace sluice::codec {
namespace {

TEST_CASE("problems have the persisted names, each its own") {
  std::set<std::string_view> names;
  for (const Problem problem : all_problems()) {
    CHECK(names.insert(to_string(problem)).second);
    CHECK(problem_from_string(to_string(problem)) == problem);
  }
  CHECK(names ==
        std::set<std::string_view>{
            "ambiguous_enum", "duplicate_json_key", "invalid_date",      "invalid_json",
            "invalid_utf8",   "latin1_not_utf8",    "utf8_in_latin1",    "key_collision",
            "missing_part",   "not_a_bit_string",   "not_a_bool",        "not_a_date",
            "not_a_network",  "not_a_number",       "not_a_time",        "not_a_uuid",
            "not_binary",     "not_exact",          "nul_byte",          "null_not_allowed",
            "out_of_range",   "part_zero_date",     "refused_by_target", "too_long",
            "unmapped_value", "zero_date",          "no_character"});
  CHECK(to_string(Problem::none) == "none");
  CHECK_FALSE(problem_from_string("Zero_date").has_value());
  CHECK_FALSE(problem_from_string("").has_value());
}

TEST_CASE("carriers have the persisted names, each its own") {
  std::set<std::string_view> names;
  for (const Carrier carrier : all_carriers()) {
    CHECK(names.insert(to_string(carrier)).second);
    CHECK(carrier_from_string(to_string(carrier)) == carrier);
    // A carrier's own type is carried by it.
    CHECK(carrier_for_pg_type(to_string(carrier)) == CarrierChoice{carrier, true});
    CHECK(carrier_for_pg_type(carrier_sql(carrier)) == CarrierChoice{carrier, true});
  }
  CHECK(names == std::set<std::string_view>{
                     "bool",  "bytea",     "cidr",        "date",    "float4",   "float8",
                     "inet",  "int2",      "int4",        "int8",    "interval", "json",
                     "jsonb", "macaddr",   "macaddr8",    "numeric", "oid",      "text",
                     "time",  "timestamp", "timestamptz", "timetz",  "uuid",     "varbit"});
  CHECK_FALSE(carrier_from_string("integer").has_value());
}

TEST_CASE("types without a safe binary form are text that COPY does not take as it is") {
  for (const char* type : {"_int4", "integer[]", "int4range", "money", "tsvector", "point",
                           "hstore", "my_type", "char", ""}) {
    CAPTURE(type);
    CHECK(carrier_for_pg_type(type) == CarrierChoice{Carrier::text, false});
  }
  CHECK(carrier_for_pg_type("character varying") == CarrierChoice{Carrier::text, true});
  CHECK(carrier_for_pg_type("bit") == CarrierChoice{Carrier::varbit, true});
}

}  // namespace
}  // namespace sluice::codec
