#include "sluice/mapping/rules_json.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sluice/mapping/conversion.h"

#include "mapping/rule_shapes.h"
#include "mapping/step_json.h"

namespace sluice::mapping {
namespace {

using codec::JsonMember;
using codec::JsonValue;

constexpr std::string_view kMissingWords[] = {"skip", "quarantine", "null"};

Missing missing_from_json(ObjectReader& object, std::string_view key) {
  switch (object.choice(key, kMissingWords).value_or(1)) {
    case 0:
      return Missing::skip;
    case 2:
      return Missing::null;
    default:
      return Missing::quarantine;
  }
}

Part part_from_json(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kPart, problems);
  Part part;
  if (!object.is_object()) return part;
  part.column = object.required_text("column");
  part.steps = steps_from_json(object);
  // No default: what a missing name means is exactly what nobody should have to guess.
  if (object.required("missing") != nullptr) part.missing = missing_from_json(object, "missing");
  if (!part.steps.empty() && std::holds_alternative<ParseDate>(part.steps.back())) {
    problems.error(value, "date-in-part", "a part of a concatenation cannot end as a date");
  }
  return part;
}

Concat concat_from_json(ObjectReader& object) {
  Concat concat;
  for (const JsonValue& item : object.items("concat")) {
    concat.parts.push_back(part_from_json(item, object.problems()));
  }
  if (concat.parts.empty() && object.find("concat")->is_array()) {
    object.problems().error(*object.find("concat"), "empty-list",
                            "\"concat\" needs at least one part");
  }
  concat.separator = object.text("separator");
  concat.all_missing = missing_from_json(object, "all_missing");
  if (concat.all_missing == Missing::skip) {
    object.problems().error(*object.find("all_missing"), "unknown-word",
                            "\"all_missing\" is \"quarantine\" or \"null\"");
  }
  concat.steps = steps_from_json(object);
  return concat;
}

/// The text form of a constant: a text, an integer or true or false as they are written; null is
/// NULL.
Constant constant_from_json(const JsonValue& value, JsonProblems& problems) {
  if (value.is_null()) return {};
  if (value.is_number()) return {value.number_text()};
  if (value.is_bool()) return {value.as_bool() ? "true" : "false"};
  return {read_text(value, problems)};
}

/// Keys that have no meaning beside the kind of value that was chosen.
void refuse_misplaced(ObjectReader& object, std::string_view kind) {
  const auto refuse = [&](std::string_view key, bool allowed) {
    if (allowed || !object.has(key)) return;
    object.problems().error(*object.find(key), "misplaced-key",
                            fmt::format("\"{}\" has no meaning beside \"{}\"", key, kind));
  };
  refuse("steps", kind == "from" || kind == "concat");
  refuse("separator", kind == "concat");
  refuse("all_missing", kind == "concat");
}

/// The value of a rule or a case; both have the same keys for it.
Value value_from_json(ObjectReader& object) {
  constexpr std::string_view kKinds[] = {"from", "concat", "constant", "default"};
  std::vector<std::string_view> given;
  for (const std::string_view kind : kKinds) {
    if (object.has(kind)) given.push_back(kind);
  }
  if (given.size() != 1) {
    object.problems().error(
        object.value(), "value-kind",
        fmt::format("exactly one of these must say where the value comes from: {}",
                    "from, concat, constant, default, cases"));
    return UseDefault{};
  }
  refuse_misplaced(object, given.front());
  if (given.front() == "from") {
    std::string column = object.required_text("from");
    return FromColumn{std::move(column), steps_from_json(object)};
  }
  if (given.front() == "concat") return concat_from_json(object);
  if (given.front() == "constant") {
    return constant_from_json(*object.find("constant"), object.problems());
  }
  if (!object.boolean("default", true)) {
    object.problems().error(*object.find("default"), "wrong-type", "\"default\" can only be true");
  }
  return UseDefault{};
}

std::vector<Case> cases_from_json(ObjectReader& rule) {
  std::vector<Case> cases;
  for (const std::string_view key :
       {"from", "concat", "constant", "default", "steps", "separator", "all_missing"}) {
    if (!rule.has(key)) continue;
    rule.problems().error(*rule.find(key), "misplaced-key",
                          fmt::format("\"{}\" belongs into one of the cases", key));
  }
  for (const JsonValue& item : rule.items("cases")) {
    if (!cases.empty() && !cases.back().when) {
      rule.problems().error(item, "case-never-reached",
                            "the case before this one has no \"when\" and takes every row");
    }
    ObjectReader object(item, shapes::kCase, rule.problems());
    Case c;
    if (!object.is_object()) continue;
    if (const JsonValue* when = object.find("when"))
      c.when = condition_from_json(*when, rule.problems());
    c.value = value_from_json(object);
    cases.push_back(std::move(c));
  }
  if (cases.empty() && rule.find("cases")->is_array() && rule.find("cases")->items().empty()) {
    rule.problems().error(*rule.find("cases"), "empty-list", "\"cases\" needs at least one case");
  }
  return cases;
}

void check_rule_loss(const Rule& rule, const JsonValue& value, JsonProblems& problems) {
  const std::vector<std::string> reasons = loss_reasons(rule);
  if (!rule.lossy && !reasons.empty()) {
    problems.error(value, "lossy-not-admitted",
                   fmt::format("the rule for \"{}\" loses information: {}", rule.target,
                               fmt::join(reasons, "; ")),
                   "say \"lossy\": true, and \"keep_rest\": true to keep the full old values");
  }
  if (rule.keep_rest && !rule.lossy) {
    problems.error(
        value, "rest-without-loss",
        fmt::format("the rule for \"{}\" keeps the rest of what it does not admit to lose",
                    rule.target),
        "say \"lossy\": true as well, or leave \"keep_rest\" out");
  }
}

Drop drop_from_json(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kDrop, problems);
  Drop drop;
  if (!object.is_object()) return drop;
  drop.column = object.required_text("column");
  drop.lossy = object.boolean("lossy");
  drop.keep_rest = object.boolean("keep_rest");
  drop.reason = object.required_text("reason");
  if (!drop.lossy) {
    problems.error(value, "lossy-not-admitted",
                   fmt::format("dropping column \"{}\" loses information", drop.column),
                   "say \"lossy\": true, and \"keep_rest\": true to keep the values");
  }
  return drop;
}

