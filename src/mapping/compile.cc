#include <algorithm>

#include <fmt/format.h>

#include "sluice/mapping/conversion.h"
#include "sluice/mapping/json_object.h"

#include "mapping/compile_value.h"
#include "mapping/program.h"

namespace sluice::mapping {

using codec::Carrier;

namespace {

const Rule* find_rule(const TableRules& rules, const std::string& target) {
  const auto at = std::ranges::find(rules.rules, target, &Rule::target);
  return at == rules.rules.end() ? nullptr : &*at;
}

bool has_field(const TableMapping& mapping, const std::string& name) {
  return std::ranges::find(mapping.source, name, &SourceField::name) != mapping.source.end();
}

bool is_dropped(const TableMapping& mapping, const std::string& name) {
  return std::ranges::find(mapping.rules.drops, name, &Drop::column) != mapping.rules.drops.end();
}

/// What only other cases of a rule read, for each of its cases.
void find_unread(const RuleScope& scope, Cell& cell) {
  if (cell.cases.size() < 2) return;
  const std::vector<std::string> all = value_columns(scope.rule);
  for (std::size_t i = 0; i < cell.cases.size(); ++i) {
    Rule alone;
    alone.cases.push_back(scope.rule.cases[i]);
    const std::vector<std::string> read = value_columns(alone);
    for (const std::string& column : all) {
      if (std::ranges::find(read, column) != read.end()) continue;
      if (const auto field = value_field(scope, column)) cell.cases[i].unread.push_back(*field);
    }
  }
}

/// The field that the cell copies as it stands, if that is all it does.
std::optional<std::size_t> verbatim_field(const Cell& cell, std::span<const SourceField> fields) {
  if (cell.cases.size() != 1 || cell.cases.front().when) return std::nullopt;
  const auto* pipeline = std::get_if<Pipeline>(&cell.cases.front().value);
  if (pipeline == nullptr || !cell.cases.front().finish.fits_always) return std::nullopt;
  const bool null_fits = cell.target.fit.nullable || !fields[pipeline->field].nullable;
  return null_fits ? std::optional(pipeline->field) : std::nullopt;
}

/// A column of both kinds loses which kind a text was, whatever the rule does with it.
void check_both_kinds(const RuleScope& scope, const TableRules& rules) {
  for (const std::string& column : value_columns(scope.rule)) {
    if (scope.rule.lossy || !holds_both(rules, column)) continue;
    scope.error("lossy-not-admitted",
                fmt::format("the rule loses information: column '{}' holds both latin1 and UTF-8, "
                            "and two forms of a text become one",
                            column),
                "say \"lossy\": true, and \"keep_rest\": true to keep what was read anew");
  }
}

bool uses_zone(const CompiledCase& compiled) {
  return std::ranges::any_of(compiled.finish.hops, [](const Finish::Hop& hop) {
    return conversion(hop.from, hop.to) == Conversion::needs_zone;
  });
}

Cell compile_cell(const RuleScope& scope) {
  Cell cell;
  cell.target = scope.target;
  cell.lossy = scope.rule.lossy;
  cell.keep_rest = scope.rule.keep_rest;
  const std::size_t before = scope.findings.size();
  for (const Case& c : scope.rule.cases) cell.cases.push_back(compile_case(scope, c));
  if (scope.findings.size() != before) return cell;
  if (!scope.rule.time_zone.empty() && std::ranges::none_of(cell.cases, uses_zone)) {
    scope.warning("time-zone-unused",
                  "the rule names a time zone, and nothing in it depends on one",
                  "take \"time_zone\" out: values stay as they are");
  }
  find_unread(scope, cell);
  cell.verbatim = verbatim_field(cell, scope.fields);
  return cell;
}

void compile_cells(const TableMapping& mapping, const std::string& where, Program& program,
                   std::vector<model::Finding>& findings) {
  for (const TargetField& target : mapping.target) {
    const std::string at = where + "." + target.name;
    const Rule* rule = find_rule(mapping.rules, target.name);
    const bool by_name = rule == nullptr && mapping.rules.same_names &&
                         has_field(mapping, target.name) && !is_dropped(mapping, target.name);
    if (rule == nullptr && !by_name) {
      findings.push_back({model::Severity::error, "unmapped-target-column", at,
                          "no rule says how the column is made", "add it under \"columns\""});
      continue;
    }
    const Rule same_name = by_name ? rename_rule(target.name, target.name) : Rule{};
    const RuleScope scope{by_name ? same_name : *rule, target, mapping.source, at, findings};
    check_both_kinds(scope, mapping.rules);
    program.cells.push_back(compile_cell(scope));
  }
}

/// Rules for columns that are not written would be forgotten silently.
void check_rule_targets(const TableMapping& mapping, const std::string& where,
                        std::vector<model::Finding>& findings) {
  std::vector<std::string_view> names;
  for (const TargetField& target : mapping.target) names.push_back(target.name);
  for (const Rule& rule : mapping.rules.rules) {
    const bool is_default = rule.cases.size() == 1 && !rule.cases.front().when &&
                            std::holds_alternative<UseDefault>(rule.cases.front().value);
    if (is_default || std::ranges::find(names, std::string_view(rule.target)) != names.end())
      continue;
    const std::string_view near = nearest(rule.target, names);
    findings.push_back({model::Severity::error, "unknown-target-column", where + "." + rule.target,
                        "the rule makes a column that is not written",
                        near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near)});
  }
}

void compile_drops(const TableMapping& mapping, Program& program) {
  for (const Drop& drop : mapping.rules.drops) {
    if (!drop.keep_rest) continue;
    const auto at = std::ranges::find(mapping.source, drop.column, &SourceField::name);
    if (at == mapping.source.end()) continue;
    program.rest_drops.push_back(static_cast<std::size_t>(at - mapping.source.begin()));
  }
}

/// A field that is read anew cannot be copied from the row. What it becomes may be another member
/// of an enum, and is never longer.
void forbid_verbatim_changes(Program& program) {
  if (!program.latin1) return;
  for (Cell& cell : program.cells) {
    if (cell.verbatim && program.latin1->may_change(*cell.verbatim)) cell.verbatim.reset();
    for (CompiledCase& c : cell.cases) {
      const auto* pipeline = std::get_if<Pipeline>(&c.value);
      if (pipeline == nullptr || !program.latin1->may_change(pipeline->field)) continue;
      c.finish.fits_always = false;
    }
  }
}

bool is_identity(const Program& program) {
  if (program.filter || program.latin1 || program.has_rest ||
      program.cells.size() != program.fields.size())
    return false;
  for (std::size_t i = 0; i < program.cells.size(); ++i) {
    if (program.cells[i].verbatim != i) return false;
  }
  return true;
}

/// A value to keep must be nameable by its row's key.
void check_rest(const TableMapping& mapping, const Program& program, const std::string& where,
                std::vector<model::Finding>& findings) {
  if (program.has_rest && mapping.key.empty()) {
    findings.push_back(
        {model::Severity::error, "rest-needs-key", where,
         "\"keep_rest\" needs a key that names the row, and the source table has none",
         "leave \"keep_rest\" out, or give the source table a primary key"});
  }
  for (const Drop& drop : mapping.rules.drops) {
    if (!drop.keep_rest || has_field(mapping, drop.column)) continue;
    findings.push_back({model::Severity::error, "unknown-source-column", where + "." + drop.column,
                        "the dropped column is to be kept as rest, but is not read", ""});
  }
}

}  // namespace

