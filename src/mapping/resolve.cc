#include "sluice/mapping/resolve.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/mapping/json_object.h"

namespace sluice::mapping {
namespace {

using codec::Carrier;

/// Works through one table; each step adds to the resolution.
class Resolver {
 public:
  Resolver(const TableRules& rules, const std::vector<SourceColumn>& source,
           const std::vector<TargetColumn>& target, const std::vector<std::string>& key,
           const std::string& where)
      : rules_(rules), source_(source), target_(target), key_(key), where_(where) {}

  Resolution run() {
    check_names();
    collect_rules();
    check_source_columns();
    collect_fields();
    for (model::Finding& finding : check_mapping(out_.mapping, where_)) {
      out_.findings.push_back(std::move(finding));
    }
    return std::move(out_);
  }

 private:
  void error(std::string_view rule, const std::string& column, std::string message,
             std::string action) {
    out_.findings.push_back({model::Severity::error, std::string(rule), where_ + "." + column,
                             std::move(message), std::move(action)});
  }

  template <typename Columns>
  static bool has(const Columns& columns, std::string_view name) {
    return std::ranges::any_of(columns, [&](const auto& column) { return column.name == name; });
  }

  template <typename Columns>
  static std::string suggestion(const Columns& columns, std::string_view name) {
    std::vector<std::string_view> names;
    names.reserve(columns.size());
    for (const auto& column : columns) names.push_back(column.name);
    const std::string_view near = nearest(name, names);
    return near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near);
  }

  void check_names();
  void collect_rules();
  void add_rule(const TargetColumn& column);
  [[nodiscard]] bool is_mentioned(const std::string& column) const;
  [[nodiscard]] bool is_dropped(const std::string& column) const;
  [[nodiscard]] const SourceColumn* computed_source(const Rule& rule) const;
  void check_source_columns();
  void collect_fields();
  void add_field(const SourceColumn& column);

