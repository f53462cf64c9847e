#include "mapping/compile_value.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/mapping/json_object.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

namespace {

bool is_temporal(Carrier carrier) {
  switch (carrier) {
    case Carrier::date:
    case Carrier::time:
    case Carrier::timetz:
    case Carrier::timestamp:
    case Carrier::timestamptz:
    case Carrier::interval:
      return true;
    default:
      return false;
  }
}

Carrier natural_of(const SourceField& field) { return field.natural.value_or(field.carrier); }

/// Adds one conversion to the hops, or says why there is none.
void add_hop(const RuleScope& scope, Carrier from, Carrier to, std::vector<Finish::Hop>& hops) {
  if (from == to) return;
  switch (conversion(from, to)) {
    case Conversion::none:
      scope.error("no-conversion",
                  fmt::format("there is no exact conversion from {} to {}", codec::to_string(from),
                              codec::to_string(to)),
                  "map the values, parse them, or choose another target type");
      return;
    case Conversion::needs_zone:
      if (scope.rule.time_zone.empty()) {
        scope.error("time-zone-missing",
                    fmt::format("{} becomes {} only if the rule says in which time zone",
                                codec::to_string(from), codec::to_string(to)),
                    "add \"time_zone\": \"UTC\", or the offset in which the source wrote");
        return;
      }
      break;
    case Conversion::always:
    case Conversion::checked:
      break;
  }
  hops.push_back({from, to, find_conversion(from, to)});
}

/// The conversions from what leaves the steps to the target. `natural` is what the column's texts
/// stand for, where dates are read as text: they go through that type, so that a rule means the
/// same however the column is read.
void add_hops(const RuleScope& scope, Carrier flight, std::optional<Carrier> natural,
              Finish& finish) {
  const Carrier target = scope.target.carrier;
  const bool detour = flight == Carrier::text && natural && is_temporal(*natural) &&
                      is_temporal(target) && conversion(*natural, target) != Conversion::none;
  if (detour) {
    add_hop(scope, flight, *natural, finish.hops);
    add_hop(scope, *natural, target, finish.hops);
  } else {
    add_hop(scope, flight, target, finish.hops);
  }
}

/// The end of the way of values that come as `flight`, after `steps`.
Finish compile_finish(const RuleScope& scope, Carrier flight, std::optional<Carrier> natural,
                      const std::vector<Step>& steps) {
  Finish finish;
  finish.target = scope.target.carrier;
  finish.fit = scope.target.fit;
  finish.allow_loss = scope.rule.lossy;
  finish.zone_seconds_east = parse_zone(scope.rule.time_zone).value_or(0);
  if (const ParseDate* date = trailing_date(steps)) {
    std::string why;
    finish.date = codec::DatePattern::compile(date->pattern, why);
    if (!finish.date) {
      scope.error("bad-date-pattern", why);
      return finish;
    }
    flight = date_carrier(*finish.date);
    natural.reset();
  } else if (!steps.empty()) {
    flight = Carrier::text;
  }
  add_hops(scope, flight, natural, finish);
  return finish;
}

Pipeline compile_pipeline(const RuleScope& scope, const std::string& column,
                          const std::vector<Step>& steps) {
  Pipeline pipeline;
  const std::optional<std::size_t> field = value_field(scope, column);
  if (!field) return pipeline;
  pipeline.field = *field;
  pipeline.carrier = scope.fields[*field].carrier;
  pipeline.steps = StepList(steps);
  pipeline.needs_text = !steps.empty();
  return pipeline;
}

void compile_from(const RuleScope& scope, const FromColumn& from, CompiledCase& out) {
  const std::size_t before = scope.findings.size();
  Pipeline pipeline = compile_pipeline(scope, from.column, from.steps);
  if (scope.findings.size() != before) return;
  const SourceField& field = scope.fields[pipeline.field];
  out.finish = compile_finish(scope, field.carrier, natural_of(field), from.steps);
  out.finish.fits_always = out.finish.hops.empty() && !out.finish.date && from.steps.empty() &&
                           always_fits(field.type, field.carrier, scope.target.fit);
  out.value = std::move(pipeline);
}

void compile_concat(const RuleScope& scope, const Concat& concat, CompiledCase& out) {
  CompiledConcat compiled;
  for (const Part& part : concat.parts) {
    Pipeline pipeline = compile_pipeline(scope, part.column, part.steps);
    pipeline.needs_text = true;
    compiled.parts.push_back({std::move(pipeline), part.missing});
  }
  compiled.separator = concat.separator;
  compiled.all_missing = concat.all_missing;
  compiled.steps = StepList(concat.steps);
  out.finish = compile_finish(scope, Carrier::text, std::nullopt, concat.steps);
  out.value = std::move(compiled);
}

void compile_constant(const RuleScope& scope, const Constant& constant, CompiledCase& out) {
  if (!constant.text) {
    if (!scope.target.fit.nullable)
      scope.error("null-constant", "the constant is NULL and the column is NOT NULL");
    out.value = CompiledConstant{};
    return;
  }
  std::string bytes;
  Literal literal{Literal::Kind::text, *constant.text};
  if (literal.text == "true" || literal.text == "false") literal.kind = Literal::Kind::boolean;
  Problem problem = literal_value(literal, scope.target.carrier, bytes);
  std::string_view fitted = bytes;
  std::string changed;
  if (problem == Problem::none)
    problem = apply_fit(scope.target.carrier, scope.target.fit, fitted, changed);
  if (problem != Problem::none) {
    scope.error("bad-constant",
                fmt::format("'{}' is no value of the column ({}: {})", *constant.text,
                            codec::to_string(scope.target.carrier), codec::to_string(problem)),
                "write it as PostgreSQL prints values of that type");
  }
  out.value = CompiledConstant{std::string(fitted)};
}

}  // namespace

void RuleScope::error(std::string_view id, std::string message, std::string action) const {
  findings.push_back(
      {model::Severity::error, std::string(id), where, std::move(message), std::move(action)});
}

void RuleScope::warning(std::string_view id, std::string message, std::string action) const {
  findings.push_back(
      {model::Severity::warning, std::string(id), where, std::move(message), std::move(action)});
}

std::optional<std::size_t> value_field(const RuleScope& scope, const std::string& column) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < scope.fields.size(); ++i) {
    const SourceField& field = scope.fields[i];
    if (field.name != column) continue;
    if (field.carrier == needed_source_carrier(scope.rule, column, natural_of(field))) return i;
    if (!found) found = i;
  }
  if (found) return found;
  std::vector<std::string_view> names;
  for (const SourceField& field : scope.fields) names.push_back(field.name);
  const std::string_view near = nearest(column, names);
  scope.error(
      "unknown-source-column",
      fmt::format("the rule reads column \"{}\", which the source table does not have", column),
      near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near));
  return std::nullopt;
}

CompiledCase compile_case(const RuleScope& scope, const Case& c) {
  CompiledCase out;
  if (c.when) {
    const std::size_t before = scope.findings.size();
    check_condition(*c.when, scope.fields, scope.where, scope.findings);
    if (scope.findings.size() == before) out.when.emplace(*c.when, scope.fields);
  }
  if (const auto* from = std::get_if<FromColumn>(&c.value)) {
    compile_from(scope, *from, out);
  } else if (const auto* concat = std::get_if<Concat>(&c.value)) {
    compile_concat(scope, *concat, out);
  } else if (const auto* constant = std::get_if<Constant>(&c.value)) {
    compile_constant(scope, *constant, out);
  } else {
    scope.error("default-in-row",
                "the column is written, but its rule leaves it to the target's default");
  }
  return out;
}

}  // namespace sluice::mapping
