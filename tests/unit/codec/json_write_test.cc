#include "sluice/codec/json_write.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::codec {
namespace {

void write_example(JsonWriter& json) {
  json.begin_object();
  json.member("name", "a \"quoted\" name");
  json.member("rows", std::uint64_t{18446744073709551615U})
      .member("min", std::numeric_limits<std::int64_t>::min());
  json.member("rate", 0.5)
      .member("done", true)
      .member("lag", std::optional<int>())
      .member("eta", std::optional<int>(3));
  json.key("tables")
      .begin_array()
      .value(1)
      .null()
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .end_array();
  json.end_object();
}

TEST_CASE("compact JSON has no white space") {
  JsonWriter json;
  write_example(json);
  CHECK(json.take() ==
        R"({"name":"a \"quoted\" name","rows":18446744073709551615,"min":-9223372036854775808,)"
        R"("rate":0.5,"done":true,"lag":null,"eta":3,"tables":[1,null,{},[]]})");
}

TEST_CASE("pretty JSON has a line for each member and item") {
  JsonWriter json(JsonWriter::Style::pretty);
  write_example(json);
  CHECK(json.take() == R"({
  "name": "a \"quoted\" name",
  "rows": 18446744073709551615,
  "min": -9223372036854775808,
  "rate": 0.5,
  "done": true,
  "lag": null,
  "eta": 3,
  "tables": [
    1,
    null,
    {},
    []
  ]
}
)");
}

TEST_CASE("only what must be is escaped") {
  std::string out;
  append_json_string(std::string_view("\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\0", 14), out);
  CHECK(out == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\\u0000\"");
}

TEST_CASE("text that is not UTF-8 is never written") {
  JsonWriter json;
  CHECK_THROWS_AS(json.value("\xff"), model::Error);
}

TEST_CASE("misuse is told") {
  CHECK_THROWS_AS(JsonWriter().take(), model::Error);
  CHECK_THROWS_AS(JsonWriter().key("a"), model::Error);
  CHECK_THROWS_AS(JsonWriter().end_object(), model::Error);
  CHECK_THROWS_AS(JsonWriter().begin_object().value(1), model::Error);
  CHECK_THROWS_AS(JsonWriter().begin_object().key("a").key("b"), model::Error);
  CHECK_THROWS_AS(JsonWriter().begin_object().key("a").end_object(), model::Error);
  CHECK_THROWS_AS(JsonWriter().begin_object().end_array(), model::Error);
  CHECK_THROWS_AS(JsonWriter().value(1).value(2), model::Error);
  CHECK_THROWS_AS(JsonWriter().begin_array().take(), model::Error);
  CHECK_THROWS_AS(JsonWriter().value(std::nan("")), model::Error);
  CHECK_THROWS_AS(JsonWriter().value(std::numeric_limits<double>::infinity()), model::Error);
}

TEST_CASE("a writer is empty after its text has been taken") {
  JsonWriter json;
  CHECK(json.value("a").take() == "\"a\"");
  CHECK(json.value(2).take() == "2");
}

TEST_CASE("what is written is what is read") {
  JsonWriter json(JsonWriter::Style::pretty);
  write_example(json);
  const std::string text = json.take();
  const JsonDocument document = parse_json_or_throw(text, "text");
  CHECK(document.root().at("name").as_string() == "a \"quoted\" name");
  CHECK(JsonWriter(JsonWriter::Style::pretty).value(document.root()).take() == text);
}

TEST_CASE("canonical JSON has sorted keys, one spelling and no white space") {
  CHECK(
      canonical_json(
          R"( { "b" : [ 1 , -0 , true, null ] , "a": "\u00e9\/\u000a", "B": {} , "": 18446744073709551615 } )") ==
      "{\"\":18446744073709551615,\"B\":{},\"a\":\"\xc3\xa9/\\n\",\"b\":[1,0,true,null]}");
  const std::string canonical = canonical_json(R"({"z":1,"y":{"x":[],"w":"q"}})");
  CHECK(canonical_json(canonical) == canonical);
}

TEST_CASE("floats and duplicate keys have no canonical form") {
  CHECK_THROWS_AS(canonical_json("1.5"), model::Error);
  CHECK_THROWS_AS(canonical_json("1e3"), model::Error);
  CHECK_THROWS_AS(canonical_json("18446744073709551616"), model::Error);
  CHECK_THROWS_AS(canonical_json("-9223372036854775809"), model::Error);
  CHECK_THROWS_AS(canonical_json(R"({"a":1,"a":1})"), model::Error);
  CHECK_THROWS_AS(canonical_json("["), model::Error);
}

}  // namespace
}  // namespace sluice::codec