void read_drops(ObjectReader& object, TableRules& rules) {
  std::set<std::string> seen;
  for (const JsonValue& item : object.items("drop")) {
    Drop drop = drop_from_json(item, object.problems());
    if (!drop.column.empty() && !seen.insert(drop.column).second) {
      object.problems().error(item, "dropped-twice",
                              fmt::format("column \"{}\" is dropped twice", drop.column));
    }
    for (const Rule& rule : rules.rules) {
      const std::vector<std::string> used = value_columns(rule);
      if (std::ranges::find(used, drop.column) == used.end()) continue;
      object.problems().error(item, "dropped-and-mapped",
                              fmt::format("column \"{}\" is dropped, but \"{}\" is made of it",
                                          drop.column, rule.target),
                              "take it out of \"drop\"");
      break;
    }
    rules.drops.push_back(std::move(drop));
  }
}

constexpr std::string_view kLatin1Words[] = {"latin1", "utf8", "both"};

void read_latin1_holds(const JsonValue& value, JsonProblems& problems, TableRules& rules) {
  if (!value.is_object()) {
    problems.error(value, "wrong-type",
                   "\"latin1_holds\" is an object of source column: \"latin1\", \"utf8\" or "
                   "\"both\"");
    return;
  }
  for (const JsonMember& member : value.members()) {
    const std::string word = read_text(member.value, problems);
    const auto* const known = std::ranges::find(kLatin1Words, word);
    if (known != std::end(kLatin1Words)) {
      rules.latin1_holds[member.key] = static_cast<Latin1Holds>(known - kLatin1Words);
    } else if (member.value.is_string()) {
      problems.error(member.value, "unknown-word",
                     fmt::format("\"{}\" is not what a latin1 column can hold", word),
                     "write \"latin1\", \"utf8\" or \"both\"");
    }
  }
}

void latin1_holds_to_json(const TableRules& rules, codec::JsonWriter& json) {
  if (rules.latin1_holds.empty()) return;
  json.key("latin1_holds").begin_object();
  for (const auto& [column, holds] : rules.latin1_holds) {
    json.member(column, kLatin1Words[static_cast<std::size_t>(holds)]);
  }
  json.end_object();
}