  const TableRules& rules_;
  const std::vector<SourceColumn>& source_;
  const std::vector<TargetColumn>& target_;
  const std::vector<std::string>& key_;
  const std::string& where_;
  Resolution out_;
};

void Resolver::check_names() {
  for (const Rule& rule : rules_.rules) {
    if (has(target_, rule.target)) continue;
    error("unknown-target-column", rule.target, "the target table has no such column",
          suggestion(target_, rule.target));
  }
  for (const Drop& drop : rules_.drops) {
    if (has(source_, drop.column)) continue;
    error("unknown-source-column", drop.column, "the dropped column does not exist",
          suggestion(source_, drop.column));
  }
}

void Resolver::collect_rules() {
  out_.mapping.rules.drops = rules_.drops;
  out_.mapping.rules.filter = rules_.filter;
  out_.mapping.rules.latin1_holds = rules_.latin1_holds;
  for (const TargetColumn& column : target_) add_rule(column);
  std::ranges::sort(out_.mapping.rules.rules, {}, &Rule::target);
}

/// Whether a rule or a drop speaks of the source column.
bool Resolver::is_mentioned(const std::string& column) const {
  const auto reads = [&](const Rule& rule) {
    const std::vector<std::string> read = value_columns(rule);
    // A rule for a column that does not exist is a slip of its own, and has been reported.
    return has(target_, rule.target) && std::ranges::find(read, column) != read.end();
  };
  return is_dropped(column) || std::ranges::any_of(rules_.rules, reads);
}

bool Resolver::is_dropped(const std::string& column) const {
  return std::ranges::find(rules_.drops, column, &Drop::column) != rules_.drops.end();
}

/// The generated column whose name in the target is all that the rule says; none: null.
const SourceColumn* Resolver::computed_source(const Rule& rule) const {
  for (const SourceColumn& column : source_) {
    if (column.generated && rule == rename_rule(column.name, rule.target)) return &column;
  }
  return nullptr;
}

void Resolver::add_rule(const TargetColumn& column) {
  const auto at = std::ranges::find(rules_.rules, column.name, &Rule::target);
  const bool has_rule = at != rules_.rules.end();
  const bool same_name =
      !has_rule && !column.generated && rules_.same_names && has(source_, column.name);
  const bool by_name = same_name && !is_mentioned(column.name);
  if (same_name && !by_name && !is_dropped(column.name)) {
    error("same-name-used", column.name,
          "the column exists on both sides, but another rule uses the source's",
          "say under \"columns\" what the target's column gets, or \"default\": true");
    return;
  }
  const bool is_default = has_rule && at->cases.size() == 1 && !at->cases.front().when &&
                          std::holds_alternative<UseDefault>(at->cases.front().value);
  if (column.generated && has_rule && !is_default) {
    if (const SourceColumn* const source = computed_source(*at)) {
      out_.computed.push_back({source->name, column.name});
      return;
    }
    error("generated-target-column", column.name, "the target computes this column itself",
          "leave its rule out");
    return;
  }
  if (has_rule) out_.mapping.rules.rules.push_back(*at);
  if (by_name) out_.mapping.rules.rules.push_back(rename_rule(column.name, column.name));
  if ((has_rule || by_name) && !is_default) {
    out_.mapping.target.push_back({column.name, column.carrier, column.fit});
    return;
  }
  if (is_default && (column.has_default || column.generated)) return;
  if (is_default && column.fit.nullable) return;
  if (!has_rule && (column.has_default || column.generated || column.fit.nullable)) return;
  error("unmapped-target-column", column.name, "the column is NOT NULL, has no default and no rule",
        "add a rule under \"columns\"");
}

void Resolver::check_source_columns() {
  std::vector<std::string> named;
  for (const Rule& rule : out_.mapping.rules.rules) {
    for (const std::string& column : value_columns(rule)) named.push_back(column);
  }
  for (const Drop& drop : rules_.drops) named.push_back(drop.column);
  for (const ComputedColumn& column : out_.computed) named.push_back(column.source);
  for (const SourceColumn& column : source_) {
    if (std::ranges::find(named, column.name) != named.end()) continue;
    const auto same = std::ranges::find(target_, column.name, &TargetColumn::name);
    const bool in_target = same != target_.end();
    if (column.generated && in_target && same->generated) {
      out_.computed.push_back({column.name, column.name});
      continue;
    }
    error("unmapped-source-column", column.name, "no rule says what becomes of this column",
          in_target ? "map it, set \"same_names\": true, or list it under \"drop\" with a reason"
                    : "map it, or list it under \"drop\" with a reason");
  }
}

/// Fields in the order of the source's columns, so that what passes through unchanged can be copied
/// in runs.
void Resolver::collect_fields() {
  for (const SourceColumn& column : source_) add_field(column);
  for (const std::string& name : key_) {
    const auto at = std::ranges::find_if(out_.mapping.source, [&](const SourceField& field) {
      return field.name == name && !field.natural;
    });
    if (at == out_.mapping.source.end()) {
      error("unknown-source-column", name, "the key's column does not exist", "");
      continue;
    }
    out_.mapping.key.push_back(static_cast<std::size_t>(at - out_.mapping.source.begin()));
  }
}

void Resolver::add_field(const SourceColumn& column) {
  bool as_text = false;
  bool as_is = std::ranges::find(key_, column.name) != key_.end();
  for (const Rule& rule : out_.mapping.rules.rules) {
    const std::vector<std::string> read = source_columns(rule);
    if (std::ranges::find(read, column.name) == read.end()) continue;
    const Carrier needed = needed_source_carrier(rule, column.name, column.natural);
    (needed == column.natural ? as_is : as_text) = true;
  }
  std::vector<std::string> asked;
  if (rules_.filter) collect_columns(*rules_.filter, asked);
  const bool in_filter = std::ranges::find(asked, column.name) != asked.end();
  const bool kept = std::ranges::any_of(
      rules_.drops, [&](const Drop& drop) { return drop.keep_rest && drop.column == column.name; });
  if (!as_text) as_is = as_is || in_filter || kept;
  if (as_is) {
    out_.mapping.source.push_back(
        {column.name, column.natural, std::nullopt, column.type, column.nullable});
  }
  if (as_text) {
    out_.mapping.source.push_back(
        {column.name, Carrier::text, column.natural, column.type, column.nullable});
  }
}

}  // namespace

Resolution resolve(const TableRules& rules, const std::vector<SourceColumn>& source,
                   const std::vector<TargetColumn>& target, const std::vector<std::string>& key,
                   const std::string& where) {
  return Resolver(rules, source, target, key, where).run();
}

}  // namespace sluice::mapping
