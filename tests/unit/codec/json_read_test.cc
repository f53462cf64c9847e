#include "sluice/codec/json_read.h"

#include <string>
#include <variant>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::codec {
namespace {

JsonDocument read(std::string_view text) {
  auto result = parse_json(text, "f.json");
  if (const auto* const error = std::get_if<JsonError>(&result)) FAIL(error->to_string());
  return std::get<JsonDocument>(std::move(result));
}

/// "line:column: message", or "read".
std::string refusal(std::string_view text) {
  const auto result = parse_json(text, "f");
  const auto* const error = std::get_if<JsonError>(&result);
  return error == nullptr ? "read" : error->to_string().substr(2);
}

constexpr std::string_view kDocument = R"({
  "name": "crm",
  "tables": [
    {"from": "customers", "limit": 12, "share": 0.5, "big": 12345678901234567890},
    {"from": "a/b~c", "on": true, "off": false, "none": null}
  ],
  "empty": {}, "list": []
})";

TEST_CASE("values are read with their kinds") {
  const JsonDocument document = read(kDocument);
  const JsonValue& root = document.root();
  CHECK(root.at("name").as_string() == "crm");
  const JsonValue& first = root.at("tables").items()[0];
  CHECK(first.at("limit").as_integer() == 12);
  CHECK(first.at("share").kind() == JsonValue::Kind::number);
  CHECK(first.at("share").number_text() == "0.5");
  CHECK(first.at("big").kind() == JsonValue::Kind::number);
  CHECK(first.at("big").number_text() == "12345678901234567890");
  const JsonValue& second = root.at("tables").items()[1];
  CHECK(second.at("on").as_bool());
  CHECK_FALSE(second.at("off").as_bool());
  CHECK(second.at("none").is_null());
  CHECK(root.at("empty").members().empty());
  CHECK(root.at("list").items().empty());
  CHECK(root.find("absent") == nullptr);
  CHECK(root.members()[1].key == "tables");
}

TEST_CASE("every value knows its line, column and pointer") {
  const JsonDocument document = read(kDocument);
  const JsonValue& root = document.root();
  const JsonValue& limit = root.at("tables").items()[0].at("limit");
  CHECK(document.position(limit) == JsonPosition{4, 36});
  CHECK(document.pointer(limit) == "/tables/0/limit");
  CHECK(document.pointer(root) == "");
  CHECK(document.pointer(root.at("tables").items()[1].at("none")) == "/tables/1/none");
  CHECK(document.pointer(root.at("empty")) == "/empty");
  CHECK(document.pointer(root.at("list")) == "/list");
  CHECK(document.position(root) == JsonPosition{1, 1});
  const JsonMember& tables = root.members()[1];
  CHECK(document.position(tables.key_offset) == JsonPosition{3, 3});
  CHECK(kDocument.substr(root.at("list").offset(), 2) == "[]");
}

TEST_CASE("names are escaped in pointers") {
  const JsonDocument document = read(R"({"a/b~c": {"d": 1}})");
  CHECK(document.pointer(document.root().at("a/b~c").at("d")) == "/a~1b~0c/d");
}

TEST_CASE("every duplicate key is reported where it stands again") {
  const JsonDocument document = read("{\"a\": 1,\n \"b\": {\"x\": 1, \"x\": 2},\n \"a\": 3}");
  REQUIRE(document.duplicates().size() == 2);
  CHECK(document.duplicates()[0].pointer == "/a");
  CHECK(document.position(document.duplicates()[0].offset) == JsonPosition{3, 2});
  CHECK(document.duplicates()[1].pointer == "/b/x");
  CHECK(document.position(document.duplicates()[1].offset) == JsonPosition{2, 16});
  CHECK(document.root().at("a").as_integer() == 1);
  CHECK(read(R"({"a": {"b": 1}, "c": {"b": 1}})").duplicates().empty());
  CHECK(read(R"({"a": 1, "\u0061": 2})").duplicates().size() == 1);
}

TEST_CASE("strings are unescaped") {
  const JsonDocument document = read(R"(["\"\\\/\b\f\n\r\t", "\u00e9\ud83c\udf0d", "\u0000"])");
  CHECK(document.root().items()[0].as_string() == "\"\\/\b\f\n\r\t");
  CHECK(document.root().items()[1].as_string() == "\xc3\xa9\xf0\x9f\x8c\x8d");
  CHECK(document.root().items()[2].as_string() == std::string(1, '\0'));
}

TEST_CASE("scalars alone are documents") {
  CHECK(read(" 12 ").root().as_integer() == 12);
  CHECK(read("\"x\"").root().as_string() == "x");
  CHECK(read("null").root().is_null());
  CHECK(read("true\n").root().as_bool());
  CHECK(read("\n\n\n\ntrue" + std::string(30, '\n')).root().as_bool());
  CHECK(read("null" + std::string(30, ' ')).root().is_null());
  CHECK(read("7" + std::string(30, ' ')).root().as_integer() == 7);
  CHECK(read("-1.5e3").root().number_text() == "-1.5e3");
}

