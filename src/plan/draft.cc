#include "sluice/plan/draft.h"

#include <algorithm>
#include <set>

#include "sluice/codec/mysql_types.h"
#include "sluice/codec/pg_types.h"
#include "sluice/mapping/resolve.h"
#include "sluice/model/error.h"
#include "sluice/plan/shape.h"

#include "plan/families.h"
#include "plan/findings.h"
#include "plan/keys.h"
#include "plan/names.h"
#include "plan/new_table.h"
#include "plan/new_table_columns.h"
#include "plan/positions.h"
#include "plan/scope_findings.h"
#include "plan/side_table.h"
#include "plan/standing_table.h"
#include "plan/table_findings.h"

namespace sluice::plan {
namespace {

codec::Carrier natural_carrier(model::Engine engine, const model::ColumnType& type) {
  return model::is_mysql_family(engine) ? codec::carrier_for_mysql_type(type)
                                        : codec::carrier_for_pg_column(type).carrier;
}

/// Whether something of the column goes to an interval, which holds what a time of day cannot.
bool fills_interval(const mapping::TableRules& rules, const std::string& column,
                    const model::Table& target) {
  return std::ranges::any_of(target.columns, [&](const model::Column& to) {
    if (codec::carrier_for_pg_column(to.type).carrier != codec::Carrier::interval) return false;
    const auto rule = std::ranges::find(rules.rules, to.name, &mapping::Rule::target);
    if (rule == rules.rules.end()) return rules.same_names && to.name == column;
    const std::vector<std::string> read = mapping::value_columns(*rule);
    return std::ranges::find(read, column) != read.end();
  });
}

/// A time of MySQL is an amount of time, of up to 838 hours and below zero, where the target says
/// so.
void widen_times(const mapping::TableRules& rules, const model::Table& target,
                 std::vector<mapping::SourceColumn>& columns) {
  for (mapping::SourceColumn& column : columns) {
    if (codec::mysql_kind(column.type) == codec::MysqlKind::time &&
        fills_interval(rules, column.name, target)) {
      column.natural = codec::Carrier::interval;
    }
  }
}

std::vector<mapping::SourceColumn> source_columns(model::Engine engine, const model::Table& table,
                                                  const std::vector<std::string>& key) {
  std::vector<mapping::SourceColumn> columns;
  for (const model::Column& column : table.columns) {
    mapping::SourceColumn& added = columns.emplace_back();
    added.name = column.name;
    added.natural = natural_carrier(engine, column.type);
    added.type = column.type;
    const bool in_key = std::ranges::find(key, column.name) != key.end();
    if (in_key && model::is_mysql_family(engine)) added.natural = mysql_key_carrier(column.type);
    added.nullable = column.nullable;
    added.generated = column.generated != model::Generated::no;
  }
  return columns;
}

std::vector<mapping::TargetColumn> target_columns(const model::Table& table) {
  std::vector<mapping::TargetColumn> columns;
  for (const model::Column& column : table.columns) {
    mapping::TargetColumn& added = columns.emplace_back();
    added.name = column.name;
    added.carrier = codec::carrier_for_pg_column(column.type).carrier;
    added.fit = mapping::fit_of(column);
    added.has_default = column.default_sql.has_value() || column.identity != model::Identity::no;
    added.generated = column.generated != model::Generated::no;
  }
  return columns;
}

/// Puts what the resolver made into the plan's own terms.
void take_mapping(const mapping::TableMapping& resolved, const model::Table& target,
                  TablePlan& plan) {
  for (const mapping::SourceField& field : resolved.source) {
    plan.read.push_back({field.name, field.type, field.carrier,
                         field.natural.value_or(field.carrier), field.nullable});
  }
  for (const mapping::TargetField& field : resolved.target) {
    const model::Column& column = *target.find_column(field.name);
    plan.write.push_back({field.name, column.type, field.carrier, field.fit, column.nullable,
                          !codec::carrier_for_pg_column(column.type).binary_copy});
  }
  plan.key = resolved.key;
  plan.rules = resolved.rules;
}

/// The source column that a target column is an unchanged copy of; none: null.
const model::Column* copied_column(const mapping::TableRules& rules, const std::string& target,
                                   const model::Table& source) {
  const auto rule = std::ranges::find(rules.rules, target, &mapping::Rule::target);
  if (rule == rules.rules.end() || rule->cases.size() != 1 || rule->cases.front().when) {
    return nullptr;
  }
  const auto* const from = std::get_if<mapping::FromColumn>(&rule->cases.front().value);
  return from == nullptr || !from->steps.empty() ? nullptr : source.find_column(from->column);
}

/// What gives out, in the source, the numbers of columns that have numbers given out in the target.
Counters counters_of(const mapping::TableRules& rules, const model::Table& source,
                     const model::Table& target) {
  Counters counters;
  for (const model::Column& column : target.columns) {
    if (number_source(column) == NumberSource::none) continue;
    const model::Column* const from = copied_column(rules, column.name, source);
    const auto counter = from == nullptr ? std::nullopt : counter_of(source, *from);
    if (counter) counters.emplace(column.name, *counter);
  }
  return counters;
}

bool keeps_rest(const mapping::TableRules& rules) {
  return std::ranges::any_of(rules.rules, &mapping::Rule::keep_rest) ||
         std::ranges::any_of(rules.drops, &mapping::Drop::keep_rest);
}

/// Resolves one table of the config. Two catalogues and the plan's names are all it looks at.
class TableDraft {
 public:
  TableDraft(const config::Config& config, const model::Catalog& source,
             const model::Catalog& target, const MadeTables& made, const SideOf& side_of,
             Findings& findings)
      : config_(config),
        source_(source),
        target_(target),
        made_(made),
        side_of_(side_of),
        findings_(findings) {}

