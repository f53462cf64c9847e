#include "plan/families.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sluice/model/pg_quoted.h"

#include "plan/new_table.h"
#include "plan/pg_definition.h"
#include "plan/positions.h"

namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

using Names = std::set<model::QualifiedName>;

/// Steps of one plan's families.
class Steps {
 public:
  explicit Steps(MadeTables& made) : made_(made) {
    for (const model::Table& parent : made.parents) {
      parents_.insert(parent.name);
      keys_.emplace(parent.name, parent.foreign_keys);
    }
    for (const auto& [table, kin] : made.kin) {
      if (kin.place) parents_.insert(kin.place->parent);
    }
  }
  void add_parents();
  void add_inheritance();
  void add_foreign_keys(model::Table& table);
  void add_positions();
  std::vector<FamilyStep> take() { return std::move(steps_); }

 private:
  FamilyStep& add(FamilyStep::Kind kind, const model::QualifiedName& table) {
    FamilyStep& step = steps_.emplace_back();
    step.kind = kind;
    step.table = table;
    return step;
  }
  [[nodiscard]] const Kin* kin_of(const model::QualifiedName& table) const {
    const auto found = made_.kin.find(table);
    return found == made_.kin.end() ? nullptr : &found->second;
  }
  [[nodiscard]] bool belongs_to(model::QualifiedName table,
                                const model::QualifiedName& parent) const;
  [[nodiscard]] Names with_rows(const model::QualifiedName& table) const;
  void say_who_refers(FamilyStep& step, const model::ForeignKey& key) const;
  [[nodiscard]] bool parent_has(const model::QualifiedName& table,
                                const model::ForeignKey& key) const;

  MadeTables& made_;
  Names parents_;
  std::map<model::QualifiedName, std::vector<model::ForeignKey>> keys_;  // of parents
  std::vector<FamilyStep> steps_;
};

void Steps::add_parents() {
  for (const model::Table& parent : made_.parents) {
    FamilyStep& step = add(FamilyStep::Kind::parent, parent.name);
    step.statements = parent_statements(parent);
    const Kin* const kin = kin_of(parent.name);
    if (kin == nullptr) continue;
    for (std::string& sql : ownership_statements(parent.name, *kin)) {
      step.statements.push_back(std::move(sql));
    }
    if (kin->place) step.statements.push_back(attach_sql(parent.name, *kin->place));
  }
}

void Steps::add_inheritance() {
  for (const model::Table& table : made_.tables) {
    const Kin* const kin = kin_of(table.name);
    if (kin == nullptr) continue;
    for (const model::QualifiedName& parent : kin->inherits) {
      FamilyStep& step = add(FamilyStep::Kind::inherit, table.name);
      step.other = parent;
      step.needs = {table.name, parent};
      step.statements = {inherit_sql(table.name, parent)};
    }
  }
}

bool Steps::belongs_to(model::QualifiedName table, const model::QualifiedName& parent) const {
  for (const Kin* kin = kin_of(table); kin != nullptr && kin->place; kin = kin_of(table)) {
    table = kin->place->parent;
    if (table == parent) return true;
  }
  return false;
}

/// Itself, or all tables with rows that belong to it, as far as they are to be made.
Names Steps::with_rows(const model::QualifiedName& table) const {
  Names names;
  for (const model::Table& other : made_.tables) {
    if (other.name == table || belongs_to(other.name, table)) names.insert(other.name);
  }
  return names;
}

/// What a row needs so as not to stand against the key.
void Steps::say_who_refers(FamilyStep& step, const model::ForeignKey& key) const {
  const auto list = [](const Names& names) {
    return std::vector<model::QualifiedName>(names.begin(), names.end());
  };
  step.referring = list(with_rows(step.table));
  step.referred = list(with_rows(key.referenced));
  // A table that the target has.
  if (step.referred.empty() && !parents_.contains(key.referenced)) {
    step.referred = {key.referenced};
  }
  for (const std::string& column : key.columns) step.key.push_back(quoted(column));
  for (const std::string& column : key.referenced_columns) {
    step.referenced_key.push_back(quoted(column));
  }
  step.operators = key.equal_operators;
}

/// Whether the table gets the key with its place.
bool Steps::parent_has(const model::QualifiedName& table, const model::ForeignKey& key) const {
  return std::ranges::any_of(keys_, [&](const auto& parent) {
    return belongs_to(table, parent.first) &&
           std::ranges::any_of(parent.second, [&](const model::ForeignKey& other) {
             return other.columns == key.columns && other.referenced == key.referenced &&
                    other.referenced_columns == key.referenced_columns;
           });
  });
}

void Steps::add_foreign_keys(model::Table& table) {
  const bool is_partitioned = parents_.contains(table.name);
  for (const model::ForeignKey& key : table.foreign_keys) {
    if (!is_partitioned && !parents_.contains(key.referenced)) continue;
    if (parent_has(table.name, key)) continue;
    FamilyStep& step = add(FamilyStep::Kind::foreign_key, table.name);
    step.other = key.referenced;
    step.name = key.name;
    Names needs = with_rows(table.name);
    needs.merge(with_rows(key.referenced));
    step.needs.assign(needs.begin(), needs.end());
    const ForeignKeyDefinition definition = read_foreign_key_definition(key.definition);
    if (definition.validated) say_who_refers(step, key);
    step.statements = {"ALTER TABLE " + quoted(table.name) + " ADD CONSTRAINT " + quoted(key.name) +
                       " " + foreign_key_sql(definition, key.referenced) +
                       (definition.validated ? "" : " NOT VALID")};
    if (key.comment.empty()) continue;
    step.statements.push_back("COMMENT ON CONSTRAINT " + quoted(key.name) + " ON " +
                              quoted(table.name) + " IS " + literal(key.comment));
  }
  std::erase_if(table.foreign_keys, [&](const model::ForeignKey& key) {
    return is_partitioned || parents_.contains(key.referenced);
  });
}

