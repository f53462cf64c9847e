#pragma once

#include <string>
#include <string_view>

#include "sluice/codec/json_read.h"

namespace sluice::test {

/// As much of JSON Schema as the files of configs/ use, without "pattern".
class JsonSchema {
 public:
  explicit JsonSchema(const codec::JsonValue& root) : definitions_(root.at("$defs")) {}

  [[nodiscard]] bool accepts(const codec::JsonValue& schema, const codec::JsonValue& value) const {
    if (const codec::JsonValue* ref = schema.find("$ref")) {
      if (!accepts(definitions_.at(ref->as_string().substr(std::string("#/$defs/").size())), value))
        return false;
    }
    return type_fits(schema, value) && word_fits(schema, value) && one_of_fits(schema, value) &&
           object_fits(schema, value) && items_fit(schema, value) && size_fits(schema, value);
  }

 private:
  static bool is_of(const std::string& type, const codec::JsonValue& value) {
    if (type == "number") return value.is_number();
    return std::string(to_string(value.kind())) == type;
  }

  static bool type_fits(const codec::JsonValue& schema, const codec::JsonValue& value) {
    const codec::JsonValue* type = schema.find("type");
    if (type == nullptr) return true;
    if (type->is_string()) return is_of(type->as_string(), value);
    for (const codec::JsonValue& one : type->items()) {
      if (is_of(one.as_string(), value)) return true;
    }
    return false;
  }

  static bool same(const codec::JsonValue& a, const codec::JsonValue& b) {
    if (a.is_string() && b.is_string()) return a.as_string() == b.as_string();
    return a.is_bool() && b.is_bool() && a.as_bool() == b.as_bool();
  }

  static bool word_fits(const codec::JsonValue& schema, const codec::JsonValue& value) {
    if (const codec::JsonValue* constant = schema.find("const")) return same(*constant, value);
    const codec::JsonValue* words = schema.find("enum");
    if (words == nullptr) return true;
    for (const codec::JsonValue& word : words->items()) {
      if (same(word, value)) return true;
    }
    return false;
  }

  [[nodiscard]] bool one_of_fits(const codec::JsonValue& schema,
                                 const codec::JsonValue& value) const {
    const codec::JsonValue* choices = schema.find("oneOf");
    if (choices == nullptr) return true;
    int fitting = 0;
    for (const codec::JsonValue& choice : choices->items())
      fitting += accepts(choice, value) ? 1 : 0;
    return fitting == 1;
  }

  [[nodiscard]] bool object_fits(const codec::JsonValue& schema,
                                 const codec::JsonValue& value) const {
    if (!value.is_object()) return true;
    if (const codec::JsonValue* required = schema.find("required")) {
      for (const codec::JsonValue& key : required->items()) {
        if (value.find(key.as_string()) == nullptr) return false;
      }
    }
    const codec::JsonValue* properties = schema.find("properties");
    const codec::JsonValue* others = schema.find("additionalProperties");
    for (const codec::JsonMember& member : value.members()) {
      const codec::JsonValue* known =
          properties == nullptr ? nullptr : properties->find(member.key);
      const codec::JsonValue* rule = known != nullptr ? known : others;
      if (rule == nullptr) continue;
      if (rule->is_bool() ? !rule->as_bool() : !accepts(*rule, member.value)) return false;
    }
    return true;
  }

  [[nodiscard]] bool items_fit(const codec::JsonValue& schema,
                               const codec::JsonValue& value) const {
    const codec::JsonValue* items = schema.find("items");
    if (items == nullptr || !value.is_array()) return true;
    for (const codec::JsonValue& item : value.items()) {
      if (!accepts(*items, item)) return false;
    }
    return true;
  }

  static bool size_fits(const codec::JsonValue& schema, const codec::JsonValue& value) {
    const auto at_least = [&](std::string_view key, std::size_t size) {
      const codec::JsonValue* limit = schema.find(key);
      return limit == nullptr || size >= static_cast<std::size_t>(limit->as_integer());
    };
    if (value.is_array()) return at_least("minItems", value.items().size());
    if (value.is_object()) return at_least("minProperties", value.members().size());
    if (value.is_string()) return at_least("minLength", value.as_string().size());
    if (!value.is_integer()) return true;
    const codec::JsonValue* most = schema.find("maximum");
    return at_least("minimum", static_cast<std::size_t>(value.as_integer())) &&
           (most == nullptr || value.as_integer() <= most->as_integer());
  }

  const codec::JsonValue& definitions_;
};

}  // namespace sluice::test
