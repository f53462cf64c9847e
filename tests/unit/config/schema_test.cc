#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"
#include "sluice/config/config.h"
#include "sluice/mapping/rules_json.h"

#include "config/shapes.h"
#include "unit/json_schema.h"

/// The JSON Schema for editors, the examples and the reader must say the same.

using sluice::codec::JsonDocument;
using sluice::codec::JsonMember;
using sluice::codec::JsonValue;
using sluice::mapping::ObjectShape;

namespace {

constexpr std::string_view kExamples[] = {"mariadb-to-postgresql.json", "mysql-to-postgresql.json",
                                          "postgresql-to-postgresql.json"};

std::string read_file(std::string_view name) {
  std::ifstream file(std::string(SLUICE_SOURCE_DIR "/configs/") + std::string(name));
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

JsonDocument read_json(std::string_view name) {
  return sluice::codec::parse_json_or_throw(read_file(name), name);
}

bool schema_accepts(std::string_view text) {
  const JsonDocument schema = read_json("sluice.schema.json");
  const JsonDocument config = sluice::codec::parse_json_or_throw(text, "config");
  return sluice::test::JsonSchema(schema.root()).accepts(schema.root(), config.root());
}

std::vector<ObjectShape> all_shapes() {
  std::vector<ObjectShape> shapes(std::begin(sluice::config::shapes::kAll),
                                  std::end(sluice::config::shapes::kAll));
  for (const ObjectShape& shape : sluice::mapping::rule_shapes()) shapes.push_back(shape);
  return shapes;
}

std::string replaced(std::string text, std::string_view old_text, std::string_view new_text) {
  const std::size_t at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

}  // namespace

TEST_CASE("every example is a config without findings") {
  for (const std::string_view name : kExamples) {
    const auto result = sluice::config::read_config(read_file(name), name);
    INFO(name);
    for (const auto& finding : result.findings)
      UNSCOPED_INFO(finding.where << ": " << finding.message);
    CHECK(result.findings.empty());
    CHECK(result.config.has_value());
  }
}

TEST_CASE("the schema accepts every example") {
  for (const std::string_view name : kExamples) {
    INFO(name);
    CHECK(schema_accepts(read_file(name)));
  }
}

TEST_CASE("the schema lists exactly the keys that the reader knows") {
  const JsonDocument schema = read_json("sluice.schema.json");
  const JsonValue& definitions = schema.root().at("$defs");
  std::set<std::string> closed;
  for (const ObjectShape& shape : all_shapes()) {
    INFO(shape.name);
    const JsonValue* definition = definitions.find(shape.name);
    REQUIRE(definition != nullptr);
    CHECK_FALSE(definition->at("additionalProperties").as_bool());
    std::set<std::string> listed;
    for (const JsonMember& member : definition->at("properties").members())
      listed.insert(member.key);
    std::set<std::string> known(shape.keys.begin(), shape.keys.end());
    known.insert(std::string(sluice::mapping::kNoteKey));
    CHECK(listed == known);
    closed.insert(std::string(shape.name));
  }
  for (const JsonMember& definition : definitions.members()) {
    if (definition.value.find("properties") != nullptr) CHECK(closed.contains(definition.key));
  }
}

TEST_CASE("the examples together use every key there is") {
  std::set<std::string> used;
  for (const std::string_view name : kExamples) {
    const std::string text = read_file(name);
    for (const ObjectShape& shape : all_shapes()) {
      for (const std::string_view key : shape.keys) {
        if (text.find("\"" + std::string(key) + "\":") != std::string::npos)
          used.insert(std::string(key));
      }
    }
  }
  // Keys that one example of each direction has no honest use for; README.md explains them.
  const std::set<std::string> unused = {"or", "not", "service", "socket", "number"};
  for (const ObjectShape& shape : all_shapes()) {
    for (const std::string_view key : shape.keys) {
      INFO(shape.name << "." << key);
      CHECK((used.contains(std::string(key)) || unused.contains(std::string(key))));
    }
  }
}

TEST_CASE("what the reader refuses in shape, the schema refuses too") {
  const std::string good = read_file("mysql-to-postgresql.json");
  const std::pair<std::string_view, std::string_view> slips[] = {
      {"\"name\"", "\"nmae\""},
      {"\"shop\"", "7"},
      {"\"same_names\": true", "\"same_names\": 1"},
      {"\"trim\", \"upper\"", "\"trim\", \"uper\""},
      {"\"replace\"", "\"overwrite\""},
      {"\"otherwise\"", "\"otherwiese\""},
      {"\"readers\": 4", "\"readers\": 0"},
      {"\"readers\": 4", "\"readers\": \"4\""},
      {"\"sha256\"", "\"md5\""},
      {"\"person\"", "\"persona\""},
      {"\"engine\": \"mysql\"", "\"engine\": \"oracle\""},
      {"\"from\": \"sku\"", "\"form\": \"sku\""},
      {"\"both\"", "\"neither\""},
      {"\"both\"", "true"},
  };
  for (const auto& [old_text, new_text] : slips) {
    const std::string bad = replaced(good, old_text, new_text);
    INFO(new_text);
    CHECK_FALSE(schema_accepts(bad));
    CHECK_FALSE(sluice::config::read_config(bad, "bad.json").config.has_value());
  }
}
