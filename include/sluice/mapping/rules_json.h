#pragma once

#include <span>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/mapping/condition.h"
#include "sluice/mapping/json_object.h"
#include "sluice/mapping/rules.h"

/// The JSON form of rules and conditions: the same in a config and in a plan. Reading reports
/// everything that is wrong and gives what could be read; only a result without errors may be used.
/// What is written reads back as the same value.
namespace sluice::mapping {

/// An object with "columns", "drop", "same_names" and "filter". Rules that lose information without
/// "lossy", two rules for one target column, and the like are reported here, because they need
/// nothing but the rules.
[[nodiscard]] TableRules rules_from_json(const codec::JsonValue& value, JsonProblems& problems);
/// Writes the object in full form: no shorthand.
void rules_to_json(const TableRules& rules, codec::JsonWriter& json);

/// One rule, as a member of "columns".
[[nodiscard]] Rule rule_from_json(const std::string& target, const codec::JsonValue& value,
                                  JsonProblems& problems);
void rule_to_json(const Rule& rule, codec::JsonWriter& json);

[[nodiscard]] Condition condition_from_json(const codec::JsonValue& value, JsonProblems& problems);
void condition_to_json(const Condition& condition, codec::JsonWriter& json);

/// The shapes of all objects read here, for the test that holds the JSON Schema against them.
[[nodiscard]] std::span<const ObjectShape> rule_shapes() noexcept;

}  // namespace sluice::mapping