void value_to_json(const Value& value, codec::JsonWriter& json) {
  if (const auto* from = std::get_if<FromColumn>(&value)) {
    json.member("from", from->column);
    steps_to_json(from->steps, json);
  } else if (const auto* concat = std::get_if<Concat>(&value)) {
    json.key("concat").begin_array();
    for (const Part& part : concat->parts) {
      json.begin_object().member("column", part.column);
      json.member("missing", kMissingWords[static_cast<std::size_t>(part.missing)]);
      steps_to_json(part.steps, json);
      json.end_object();
    }
    json.end_array().member("separator", concat->separator);
    json.member("all_missing", kMissingWords[static_cast<std::size_t>(concat->all_missing)]);
    steps_to_json(concat->steps, json);
  } else if (const auto* constant = std::get_if<Constant>(&value)) {
    json.member("constant", constant->text);
  } else {
    json.member("default", true);
  }
}

}  // namespace

Rule rule_from_json(const std::string& target, const JsonValue& value, JsonProblems& problems) {
  if (value.is_string()) return rename_rule(read_text(value, problems), target);
  ObjectReader object(value, shapes::kRule, problems);
  Rule rule;
  rule.target = target;
  if (!object.is_object()) return rule;
  if (object.has("cases")) {
    rule.cases = cases_from_json(object);
  } else {
    rule.cases.push_back({std::nullopt, value_from_json(object)});
  }
  rule.lossy = object.boolean("lossy");
  rule.keep_rest = object.boolean("keep_rest");
  rule.time_zone = object.text("time_zone");
  if (!rule.time_zone.empty() && !parse_zone(rule.time_zone)) {
    problems.error(*object.find("time_zone"), "bad-time-zone",
                   fmt::format("\"{}\" is no time zone that is read here", rule.time_zone),
                   "write \"UTC\" or an offset like \"+01:00\"");
  }
  check_rule_loss(rule, value, problems);
  return rule;
}

void rule_to_json(const Rule& rule, codec::JsonWriter& json) {
  json.begin_object();
  if (rule.cases.size() == 1 && !rule.cases.front().when) {
    value_to_json(rule.cases.front().value, json);
  } else {
    json.key("cases").begin_array();
    for (const Case& c : rule.cases) {
      json.begin_object();
      if (c.when) {
        json.key("when");
        condition_to_json(*c.when, json);
      }
      value_to_json(c.value, json);
      json.end_object();
    }
    json.end_array();
  }
  json.member("lossy", rule.lossy).member("keep_rest", rule.keep_rest);
  if (!rule.time_zone.empty()) json.member("time_zone", rule.time_zone);
  json.end_object();
}

TableRules rules_from_json(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kRules, problems);
  TableRules rules;
  if (!object.is_object()) return rules;
  if (const JsonValue* columns = object.find("columns")) {
    if (!columns->is_object()) {
      problems.error(*columns, "wrong-type",
                     "\"columns\" is an object of target column: rule or source column");
    } else {
      for (const JsonMember& member : columns->members()) {
        rules.rules.push_back(rule_from_json(member.key, member.value, problems));
      }
      std::ranges::sort(rules.rules, {}, &Rule::target);
    }
  }
  read_drops(object, rules);
  rules.same_names = object.boolean("same_names");
  if (const JsonValue* filter = object.find("filter")) {
    rules.filter = condition_from_json(*filter, problems);
  }
  if (const JsonValue* holds = object.find("latin1_holds")) {
    read_latin1_holds(*holds, problems, rules);
  }
  return rules;
}

void rules_to_json(const TableRules& rules, codec::JsonWriter& json) {
  json.begin_object().key("columns").begin_object();
  for (const Rule& rule : rules.rules) {
    json.key(rule.target);
    rule_to_json(rule, json);
  }
  json.end_object().key("drop").begin_array();
  for (const Drop& drop : rules.drops) {
    json.begin_object().member("column", drop.column).member("lossy", drop.lossy);
    json.member("keep_rest", drop.keep_rest).member("reason", drop.reason).end_object();
  }
  json.end_array().member("same_names", rules.same_names);
  if (rules.filter) {
    json.key("filter");
    condition_to_json(*rules.filter, json);
  }
  latin1_holds_to_json(rules, json);
  json.end_object();
}

std::span<const ObjectShape> rule_shapes() noexcept {
  static constexpr ObjectShape kAll[] = {shapes::kRules,        shapes::kRule, shapes::kCase,
                                         shapes::kPart,         shapes::kStep, shapes::kNumber,
                                         shapes::kOtherwise,    shapes::kDrop, shapes::kCondition,
                                         shapes::kNumberLiteral};
  return kAll;
}

}  // namespace sluice::mapping