Carrier needed_source_carrier(const Rule& rule, std::string_view column, Carrier natural) {
  switch (natural) {
    case Carrier::date:
    case Carrier::time:
    case Carrier::timetz:
    case Carrier::timestamp:
    case Carrier::timestamptz:
    case Carrier::interval:
      break;
    default:
      return natural;
  }
  const auto uses_text = [&](const std::string& name, const std::vector<Step>& steps) {
    return name == column && !steps.empty();
  };
  for (const Case& c : rule.cases) {
    if (const auto* from = std::get_if<FromColumn>(&c.value)) {
      if (uses_text(from->column, from->steps)) return Carrier::text;
    } else if (const auto* concat = std::get_if<Concat>(&c.value)) {
      for (const Part& part : concat->parts) {
        if (uses_text(part.column, part.steps)) return Carrier::text;
      }
    }
  }
  return natural;
}

Program compile(const TableMapping& mapping, const std::string& where,
                std::vector<model::Finding>& findings) {
  Program program;
  program.fields = mapping.source;
  Latin1Fields latin1(mapping, where, findings);
  if (!latin1.empty()) program.latin1 = std::move(latin1);
  program.key = mapping.key;
  if (mapping.rules.filter) {
    const std::size_t before = findings.size();
    check_condition(*mapping.rules.filter, mapping.source, where, findings);
    if (findings.size() == before) program.filter.emplace(*mapping.rules.filter, mapping.source);
  }
  compile_cells(mapping, where, program, findings);
  forbid_verbatim_changes(program);
  check_rule_targets(mapping, where, findings);
  compile_drops(mapping, program);
  for (const SourceField& field : mapping.source) {
    const auto first = std::ranges::find(mapping.source, field.name, &SourceField::name);
    program.first_field.push_back(static_cast<std::size_t>(first - mapping.source.begin()));
  }
  program.has_rest =
      !program.rest_drops.empty() || std::ranges::any_of(program.cells, &Cell::keep_rest);
  check_rest(mapping, program, where, findings);
  program.identity = is_identity(program);
  return program;
}

std::vector<model::Finding> check_mapping(const TableMapping& mapping, const std::string& where) {
  std::vector<model::Finding> findings;
  (void)compile(mapping, where, findings);
  return findings;
}

}  // namespace sluice::mapping