TEST_CASE("what is not JSON is refused with its place and reason") {
  CHECK(refusal("") == "1:1: a value is missing at the end of the text");
  CHECK(refusal("{\n  \"a\": 1\n  \"b\": 2\n}") == "3:3: a comma or } is missing");
  CHECK(refusal("{\"a\": 1,}") == "1:9: a key in quotation marks is missing");
  CHECK(refusal("{\"a\" 1}") == "1:6: a colon is missing after the key");
  CHECK(refusal("[1, 2,]") == "1:7: a value is missing");
  CHECK(refusal("[1 2]") == "1:4: a comma or ] is missing");
  CHECK(refusal("{} x") == "1:4: text after the end of the document");
  CHECK(refusal("[01]") == "1:3: a comma or ] is missing");
  CHECK(refusal("[1.]") == "1:2: not a JSON number");
  CHECK(refusal("[.5]") == "1:2: a value is missing");
  CHECK(refusal("[+1]") == "1:2: a value is missing");
  CHECK(refusal("[1e]") == "1:2: not a JSON number");
  CHECK(refusal("{'a': 1}") == "1:2: a key in quotation marks is missing");
  CHECK(refusal("[NaN]") == "1:2: a value is missing");
  CHECK(refusal("[tru]") == "1:2: a value is missing");
  CHECK(refusal("// c\n{}") == "1:1: a value is missing");
  CHECK(refusal("\"abc") == "1:5: a string is not closed");
  CHECK(refusal("\"a\nb\"") == "1:3: a control character in a string must be written as an escape");
  CHECK(refusal("\"\\x\"") == "1:2: an unknown escape in a string");
  CHECK(refusal("\"\\u12g4\"") == "1:2: \\u needs four hex digits");
  CHECK(refusal("\"\\ud800\"") ==
        "1:2: \\u names the first half of a character without the second");
  CHECK(refusal("\"\\udc00\"") == "1:2: \\u names the second half of a character");
  CHECK(refusal("\"\\ud800\\u0041\"") ==
        "1:2: \\u names the first half of a character without the second");
  CHECK(refusal("{\n \"a\": \"\xff\"}") == "2:8: not valid UTF-8");
  CHECK(refusal("\xef\xbb\xbf{}") == "1:1: a byte order mark does not belong here");
  CHECK(refusal(std::string_view("{}\0", 3)) == "1:3: text after the end of the document");
}

TEST_CASE("nesting is limited") {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, '[') + std::string(count, ']');
  };
  CHECK(refusal(nested(kJsonMaxDepth)) == "read");
  CHECK(refusal(nested(kJsonMaxDepth + 1)) == "1:129: nested too deeply");
}

TEST_CASE("a document cut anywhere is refused") {
  for (std::size_t size = 0; size < kDocument.size(); ++size) {
    CAPTURE(size);
    CHECK(refusal(kDocument.substr(0, size)) != "read");
  }
}

TEST_CASE("reading a value as another kind is our mistake and is told") {
  const JsonDocument document = read(R"({"a": 1})");
  CHECK_THROWS_AS(static_cast<void>(document.root().at("a").as_string()), model::Error);
  CHECK_THROWS_AS(static_cast<void>(document.root().as_bool()), model::Error);
  CHECK_THROWS_AS(static_cast<void>(document.root().items()), model::Error);
  CHECK_THROWS_AS(static_cast<void>(document.root().at("b")), model::Error);
}

TEST_CASE("our own documents must be JSON without duplicates") {
  CHECK(parse_json_or_throw("{\"a\": 1}", "plan").root().at("a").as_integer() == 1);
  CHECK_THROWS_AS(parse_json_or_throw("{\"a\": 1, \"a\": 1}", "plan"), model::Error);
  CHECK_THROWS_AS(parse_json_or_throw("{", "plan"), model::Error);
}

TEST_CASE("a number beyond a double is kept as it was written") {
  CHECK(read("1e999").root().number_text() == "1e999");
}

TEST_CASE("the items of one array are read apart from the document") {
  constexpr std::string_view kText =
      R"( {"a": {"tables": [1]}, "b\"": "\\", "tables" : [ {"x": "]},\""}, [2, [3]], -4.5 , "t" ,null],
       "c": [], "d": 7} )";
  const JsonApart apart = parse_json_apart(kText, "f", "tables");
  CHECK(apart.items ==
        std::vector<std::string_view>{R"({"x": "]},\""})", "[2, [3]]", "-4.5", R"("t")", "null"});
  const JsonValue& root = apart.document.root();
  CHECK(root.at("tables").items().empty());
  CHECK(root.at("a").at("tables").items().size() == 1);
  CHECK(root.at("d").as_integer() == 7);
  CHECK(root.members().size() == 5);
}

TEST_CASE("a document without such an array is read whole, and what is no JSON is refused") {
  for (const std::string_view text : {R"({"tables": {"a": 1}, "b": 2})", R"({"tables": []})",
                                      R"([{"tables": [1]}])", R"("tables")", "{}"}) {
    CAPTURE(text);
    const JsonApart apart = parse_json_apart(text, "f", "tables");
    CHECK(apart.items.empty());
    CHECK(apart.document.root().kind() == read(text).root().kind());
  }
  for (const std::string_view text :
       {"", "{", R"({"tables": [1})", R"({"tables": [1,]})", R"({"tables": [1], "tables": []})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_json_apart(text, "f", "tables"), model::Error);
  }
}

}  // namespace
}  // namespace sluice::codec
