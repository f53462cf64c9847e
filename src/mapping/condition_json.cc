#include <array>

#include <fmt/format.h>

#include "sluice/mapping/rules_json.h"

#include "mapping/rule_shapes.h"

namespace sluice::mapping {
namespace {

using codec::JsonValue;
using codec::JsonWriter;
using Op = Condition::Op;

constexpr std::array<Op, 12> kLeafOps = {
    Op::equal, Op::not_equal, Op::less,     Op::less_equal,  Op::greater,   Op::greater_equal,
    Op::in,    Op::is_null,   Op::is_blank, Op::starts_with, Op::ends_with, Op::contains};

std::array<std::string_view, kLeafOps.size()> leaf_op_names() {
  std::array<std::string_view, kLeafOps.size()> names;
  for (std::size_t i = 0; i < kLeafOps.size(); ++i) names[i] = to_string(kLeafOps[i]);
  return names;
}

bool takes_no_value(Op op) { return op == Op::is_null || op == Op::is_blank; }
bool takes_values(Op op) {
  return op == Op::in || op == Op::starts_with || op == Op::ends_with || op == Op::contains;
}

Literal literal_from_json(const JsonValue& value, JsonProblems& problems) {
  if (value.is_string()) return {Literal::Kind::text, value.as_string()};
  if (value.is_number()) return {Literal::Kind::number, value.number_text()};
  if (value.is_bool()) return {Literal::Kind::boolean, value.as_bool() ? "true" : "false"};
  if (value.is_object()) {
    ObjectReader object(value, shapes::kNumberLiteral, problems);
    return {Literal::Kind::number, object.required_text("number")};
  }
  problems.error(value, "wrong-type",
                 fmt::format("a text, a number or true or false is wanted here, not {}",
                             to_string(value.kind())),
                 value.is_null() ? "use \"op\": \"is_null\"" : "");
  return {};
}

void literal_to_json(const Literal& literal, JsonWriter& json) {
  switch (literal.kind) {
    case Literal::Kind::text:
      json.value(literal.text);
      return;
    case Literal::Kind::boolean:
      json.value(literal.text == "true");
      return;
    // Never a JSON number: canonical JSON holds no fractions, and "1.50" must stay what it is.
    case Literal::Kind::number:
      json.begin_object().member("number", literal.text).end_object();
  }
}

std::vector<Condition> children_from_json(ObjectReader& object, std::string_view key) {
  std::vector<Condition> children;
  for (const JsonValue& item : object.items(key)) {
    children.push_back(condition_from_json(item, object.problems()));
  }
  if (children.empty() && object.has(key)) {
    object.problems().error(*object.find(key), "empty-list",
                            fmt::format("\"{}\" needs at least one condition", key));
  }
  return children;
}

/// The values of a comparison, as many as its operator takes.
void read_values(ObjectReader& object, Condition& out) {
  JsonProblems& problems = object.problems();
  const std::string_view wanted = takes_no_value(out.op) ? ""
                                  : takes_values(out.op) ? "values"
                                                         : "value";
  for (const std::string_view key : {std::string_view("value"), std::string_view("values")}) {
    if (key != wanted && object.has(key)) {
      problems.error(*object.find(key), "misplaced-key",
                     fmt::format("\"op\": \"{}\" takes no \"{}\"", to_string(out.op), key));
    }
  }
  if (wanted.empty()) return;
  const JsonValue* value = object.required(wanted);
  if (value == nullptr) return;
  if (wanted == "value") {
    out.values.push_back(literal_from_json(*value, problems));
    return;
  }
  for (const JsonValue& item : object.items("values")) {
    out.values.push_back(literal_from_json(item, problems));
  }
  if (out.values.empty() && value->is_array()) {
    problems.error(*value, "empty-list", "\"values\" needs at least one value");
  }
}

Condition leaf_from_json(ObjectReader& object) {
  Condition out;
  out.column = object.required_text("column");
  if (object.required("op") == nullptr) return out;
  const auto names = leaf_op_names();
  const std::optional<std::size_t> op = object.choice("op", names);
  if (!op) return out;
  out.op = kLeafOps[*op];
  read_values(object, out);
  return out;
}

}  // namespace

Condition condition_from_json(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kCondition, problems);
  if (!object.is_object()) return {};
  Condition out;
  int kinds = 0;
  if (object.has("and")) ++kinds, out = {Op::all_of, {}, {}, children_from_json(object, "and")};
  if (object.has("or")) ++kinds, out = {Op::any_of, {}, {}, children_from_json(object, "or")};
  if (object.has("not")) {
    ++kinds;
    out = {Op::negation, {}, {}, {condition_from_json(*object.find("not"), problems)}};
  }
  if (object.has("column") || object.has("op")) ++kinds, out = leaf_from_json(object);
  if (kinds != 1) {
    problems.error(
        value, "condition-kind",
        "a condition is exactly one of: \"and\", \"or\", \"not\", or \"column\" with \"op\"");
  }
  return out;
}

void condition_to_json(const Condition& condition, JsonWriter& json) {
  json.begin_object();
  const std::string_view name = to_string(condition.op);
  if (condition.op == Op::all_of || condition.op == Op::any_of) {
    json.key(name).begin_array();
    for (const Condition& child : condition.children) condition_to_json(child, json);
    json.end_array();
  } else if (condition.op == Op::negation) {
    json.key(name);
    condition_to_json(condition.children.front(), json);
  } else {
    json.member("column", condition.column).member("op", name);
    if (takes_values(condition.op)) {
      json.key("values").begin_array();
      for (const Literal& literal : condition.values) literal_to_json(literal, json);
      json.end_array();
    } else if (!takes_no_value(condition.op)) {
      json.key("value");
      literal_to_json(condition.values.front(), json);
    }
  }
  json.end_object();
}

}  // namespace sluice::mapping
