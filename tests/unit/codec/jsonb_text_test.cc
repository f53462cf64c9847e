#include "sluice/codec/jsonb_text.h"

#include <map>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "json_documents.h"
#include "random.h"

namespace sluice::codec {
namespace {

/// The normal form, or the problem.
std::string normal(std::string_view json) {
  JsonbNormalizer normalizer;
  const Problem problem = normalizer.normalize(json);
  if (problem != Problem::none) {
    CHECK((problem == Problem::duplicate_json_key || normalizer.text().empty()));
    return std::string(to_string(problem));
  }
  return std::string(normalizer.text());
}

// Forms that PostgreSQL prints are in golden_values.tsv.

TEST_CASE("equal keys: the last wins, and the loss is told") {
  JsonbNormalizer normalizer;
  CHECK(normalizer.normalize(R"({"a": 1, "b": 2, "a": 3})") == Problem::duplicate_json_key);
  CHECK(normalizer.text() == R"({"a": 3, "b": 2})");
  CHECK(normalizer.normalize(R"([{"x": {"k": 1, "k": [1, 2]}}, {"k": 1, "\u006b": 2, "k": 4}])") ==
        Problem::duplicate_json_key);
  CHECK(normalizer.text() == R"([{"x": {"k": [1, 2]}}, {"k": 4}])");
  CHECK(normalizer.normalize(R"({"a": {"b": 1}, "c": {"b": 1}})") == Problem::none);
}

TEST_CASE("what jsonb cannot hold is refused") {
  CHECK(normal("\"\\u0000\"") == "nul_byte");
  CHECK(normal(std::string_view("\"a\0b\"", 5)) == "nul_byte");
  CHECK(normal("\"\xff\"") == "invalid_utf8");
  CHECK(normal("\"\\ud800\"") == "invalid_json");
  CHECK(normal("\"\\udc00\"") == "invalid_json");
  CHECK(normal("\"\\ud800\\ud800\"") == "invalid_json");
  CHECK(normal("\"\\ud800x\"") == "invalid_json");
  CHECK(normal("1e131072") == "out_of_range");
  CHECK(normal("1e-16384") == "out_of_range");
  CHECK(normal("[1e999999999999]") == "out_of_range");
  CHECK(normal(std::string(131073, '1')) == "out_of_range");
  CHECK(normal("0." + std::string(16384, '1')) == "out_of_range");
}

TEST_CASE("what is not JSON is refused") {
  for (const char* json : {"",          " ",           "{",          "}",      "[",
                           "]",         "[1,]",        "{\"a\":1,}", "{,}",    "[,]",
                           "{\"a\"}",   "{\"a\":}",    "{a:1}",      "[1 2]",  "{\"a\":1 \"b\":2}",
                           "01",        "-",           "1.",         ".5",     "+1",
                           "1e",        "0x1",         "tru",        "nul",    "True",
                           "NaN",       "\"",          "\"a",        "\"\\\"", "\"\\x\"",
                           "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",   "\"\t\"", "1 2",
                           "{} {}",     "[1]]",        "'a'",        "\"a\\",  "--1",
                           "1-",        "/**/1",       "\v1"}) {
    CAPTURE(json);
    CHECK(normal(json) == "invalid_json");
    CHECK(check_json(json) == Problem::invalid_json);
  }
}

TEST_CASE("numbers at the limit and their normal forms") {
  CHECK(normal("1e131071").size() == 131072);
  CHECK(normal("1e-16383").size() == 16385);
  CHECK(normal("[1e20, 1, 1e20, {\"b\": 1e30, \"a\": 1E-10}]") ==
        "[100000000000000000000, 1, 100000000000000000000, {\"a\": 0.0000000001, \"b\": "
        "1000000000000000000000000000000}]");
  CHECK(normal("-0.000") == "0.000");
  CHECK(normal("-0e5") == "0");
  CHECK(normal("-0.10") == "-0.10");
  CHECK(normal(std::string(131072, '1')).size() == 131072);
}

TEST_CASE("nested jsonb is limited") {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, '[') + std::string(count, ']');
  };
  CHECK(normal(nested(kJsonbMaxDepth)) == nested(kJsonbMaxDepth));
  CHECK(normal(nested(kJsonbMaxDepth + 1)) == "invalid_json");
  CHECK(normal(std::string(100000, '[')) == "invalid_json");
}

