#include <algorithm>
#include <string_view>

#include "sluice/model/pg_quoted.h"

#include "plan/names.h"
#include "plan/pg_definition.h"
#include "plan/positions.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// Collects the steps of one table.
class Steps {
 public:
  Steps(const model::Table& live, const model::QualifiedName& side, Model model,
        const Counters& counters)
      : live_(live),
        side_(side),
        model_(model),
        counters_(counters),
        alter_("ALTER TABLE " + quoted(side)) {}

  void add_index(const model::Index& index);
  void add_checks();
  void add_foreign_keys(const SideOf& side_of);
  void add_positions();
  void add_settings();
  [[nodiscard]] std::vector<DeferredStep> take();

 private:
  /// What a name that the schema has room for once becomes.
  [[nodiscard]] std::string name_of(const std::string& live) const {
    return model_ == Model::named ? live : derived_name(live, kSideSuffix);
  }
  void add_shared_position(const model::Column& column);
  [[nodiscard]] std::optional<model::QualifiedName> counter_of(const model::Column& column) const;
  void add_constraint(const model::Index& index);
  void add_settings_of(const model::Index& index, const std::string& name);
  void add_constraint_comment(const std::string& name, const std::string& of,
                              const std::string& comment,
                              const model::QualifiedName& referenced = {});
  DeferredStep& add(DeferredStep::Kind kind, std::string name, std::string of, std::string sql);

  const model::Table& live_;
  const model::QualifiedName& side_;
  Model model_;
  const Counters& counters_;
  std::string alter_;
  std::vector<DeferredStep> steps_;
};

DeferredStep& Steps::add(DeferredStep::Kind kind, std::string name, std::string of,
                         std::string sql) {
  DeferredStep step;
  step.kind = kind;
  step.name = std::move(name);
  step.of = std::move(of);
  step.sql = std::move(sql);
  return steps_.emplace_back(std::move(step));
}

void Steps::add_index(const model::Index& index) {
  const std::string name = name_of(index.name);
  if (!live_.partition_key.empty() && index.is_constraint) {
    // Partitioned tables take no index for a constraint.
    add(index.primary ? DeferredStep::Kind::primary_key : DeferredStep::Kind::unique, name,
        index.name, alter_ + " ADD CONSTRAINT " + quoted(name) + " " + index.constraint_definition);
  } else if (index.constraint_definition.starts_with("EXCLUDE")) {
    DeferredStep& step =
        add(DeferredStep::Kind::exclusion, name, index.name,
            alter_ + " ADD CONSTRAINT " + quoted(name) + " " + index.constraint_definition);
    ExclusionDefinition definition = read_exclusion_definition(index.constraint_definition);
    step.key = std::move(definition.key);
    step.operators = std::move(definition.operators);
    step.condition = std::move(definition.predicate);
  } else {
    // Constraints get their index first: CREATE INDEX lets others be built on the same table at the
    // same time, ADD CONSTRAINT would not.
    const IndexDefinition definition = read_index_definition(index.definition);
    DeferredStep& step = add(DeferredStep::Kind::index, name, index.name,
                             index_sql(definition, name, side_, index.tablespace));
    step.unique = definition.unique;
    step.nulls_not_distinct = definition.nulls_not_distinct;
    step.key = definition.key;
    step.condition = definition.predicate;
    if (index.is_constraint) add_constraint(index);
  }
  add_settings_of(index, name);
}

void Steps::add_settings_of(const model::Index& index, const std::string& name) {
  const std::string qualified = quoted(model::QualifiedName{side_.schema, name});
  for (std::size_t i = 0; i < index.parts.size(); ++i) {
    const std::optional<int>& target = index.parts[i].statistics_target;
    if (!target) continue;
    add(DeferredStep::Kind::setting, name, index.name,
        "ALTER INDEX " + qualified + " ALTER COLUMN " + std::to_string(i + 1) + " SET STATISTICS " +
            std::to_string(*target));
  }
  if (index.clustered) {
    add(DeferredStep::Kind::setting, name, index.name, alter_ + " CLUSTER ON " + quoted(name));
  }
  if (!index.comment.empty()) {
    add(DeferredStep::Kind::setting, name, index.name,
        "COMMENT ON INDEX " + qualified + " IS " + literal(index.comment));
  }
  add_constraint_comment(name, index.name, index.constraint_comment);
}

/// `referenced`: of a foreign key, without which there is nothing to comment on.
void Steps::add_constraint_comment(const std::string& name, const std::string& of,
                                   const std::string& comment,
                                   const model::QualifiedName& referenced) {
  if (comment.empty()) return;
  add(DeferredStep::Kind::setting, name, of,
      "COMMENT ON CONSTRAINT " + quoted(name) + " ON " + quoted(side_) + " IS " + literal(comment))
      .referenced = referenced;
}

void Steps::add_constraint(const model::Index& index) {
  const std::string name = name_of(index.name);
  const std::string timing = constraint_timing(index.constraint_definition);
  add(index.primary ? DeferredStep::Kind::primary_key : DeferredStep::Kind::unique, name,
      index.name,
      alter_ + " ADD CONSTRAINT " + quoted(name) + (index.primary ? " PRIMARY KEY" : " UNIQUE") +
          " USING INDEX " + quoted(name) + (timing.empty() ? "" : " " + timing));
}

