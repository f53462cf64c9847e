#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"
#include "sluice/config/config.h"
#include "sluice/mapping/rules_json.h"

#include "config/shapes.h"

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

/// As much of JSON Schema as sluice.schema.json uses.
class Schema {
 public:
  explicit Schema(const JsonValue& root) : definitions_(root.at("$defs")) {}

  [[nodiscard]] bool accepts(const JsonValue& schema, const JsonValue& value) const {
    if (const JsonValue* ref = schema.find("$ref")) {
      if (!accepts(definitions_.at(ref->as_string().substr(std::string("#/$defs/").size())), value))
        return false;
    }
    return type_fits(schema, value) && word_fits(schema, value) && one_of_fits(schema, value) &&
           object_fits(schema, value) && items_fit(schema, value) && size_fits(schema, value);
  }

 private:
  static bool is_of(const std::string& type, const JsonValue& value) {
    if (type == "number") return value.is_number();
    return std::string(to_string(value.kind())) == type;
  }

  static bool type_fits(const JsonValue& schema, const JsonValue& value) {
    const JsonValue* type = schema.find("type");
    if (type == nullptr) return true;
    if (type->is_string()) return is_of(type->as_string(), value);
    for (const JsonValue& one : type->items()) {
      if (is_of(one.as_string(), value)) return true;
    }
    return false;
  }

  static bool same(const JsonValue& a, const JsonValue& b) {
    if (a.is_string() && b.is_string()) return a.as_string() == b.as_string();
    return a.is_bool() && b.is_bool() && a.as_bool() == b.as_bool();
  }

  static bool word_fits(const JsonValue& schema, const JsonValue& value) {
    if (const JsonValue* constant = schema.find("const")) return same(*constant, value);
    const JsonValue* words = schema.find("enum");
    if (words == nullptr) return true;
    for (const JsonValue& word : words->items()) {
      if (same(word, value)) return true;
    }
    return false;
  }

  [[nodiscard]] bool one_of_fits(const JsonValue& schema, const JsonValue& value) const {
    const JsonValue* choices = schema.find("oneOf");
    if (choices == nullptr) return true;
    int fitting = 0;
    for (const JsonValue& choice : choices->items()) fitting += accepts(choice, value) ? 1 : 0;
    return fitting == 1;
  }

  [[nodiscard]] bool object_fits(const JsonValue& schema, const JsonValue& value) const {
    if (!value.is_object()) return true;
    if (const JsonValue* required = schema.find("required")) {
      for (const JsonValue& key : required->items()) {
        if (value.find(key.as_string()) == nullptr) return false;
      }
    }
    const JsonValue* properties = schema.find("properties");
    const JsonValue* others = schema.find("additionalProperties");
    for (const JsonMember& member : value.members()) {
      const JsonValue* known = properties == nullptr ? nullptr : properties->find(member.key);
      const JsonValue* rule = known != nullptr ? known : others;
      if (rule == nullptr) continue;
      if (rule->is_bool() ? !rule->as_bool() : !accepts(*rule, member.value)) return false;
    }
    return true;
  }

  [[nodiscard]] bool items_fit(const JsonValue& schema, const JsonValue& value) const {
    const JsonValue* items = schema.find("items");
    if (items == nullptr || !value.is_array()) return true;
    for (const JsonValue& item : value.items()) {
      if (!accepts(*items, item)) return false;
    }
    return true;
  }

  static bool size_fits(const JsonValue& schema, const JsonValue& value) {
    const auto at_least = [&](std::string_view key, std::size_t size) {
      const JsonValue* limit = schema.find(key);
      return limit == nullptr || size >= static_cast<std::size_t>(limit->as_integer());
    };
    if (value.is_array()) return at_least("minItems", value.items().size());
    if (value.is_object()) return at_least("minProperties", value.members().size());
    if (value.is_string()) return at_least("minLength", value.as_string().size());
    if (!value.is_integer()) return true;
    const JsonValue* most = schema.find("maximum");
    return at_least("minimum", static_cast<std::size_t>(value.as_integer())) &&
           (most == nullptr || value.as_integer() <= most->as_integer());
  }

  const JsonValue& definitions_;
};

bool schema_accepts(std::string_view text) {
  const JsonDocument schema = read_json("sluice.schema.json");
  const JsonDocument config = sluice::codec::parse_json_or_throw(text, "config");
  return Schema(schema.root()).accepts(schema.root(), config.root());
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
