#include "mapping/step_json.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/date_pattern.h"

#include "mapping/rule_shapes.h"

namespace sluice::mapping {
namespace {

using codec::JsonMember;
using codec::JsonValue;
using codec::JsonWriter;

/// Longest text that PostgreSQL can hold anyway, in bytes; a bound for "truncate".
constexpr std::int64_t kMaxCharacters = 1'000'000'000;

constexpr std::string_view kPlainSteps[] = {"trim", "collapse_spaces", "lower", "upper"};
constexpr std::string_view kObjectSteps[] = {"null_if", "map",      "number",
                                             "date",    "truncate", "strip_prefixes"};

std::optional<Step> plain_step(const JsonValue& value, JsonProblems& problems) {
  const std::string& name = value.as_string();
  if (name == "trim") return Trim{};
  if (name == "collapse_spaces") return CollapseSpaces{};
  if (name == "lower") return ChangeCase{ChangeCase::To::lower};
  if (name == "upper") return ChangeCase{ChangeCase::To::upper};
  std::string_view near = nearest(name, kPlainSteps);
  std::string action = "steps without arguments are: trim, collapse_spaces, lower, upper";
  if (!near.empty()) {
    action = fmt::format("did you mean \"{}\"?", near);
  } else if (near = nearest(name, kObjectSteps); !near.empty()) {
    action = fmt::format("{} takes arguments: {{\"{}\": ...}}", near, near);
  }
  problems.error(value, "unknown-step", fmt::format("unknown step \"{}\"", name), action);
  return std::nullopt;
}

std::vector<std::string> texts_of(ObjectReader& object, std::string_view key) {
  std::vector<std::string> texts = object.texts(key);
  const JsonValue& value = *object.find(key);
  if (texts.empty() && value.is_array()) {
    object.problems().error(value, "empty-list",
                            fmt::format("\"{}\" needs at least one text", key));
  }
  return texts;
}

Otherwise otherwise_of(ObjectReader& object) {
  const JsonValue* value = object.required("otherwise");
  if (value == nullptr) return {};
  if (value->is_object()) {
    ObjectReader inner(*value, shapes::kOtherwise, object.problems());
    const JsonValue* content = inner.required("value");
    return {Otherwise::Kind::value,
            content == nullptr ? std::string() : read_text(*content, object.problems())};
  }
  constexpr std::string_view kWords[] = {"quarantine", "keep", "null"};
  const std::optional<std::size_t> word = object.choice("otherwise", kWords);
  if (word == 1U) return {Otherwise::Kind::keep, {}};
  if (word == 2U) return {Otherwise::Kind::null, {}};
  return {};
}

Step map_step(ObjectReader& object) {
  ValueMap map;
  const JsonValue& entries = *object.find("map");
  if (!entries.is_object()) {
    object.problems().error(entries, "wrong-type", "\"map\" is an object of old value: new value");
  } else if (entries.members().empty()) {
    object.problems().error(entries, "empty-list", "\"map\" needs at least one value");
  } else {
    for (const JsonMember& member : entries.members()) {
      std::optional<std::string> new_value;
      if (!member.value.is_null()) new_value = read_text(member.value, object.problems());
      map.entries.emplace_back(member.key, std::move(new_value));
    }
    std::ranges::sort(map.entries);
  }
  map.otherwise = otherwise_of(object);
  return map;
}

/// One ASCII character that no number is made of.
std::optional<char> separator_of(ObjectReader& object, std::string_view key) {
  if (!object.has(key)) return std::nullopt;
  const std::string text = object.text(key);
  const bool usable = text.size() == 1 && text[0] >= ' ' && text[0] <= '~' &&
                      std::string_view("0123456789+-eE").find(text[0]) == std::string_view::npos;
  if (usable) return text[0];
  if (object.find(key)->is_string()) {
    object.problems().error(
        *object.find(key), "bad-separator",
        fmt::format("\"{}\" is one ASCII character that is no digit and no sign", key));
  }
  return std::nullopt;
}

Step number_step(ObjectReader& object) {
  ObjectReader format(*object.find("number"), shapes::kNumber, object.problems());
  ParseNumber step;
  if (!format.is_object()) return step;
  (void)format.required("decimal");
  step.decimal = separator_of(format, "decimal").value_or('.');
  step.group = separator_of(format, "group");
  if (step.group == step.decimal) {
    object.problems().error(format.value(), "bad-separator",
                            "\"decimal\" and \"group\" must not be the same");
  }
  return step;
}

Step date_step(ObjectReader& object) {
  ParseDate step{object.required_text("date")};
  std::string why;
  if (!step.pattern.empty() && !codec::DatePattern::compile(step.pattern, why)) {
    object.problems().error(*object.find("date"), "bad-date-pattern", why,
                            "the letters are: %Y %y %m %b %B %d %e %H %k %M %S %f %%");
  }
  return step;
}

Step truncate_step(ObjectReader& object) {
  const auto characters = object.integer("truncate", 1, kMaxCharacters);
  return Truncate{static_cast<std::size_t>(characters.value_or(1))};
}

std::optional<Step> object_step(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kStep, problems);
  std::string_view kind;
  int kinds = 0;
  for (const std::string_view name : kObjectSteps) {
    if (object.has(name)) ++kinds, kind = name;
  }
  if (kinds != 1) {
    problems.error(value, "step-kind",
                   fmt::format("a step is exactly one of: {}", fmt::join(kObjectSteps, ", ")));
    return std::nullopt;
  }
  if (kind != "map" && object.has("otherwise")) {
    problems.error(*object.find("otherwise"), "misplaced-key", "\"otherwise\" belongs to \"map\"");
  }
  if (kind == "null_if") return NullIf{texts_of(object, "null_if")};
  if (kind == "map") return map_step(object);
  if (kind == "number") return number_step(object);
  if (kind == "date") return date_step(object);
  if (kind == "truncate") return truncate_step(object);
  return StripPrefixes{texts_of(object, "strip_prefixes")};
}

void texts_to_json(std::string_view key, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void otherwise_to_json(const Otherwise& otherwise, JsonWriter& json) {
  json.key("otherwise");
  switch (otherwise.kind) {
    case Otherwise::Kind::quarantine:
      json.value("quarantine");
      return;
    case Otherwise::Kind::keep:
      json.value("keep");
      return;
    case Otherwise::Kind::null:
      json.value("null");
      return;
    case Otherwise::Kind::value:
      json.begin_object().member("value", otherwise.value).end_object();
  }
}

struct StepWriter {
  JsonWriter& json;

  void operator()(const Trim&) const { json.value("trim"); }
  void operator()(const CollapseSpaces&) const { json.value("collapse_spaces"); }
  void operator()(const ChangeCase& step) const {
    json.value(step.to == ChangeCase::To::lower ? "lower" : "upper");
  }
  void operator()(const NullIf& step) const {
    json.begin_object();
    texts_to_json("null_if", step.texts, json);
    json.end_object();
  }
  void operator()(const ValueMap& step) const {
    json.begin_object().key("map").begin_object();
    for (const auto& [old_value, new_value] : step.entries) json.member(old_value, new_value);
    json.end_object();
    otherwise_to_json(step.otherwise, json);
    json.end_object();
  }
  void operator()(const ParseNumber& step) const {
    json.begin_object().key("number").begin_object();
    json.member("decimal", std::string(1, step.decimal));
    if (step.group) json.member("group", std::string(1, *step.group));
    json.end_object().end_object();
  }
  void operator()(const ParseDate& step) const {
    json.begin_object().member("date", step.pattern).end_object();
  }
  void operator()(const Truncate& step) const {
    json.begin_object()
        .member("truncate", static_cast<std::uint64_t>(step.characters))
        .end_object();
  }
  void operator()(const StripPrefixes& step) const {
    json.begin_object();
    texts_to_json("strip_prefixes", step.prefixes, json);
    json.end_object();
  }
};

}  // namespace

std::vector<Step> steps_from_json(ObjectReader& object) {
  std::vector<Step> steps;
  for (const JsonValue& item : object.items("steps")) {
    if (!steps.empty() && std::holds_alternative<ParseDate>(steps.back())) {
      object.problems().error(
          item, "step-after-date",
          "\"date\" must be the last step: what follows it is no text any more");
    }
    std::optional<Step> step = item.is_string() ? plain_step(item, object.problems())
                                                : object_step(item, object.problems());
    if (step) steps.push_back(std::move(*step));
  }
  return steps;
}

void steps_to_json(const std::vector<Step>& steps, JsonWriter& json) {
  if (steps.empty()) return;
  json.key("steps").begin_array();
  for (const Step& step : steps) std::visit(StepWriter{json}, step);
  json.end_array();
}

}  // namespace sluice::mapping
