#include <set>
#include <string>
#include <utility>

#include "sluice/codec/json_read.h"

#include "policy/shapes.h"
#include "unit/json_schema.h"
#include "unit/policy/policy_fixture.h"

/// The JSON Schema for editors, the example and the reader must say the same.

namespace sluice::policy {
namespace {

using codec::JsonDocument;
using codec::JsonMember;
using codec::JsonValue;

bool schema_accepts(std::string_view text) {
  const JsonDocument schema =
      codec::parse_json_or_throw(read_config_file("policy.schema.json"), "schema");
  const JsonDocument policy = codec::parse_json_or_throw(text, "policy");
  return test::JsonSchema(schema.root()).accepts(schema.root(), policy.root());
}

}  // namespace

TEST_CASE("the policy's schema accepts the example") { CHECK(schema_accepts(example_text())); }

TEST_CASE("the policy's schema lists exactly the keys that the reader knows") {
  const JsonDocument schema =
      codec::parse_json_or_throw(read_config_file("policy.schema.json"), "schema");
  const JsonValue& definitions = schema.root().at("$defs");
  std::set<std::string> names;
  for (const auto& shape : shapes::kAll) {
    INFO(shape.name);
    const JsonValue* definition = definitions.find(shape.name);
    REQUIRE(definition != nullptr);
    CHECK_FALSE(definition->at("additionalProperties").as_bool());
    std::set<std::string> listed;
    for (const JsonMember& member : definition->at("properties").members()) {
      listed.insert(member.key);
    }
    std::set<std::string> known(shape.keys.begin(), shape.keys.end());
    known.insert(std::string(mapping::kNoteKey));
    CHECK(listed == known);
    names.insert(std::string(shape.name));
  }
  for (const JsonMember& definition : definitions.members()) {
    CHECK(names.contains(definition.key));
  }
}

TEST_CASE("the example of a policy uses every key there is") {
  for (const auto& shape : shapes::kAll) {
    for (const std::string_view key : shape.keys) {
      INFO(shape.name << "." << key);
      CHECK(example_text().find("\"" + std::string(key) + "\":") != std::string::npos);
    }
  }
}

TEST_CASE("what the reader refuses in a policy's shape, the schema refuses too") {
  const std::pair<std::string_view, std::string_view> slips[] = {
      {"\"name\": \"crm\"", "\"nmae\": \"crm\""},
      {"\"version\": 1", "\"version\": \"1\""},
      {"\"version\": 1", "\"version\": 0"},
      {"policy/1", "policy/2"},
      {"\"role\"", "\"rule\""},
      {"\"retire\": {", "\"delete\": {"},
      {"\"need\": 1", "\"need\": 0"},
      {"\"need\": 1", "\"need\": \"1\""},
      {"\"hardware\": \"touch\"", "\"hardware\": \"tuch\""},
      {"\"operator_counts\": true", "\"operator_counts\": 1"},
      {"\"max_age_hours\": 12", "\"max_age_hours\": 9000"},
      {"\"tables\": [\"audit.*\"]", "\"tables\": []"},
      {"\"engine\": \"mariadb\"", "\"engine\": \"oracle\""},
      {"\"last_day\": 90", "\"last\": 90"},
      {"\"archive_days\": 2555", "\"archive_days\": 40000"},
      {"\"sha256\"", "\"md5\""},
      {"\"revoked_keys\": \"crm.revoked.krl\"", "\"revoked_keys\": \"\""},
      {"\"caller\"", "\"caler\""},
  };
  for (const auto& [old_text, new_text] : slips) {
    const std::string bad = replaced(example_text(), old_text, new_text);
    INFO(new_text);
    CHECK_FALSE(schema_accepts(bad));
    CHECK_FALSE(read_policy(bad, "bad.json").policy.has_value());
  }
}

}  // namespace sluice::policy