TEST_CASE("strings of every length and escapes at every place are kept") {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t place = 0; place <= length; ++place) {
      std::string json = "\"" + std::string(length, 'x') + "\"";
      json.insert(place + 1, "\\u00e9\\n");
      std::string expected = "\"" + std::string(length, 'x') + "\"";
      expected.insert(place + 1, "\xc3\xa9\\n");
      REQUIRE(normal(json) == expected);
    }
  }
}

TEST_CASE("a large document needs no more room than is there") {
  std::string json = "[";
  std::string expected = "[";
  for (int i = 0; i < 50000; ++i) {
    json += (i > 0 ? ",{\"b\":" : "{\"b\":") + std::to_string(i) + ",\"a\":\"\\u0041\"}";
    expected +=
        (i > 0 ? ", {\"a\": \"A\", \"b\": " : "{\"a\": \"A\", \"b\": ") + std::to_string(i) + "}";
  }
  JsonbNormalizer normalizer;
  CHECK(normalizer.normalize(json + "]") == Problem::none);
  CHECK(normalizer.text() == expected + "]");
  CHECK(normalizer.normalize("[1,2]") == Problem::none);
  CHECK(normalizer.text() == "[1, 2]");
}

/// A slow second way to the normal form: a document object model, a sorted map, plain recursion.
std::string reference(const JsonValue& value) {
  if (value.is_object()) {
    std::map<std::pair<std::size_t, std::string>, std::string> members;
    for (const JsonMember& member : value.members()) {
      members[{member.key.size(), member.key}] =
          test::quoted_as_jsonb(member.key) + ": " + reference(member.value);
    }
    std::string out;
    for (const auto& [key, text] : members) out += (out.empty() ? "" : ", ") + text;
    return "{" + out + "}";
  }
  if (value.is_array()) {
    std::string out;
    for (const JsonValue& item : value.items()) out += (out.empty() ? "" : ", ") + reference(item);
    return "[" + out + "]";
  }
  if (value.is_string()) return test::quoted_as_jsonb(value.as_string());
  if (value.is_number()) return test::plain_number(value.number_text());
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return "null";
}

TEST_CASE("random documents agree with the slow way") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  JsonbNormalizer normalizer;
  for (int i = 0; i < 20000; ++i) {
    const std::string json = test::random_json(random);
    CAPTURE(json);
    const Problem problem = normalizer.normalize(json);
    REQUIRE((problem == Problem::none || problem == Problem::duplicate_json_key));
    const JsonDocument document = std::get<JsonDocument>(parse_json(json, "json"));
    REQUIRE(normalizer.text() == reference(document.root()));
    REQUIRE((problem == Problem::duplicate_json_key) == !document.duplicates().empty());
    const std::string once(normalizer.text());
    REQUIRE(normalizer.normalize(once) == Problem::none);
    REQUIRE(normalizer.text() == once);
  }
}

TEST_CASE("damaged documents are refused by both readers or by neither") {
  const std::uint64_t seed = test::property_seed();
  CAPTURE(seed);
  test::Random random(seed);
  JsonbNormalizer normalizer;
  for (int i = 0; i < 50000; ++i) {
    const std::string json = test::damaged(test::random_json(random), random);
    CAPTURE(json);
    const Problem problem = normalizer.normalize(json);
    const bool taken = problem == Problem::none || problem == Problem::duplicate_json_key;
    const bool is_json = std::holds_alternative<JsonDocument>(parse_json(json, "json"));
    // Only what jsonb cannot hold is JSON and yet refused.
    if (problem != Problem::nul_byte && problem != Problem::out_of_range) REQUIRE(taken == is_json);
  }
}

TEST_CASE("json takes what PostgreSQL's json takes") {
  CHECK(check_json("\"\\u0000\"") == Problem::none);
  CHECK(check_json("\"\\ud800\"") == Problem::none);
  CHECK(check_json("1e999999") == Problem::none);
  CHECK(check_json(R"({"a":1,"a":2})") == Problem::none);
  CHECK(check_json("\"\xff\"") == Problem::invalid_utf8);
  CHECK(check_json(std::string_view("\"\0\"", 3)) == Problem::nul_byte);
}

}  // namespace
}  // namespace sluice::codec