void Steps::add_checks() {
  for (const model::Check& check : live_.checks) {
    DeferredStep& step =
        add(DeferredStep::Kind::check, check.name, check.name,
            alter_ + " ADD CONSTRAINT " + quoted(check.name) + " " + check.definition);
    if (check.validated) step.condition = check_expression(check.definition);
    add_constraint_comment(check.name, check.name, check.comment);
  }
}

void Steps::add_foreign_keys(const SideOf& side_of) {
  for (const model::ForeignKey& key : live_.foreign_keys) {
    const ForeignKeyDefinition definition = read_foreign_key_definition(key.definition);
    const auto planned = side_of.find(key.referenced);
    const model::QualifiedName& referenced =
        planned == side_of.end() ? key.referenced : planned->second;
    DeferredStep& step = add(DeferredStep::Kind::foreign_key, key.name, key.name,
                             alter_ + " ADD CONSTRAINT " + quoted(key.name) + " " +
                                 foreign_key_sql(definition, referenced) + " NOT VALID");
    step.referenced = referenced;
    for (const std::string& column : key.columns) step.key.push_back(quoted(column));
    for (const std::string& column : key.referenced_columns)
      step.referenced_key.push_back(quoted(column));
    step.operators = key.equal_operators;
    if (definition.validated) {
      // Where the other table has failed, there is no foreign key to validate.
      add(DeferredStep::Kind::validate, key.name, key.name,
          alter_ + " VALIDATE CONSTRAINT " + quoted(key.name))
          .referenced = referenced;
    }
    add_constraint_comment(key.name, key.name, key.comment, referenced);
  }
}

void Steps::add_positions() {
  for (const model::Column& column : live_.columns) {
    const NumberSource source = number_source(column);
    if (source == NumberSource::none) continue;
    if (source == NumberSource::shared_sequence) {
      add_shared_position(column);
      continue;
    }
    const model::QualifiedName live = read_name(column.sequence);
    const model::QualifiedName own{live.schema, name_of(live.table)};
    Numbers numbers{own, column.sequence_options, {{side_, column.name}}, {}, counter_of(column)};
    if (model_ == Model::live) numbers.others.push_back(live);
    add(DeferredStep::Kind::position, own.table, live.table, position_sql(numbers));
    if (column.identity == model::Identity::always) {
      add(DeferredStep::Kind::setting, column.name, column.name,
          alter_ + " ALTER COLUMN " + quoted(column.name) + " SET GENERATED ALWAYS");
    }
  }
}

/// A live table's is in use while rows are copied: what it gives out is its applications' business.
void Steps::add_shared_position(const model::Column& column) {
  const auto sequence = sequence_of_default(column);
  if (model_ == Model::live || !sequence) return;
  Numbers numbers{*sequence, {}, {}, {*sequence}, counter_of(column)};
  if (is_integer(column.type)) numbers.used.push_back({side_, column.name});
  add(DeferredStep::Kind::position, sequence->table, sequence->table,
      one_at_a_time(*sequence) + position_sql(numbers));
}

std::optional<model::QualifiedName> Steps::counter_of(const model::Column& column) const {
  const auto found = counters_.find(column.name);
  return found == counters_.end() ? std::nullopt : std::optional(found->second);
}

void Steps::add_settings() {
  constexpr std::string_view kIndex = "index ";
  if (live_.replica_identity.starts_with(kIndex)) {
    const std::string index = live_.replica_identity.substr(kIndex.size());
    const std::string name = name_of(index);
    add(DeferredStep::Kind::setting, name, index,
        alter_ + " REPLICA IDENTITY USING INDEX " + quoted(name));
  }
  if (!live_.partition_key.empty()) return;  // the rest is of rows
  constexpr std::string_view kAutovacuum = "autovacuum_enabled";
  std::string sql = alter_ + " RESET (autovacuum_enabled)";
  for (const std::string& parameter : live_.storage_parameters) {
    if (!parameter.starts_with(std::string(kAutovacuum) + "=")) continue;
    sql = alter_ + " SET (autovacuum_enabled=" + literal(parameter.substr(kAutovacuum.size() + 1)) +
          ")";
  }
  add(DeferredStep::Kind::setting, std::string(kAutovacuum), std::string(kAutovacuum),
      std::move(sql));
}

std::vector<DeferredStep> Steps::take() {
  std::ranges::stable_sort(steps_, {}, [](const DeferredStep& step) { return stage(step.kind); });
  return std::move(steps_);
}

}  // namespace

int stage(DeferredStep::Kind kind) noexcept {
  switch (kind) {
    case DeferredStep::Kind::index:
      return 1;
    case DeferredStep::Kind::primary_key:
    case DeferredStep::Kind::unique:
    case DeferredStep::Kind::exclusion:
    case DeferredStep::Kind::check:
    case DeferredStep::Kind::position:
      return 2;
    case DeferredStep::Kind::foreign_key:
      return 3;
    case DeferredStep::Kind::validate:
    case DeferredStep::Kind::setting:
      return 4;
  }
  return kStages;
}

std::vector<DeferredStep> deferred_steps(const model::Table& live, const model::QualifiedName& side,
                                         const SideOf& side_of, Model model,
                                         const Counters& counters) {
  Steps steps(live, side, model, counters);
  if (const model::Index* primary = live.primary_key()) steps.add_index(*primary);
  for (const model::Index& index : live.indexes) {
    if (!index.primary && index.valid) steps.add_index(index);
  }
  steps.add_checks();
  steps.add_positions();
  steps.add_settings();
  steps.add_foreign_keys(side_of);
  return steps.take();
}

}  // namespace sluice::plan