void Steps::add_positions() {
  for (const model::Table& parent : made_.parents) {
    const Kin* const kin = kin_of(parent.name);
    for (const model::Column& column : parent.columns) {
      const NumberSource source = number_source(column);
      if (source != NumberSource::identity && source != NumberSource::own_sequence) continue;
      const model::QualifiedName sequence = read_name(column.sequence);
      Numbers numbers{sequence,
                      column.sequence_options,
                      {{parent.name, column.name}},
                      {sequence},
                      std::nullopt};
      if (kin != nullptr && kin->counters.contains(column.name)) {
        numbers.counter = kin->counters.at(column.name);
      }
      FamilyStep& step = add(FamilyStep::Kind::position, parent.name);
      step.name = sequence.table;
      step.statements = {position_sql(numbers)};
    }
  }
}

/// One by one new tables take their names; what refers to one that has not yet names its side
/// table.
void refer_by_final_names(const Plan& plan, model::Table& table) {
  for (model::ForeignKey& key : table.foreign_keys) {
    const auto referenced = std::ranges::find(plan.tables, key.referenced, &TablePlan::side);
    if (referenced != plan.tables.end() && referenced->is_new) key.referenced = referenced->target;
  }
}

std::string attach_to(const model::QualifiedName& parent) {
  return "ALTER TABLE " + quoted(parent) + " ATTACH PARTITION ";
}

}  // namespace

std::vector<std::string> parent_statements(const model::Table& parent) {
  std::vector<std::string> sql = side_ddl(parent, parent.name, std::nullopt, Model::named);
  for (DeferredStep& step : deferred_steps(parent, parent.name, {}, Model::named)) {
    const bool later = step.kind == DeferredStep::Kind::position ||
                       step.kind == DeferredStep::Kind::foreign_key ||
                       step.kind == DeferredStep::Kind::validate || !step.referenced.table.empty();
    if (!later) sql.push_back(std::move(step.sql));
  }
  if (!parent.comment.empty()) {
    sql.push_back("COMMENT ON TABLE " + quoted(parent.name) + " IS " + literal(parent.comment));
  }
  return sql;
}

std::string attach_sql(const model::QualifiedName& table, const Place& place) {
  return attach_to(place.parent) + quoted(table) + " " + place.bound;
}

bool attaches_to(const model::QualifiedName& parent, const std::vector<std::string>& statements) {
  const std::string begin = attach_to(parent);
  return std::ranges::any_of(statements,
                             [&begin](const std::string& sql) { return sql.starts_with(begin); });
}

std::string inherit_sql(const model::QualifiedName& table, const model::QualifiedName& parent) {
  return "ALTER TABLE " + quoted(table) + " INHERIT " + quoted(parent);
}

std::vector<std::string> ownership_statements(const model::QualifiedName& table, const Kin& kin) {
  std::vector<std::string> sql;
  for (const auto& [sequence, column] : kin.owned) {
    sql.push_back("ALTER SEQUENCE " + quoted(sequence) + " OWNED BY " + quoted(table) + "." +
                  quoted(column));
  }
  return sql;
}

std::vector<FamilyStep> take_family_steps(MadeTables& made) {
  Steps steps(made);
  steps.add_parents();
  steps.add_inheritance();
  for (model::Table& parent : made.parents) steps.add_foreign_keys(parent);
  for (model::Table& table : made.tables) steps.add_foreign_keys(table);
  steps.add_positions();
  return steps.take();
}

void attach_kin(const std::vector<NewTable>& designs, MadeTables& made) {
  std::map<model::QualifiedName, std::size_t> order;
  for (const NewTable& design : designs) {
    const model::QualifiedName& name = design.design.table.name;
    order.emplace(name, order.size());
    Kin kin = design.kin;
    if (kin.place && made.refused.contains({name, kin.place->parent})) kin.place.reset();
    std::erase_if(kin.inherits, [&](const model::QualifiedName& parent) {
      return made.refused.contains({name, parent});
    });
    made.kin[name] = std::move(kin);
    if (made.refused.contains({name, {}})) continue;  // what it alone needs cannot be made either
    for (const model::SchemaObject& object : design.design.objects) {
      if (std::ranges::find(made.objects, object) == made.objects.end()) {
        made.objects.push_back(object);
      }
    }
  }
  const auto place = [&order](const model::Table& table) {
    const auto found = order.find(table.name);
    return found == order.end() ? order.size() : found->second;
  };
  std::ranges::stable_sort(made.tables, {}, place);
  std::ranges::stable_sort(made.parents, {}, place);
}

model::Table as_planned(const Plan& plan, model::Table table) {
  if (table.kind == "partition") table.kind = "table";
  for (model::Column& column : table.columns) {
    if (column.sequence.empty()) continue;
    const model::QualifiedName sequence = read_name(column.sequence);
    const bool is_object =
        std::ranges::any_of(plan.objects, [&sequence](const model::SchemaObject& object) {
          return object.kind == model::SchemaObject::Kind::sequence && object.name == sequence;
        });
    if (!is_object) continue;
    column.sequence.clear();
    column.sequence_options.clear();
  }
  refer_by_final_names(plan, table);
  std::erase_if(table.foreign_keys, [&](const model::ForeignKey& key) {
    return std::ranges::any_of(plan.families, [&](const FamilyStep& step) {
      if (step.kind == FamilyStep::Kind::parent) return step.table == key.referenced;
      return step.kind == FamilyStep::Kind::foreign_key && step.table == table.name &&
             step.name == key.name;
    });
  });
  return table;
}

}  // namespace sluice::plan