  [[nodiscard]] TablePlan make(const config::Table& table);
  /// Of all tables so far.
  [[nodiscard]] const std::set<model::QualifiedName>& counters() const noexcept {
    return counters_;
  }

 private:
  void resolve(const config::Table& table, const model::Table& source, const model::Table& target,
               TablePlan& plan);
  [[nodiscard]] const model::Table* find_target(const config::Table& table, TablePlan& plan);
  void write_naming(const model::Table& target, TablePlan& plan);
  void write_ddl(const model::Table& source, const model::Table& target, TablePlan& plan);

  const config::Config& config_;
  const model::Catalog& source_;
  const model::Catalog& target_;
  const MadeTables& made_;
  const SideOf& side_of_;
  Findings& findings_;
  std::set<model::QualifiedName> counters_;
};

/// A table that is there, or else the new one of that name.
const model::Table* TableDraft::find_target(const config::Table& table, TablePlan& plan) {
  const auto made = std::ranges::find(made_.tables, table.target, &model::Table::name);
  plan.is_new = made != made_.tables.end();
  if (plan.is_new) return &*made;
  // Why a new table cannot be made has been said.
  if (table.create && !target_.find(table.target)) return nullptr;
  return find_table(target_, table.target, "unknown-target-table", table.where, findings_);
}

TablePlan TableDraft::make(const config::Table& table) {
  TablePlan plan;
  plan.source = table.source;
  plan.target = table.target;
  plan.side = derived_name(table.target, kSideSuffix);
  plan.existing_rows = table.existing_rows;
  plan.quarantine_limit = table.quarantine_limit.value_or(config_.limits.quarantine_rows);
  const model::Table* source =
      find_table(source_, table.source, "unknown-source-table", table.where, findings_);
  const model::Table* target = find_target(table, plan);
  if (source != nullptr) {
    look_at_source(source_.server.engine, *source, findings_);
    plan.source_shape = source_shape(*source);
  }
  if (target != nullptr) {
    look_at_target(*target, table, plan.is_new, side_of_, findings_);
    plan.target_shape = target_shape(*target);
  }
  if (source != nullptr && target != nullptr) resolve(table, *source, *target, plan);
  return plan;
}

void TableDraft::resolve(const config::Table& table, const model::Table& source,
                         const model::Table& target, TablePlan& plan) {
  const SourceKey key = choose_source_key(source_.server.engine, source, table.read, findings_);
  plan.order = key.order;
  std::vector<mapping::SourceColumn> columns =
      source_columns(source_.server.engine, source, key.columns);
  const mapping::TableRules rules = rules_of(table, source);
  if (model::is_mysql_family(source_.server.engine)) widen_times(rules, target, columns);
  const mapping::Resolution resolution =
      mapping::resolve(rules, columns, target_columns(target), key.columns, table.source.text());
  findings_.append(resolution.findings);
  if (model::has_errors(resolution.findings)) return;
  take_mapping(resolution.mapping, target, plan);
  for (const mapping::ComputedColumn& column : resolution.computed) {
    plan.computed.push_back({column.source, column.target, source.find_column(column.source)->type,
                             target.find_column(column.target)->type});
  }
  plan.target_key = choose_target_key(target, plan.write);
  if (keeps_rest(plan.rules)) plan.rest = derived_name(table.target, kRestSuffix);
  write_ddl(source, target, plan);
  look_at_names(plan, side_of_, findings_);
  look_at_values(source_.server.engine, plan, findings_);
  look_at_computed(source_.server.engine, plan, findings_);
  look_at_unfilled(target, plan, findings_);
  look_at_unique_keys(source, target, plan, findings_);
}

/// With its name a table takes back what is its own, and its place among partitions.
void TableDraft::write_naming(const model::Table& target, TablePlan& plan) {
  plan.naming = naming_statements(target, plan.side, plan.deferred);
  const auto kin = made_.kin.find(plan.target);
  if (kin == made_.kin.end()) return;
  for (std::string& sql : ownership_statements(plan.target, kin->second)) {
    plan.naming.push_back(std::move(sql));
  }
  if (kin->second.place) plan.naming.push_back(attach_sql(plan.target, *kin->second.place));
}

void TableDraft::write_ddl(const model::Table& source, const model::Table& target,
                           TablePlan& plan) {
  if (target.kind != "table" || target_.server.engine != model::Engine::postgresql) return;
  try {
    const Model model = plan.is_new ? Model::design : Model::live;
    plan.side_ddl = side_ddl(target, plan.side, plan.rest, model);
    const Counters counters = counters_of(plan.rules, source, target);
    for (const auto& [column, counter] : counters) counters_.insert(counter);
    plan.deferred = deferred_steps(target, plan.side, side_of_, model, counters);
    if (plan.is_new) write_naming(target, plan);
  } catch (const model::Error& error) {
    findings_.error("unreadable-definition", target.name.text(), error.what(),
                    "this is a gap in sluice: please report the definition");
  }
}

/// Where a line of the config stands says nothing about the plan, and would change its digest.
template <typename T>
std::vector<T> without_places(std::vector<T> entries) {
  for (T& entry : entries) entry.where.clear();
  return entries;
}

/// The target as it will be: new tables count as there for whoever asks by name.
model::Catalog with_made(model::Catalog target, const MadeTables& made) {
  target.tables.insert(target.tables.end(), made.tables.begin(), made.tables.end());
  return target;
}

const TablePlan* standing_table(const UnderWay& under_way, const config::Table& table) {
  if (under_way.plan == nullptr) return nullptr;
  for (const TablePlan& planned : under_way.plan->tables) {
    const bool is_same = planned.source == table.source && planned.target == table.target;
    if (is_same && under_way.altered.contains(planned.number)) return &planned;
  }
  return nullptr;
}

void add_schema(std::set<std::string>& schemas, const model::QualifiedName& name) {
  schemas.insert(name.schema);
}

}  // namespace

Draft draft(const config::Config& config, const std::string& config_sha256,
            const model::Catalog& source, const model::Catalog& target, MadeTables made,
            const UnderWay& under_way) {
  Findings findings;
  findings.append(made.findings);
  std::vector<FamilyStep> families = take_family_steps(made);
  SideOf side_of;
  for (const config::Table& table : config.tables) {
    side_of[table.target] = derived_name(table.target, kSideSuffix);
  }
  look_at_servers(config, source, target, findings);
  look_at_scope(config, source, findings);
  look_at_incoming(target, side_of, findings);
  look_at_checks(config, source, with_made(target, made), findings);

  Plan plan;
  plan.name = config.name;
  plan.source = source.server;
  plan.target = target.server;
  plan.digest = config.digest;
  plan.config_sha256 = config_sha256;
  plan.new_tables = config.new_tables;
  plan.objects = made.objects;
  plan.leave = without_places(config.leave);
  plan.checks = without_places(config.checks);
  TableDraft table_draft(config, source, target, made, side_of, findings);
  for (const config::Table& table : config.tables) {
    const TablePlan* const standing = standing_table(under_way, table);
    plan.tables.push_back(standing == nullptr ? table_draft.make(table)
                                              : as_configured(*standing, table, config.limits));
    plan.tables.back().number = static_cast<int>(plan.tables.size());
  }
  plan.families = std::move(families);
  std::set<model::QualifiedName> counters = table_draft.counters();
  // Which of the plan's are those of standing tables is not on record.
  if (!under_way.altered.empty()) {
    counters.insert(under_way.plan->counters.begin(), under_way.plan->counters.end());
  }
  for (const model::Table& parent : made.parents) {
    for (const auto& [column, counter] : made.kin[parent.name].counters) counters.insert(counter);
  }
  plan.counters.assign(counters.begin(), counters.end());

  Draft result;
  result.findings = findings.take();
  // Through its own text, so that a plan that could not be read back is found here and not by the
  // run that needs it.
  if (model::has_errors(result.findings)) return result;
  const std::string text = to_json(plan);
  plan = {};  // not two of them at once: a plan of thousands of tables is large
  made = {};
  result.plan = from_json(text);
  return result;
}

ConfigSchemas config_schemas(const config::Config& config) {
  std::set<std::string> source;
  std::set<std::string> target;
  for (const config::Table& table : config.tables) {
    add_schema(source, table.source);
    add_schema(target, table.target);
  }
  for (const config::LeftTable& leave : config.leave) add_schema(source, leave.table);
  for (const config::Check& check : config.checks) {
    add_schema(source, check.source.table);
    add_schema(target, check.target.table);
  }
  return {{source.begin(), source.end()}, {target.begin(), target.end()}};
}

mapping::TableMapping mapping_of(const TablePlan& table) {
  mapping::TableMapping mapping;
  for (const SourceField& field : table.read) {
    mapping::SourceField& added = mapping.source.emplace_back();
    added.name = field.name;
    added.carrier = field.carrier;
    if (field.natural != field.carrier) added.natural = field.natural;
    added.type = field.type;
    added.nullable = field.nullable;
  }
  for (const TargetField& field : table.write) {
    mapping.target.push_back({field.name, field.carrier, field.fit});
  }
  mapping.rules = table.rules;
  mapping.key = table.key;
  return mapping;
}

}  // namespace sluice::plan
