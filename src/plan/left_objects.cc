#include "sluice/plan/left_objects.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sluice/model/pg_quoted.h"

#include "plan/families.h"
#include "plan/new_table.h"
#include "plan/new_table_columns.h"
#include "plan/pg_definition.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using Kind = model::SchemaObject::Kind;
using Names = std::set<model::QualifiedName>;
using model::pg::quoted;

/// Looks at one source.
class Left {
 public:
  Left(const config::Config& config, const model::Catalog& source, const model::Catalog& target,
       const MadeTables& made)
      : config_(config), source_(source) {
    for (const config::Table& table : config.tables) add_moved(table.source);
    for (const model::SchemaObject& object : made.objects) add_there(object);
    for (const model::SchemaObject& object : target.objects) add_there(object);
    add_owned(target);
  }
  void add_objects();
  void add_owned_sequences();
  void add_partitioned();
  std::vector<LeftObject> take() { return std::move(left_); }

 private:
  void add_moved(const model::QualifiedName& name);
  void add_there(const model::SchemaObject& object);
  void add_owned(const model::Catalog& target);
  void add_unless_known(const model::SchemaObject& object);
  void add(std::string kind, const model::QualifiedName& name, std::string definition);
  void add_partitioned(const model::Table& table);

  const config::Config& config_;
  const model::Catalog& source_;
  Names moved_;                              // mapped tables, and those that they are parts of
  std::set<std::string> known_;              // ids of what is needed, made or there
  std::set<std::string> schemas_{"public"};  // that are made or there
  Names partitioned_;                        // that have been looked at
  std::vector<LeftObject> left_;
};

void Left::add_moved(const model::QualifiedName& name) {
  const model::Table* const table = source_.find(name);
  if (table == nullptr || !moved_.insert(name).second) return;
  known_.insert(table->needs.begin(), table->needs.end());
  if (table->partition_bound.empty()) return;
  for (const model::QualifiedName& parent : table->parents) add_moved(parent);
}

/// A sequence that a column of the target owns is no object there.
void Left::add_owned(const model::Catalog& target) {
  for (const model::Table& table : target.tables) {
    for (const model::Column& column : table.columns) {
      if (!column.sequence.empty()) known_.insert("sequence " + read_name(column.sequence).text());
    }
  }
}

void Left::add_there(const model::SchemaObject& object) {
  known_.insert(object.id());
  if (object.kind == Kind::schema) schemas_.insert(object.name.table);
}

void Left::add(std::string kind, const model::QualifiedName& name, std::string definition) {
  if (!name.schema.empty() && !schemas_.contains(name.schema)) {
    definition = "CREATE SCHEMA IF NOT EXISTS " + quoted(name.schema) + "; " + definition;
  }
  left_.push_back({std::move(kind), name, std::move(definition)});
}

void Left::add_unless_known(const model::SchemaObject& object) {
  if (object.kind == Kind::schema || known_.contains(object.id()) || config_.is_left(object.name)) {
    return;
  }
  add(to_string(object.kind), object.name, object.definition);
}

void Left::add_objects() {
  for (const model::SchemaObject& object : source_.objects) add_unless_known(object);
}

void Left::add_owned_sequences() {
  for (const config::Table& entry : config_.tables) {
    const model::Table* const table = source_.find(entry.source);
    if (table == nullptr) continue;
    for (const model::Column& column : table->columns) {
      if (column.sequence.empty() || number_source(column) != NumberSource::none) continue;
      model::SchemaObject object;
      object.kind = Kind::sequence;
      object.name = read_name(column.sequence);
      object.definition = sequence_sql(object.name, column) + "; ALTER SEQUENCE " +
                          quoted(object.name) + " OWNED BY " + quoted(entry.target) + "." +
                          quoted(column.name);
      add_unless_known(object);
    }
  }
}

/// The table as a whole database would have it: with its indexes and numbers, and its place.
std::string partitioned_sql(const model::Catalog& source, const model::Table& table) {
  config::Table entry;
  entry.source = table.name;
  entry.target = table.name;
  entry.rules.same_names = true;
  entry.create.emplace();
  const model::Table made = design_table(entry, source, {}, table).design.table;
  std::string sql;
  for (const std::string& statement : parent_statements(made)) {
    sql += (sql.empty() ? "" : "; ") + statement;
  }
  for (const model::ForeignKey& key : table.foreign_keys) {
    sql += "; ALTER TABLE " + quoted(table.name) + " ADD CONSTRAINT " + quoted(key.name) + " " +
           key.definition;
  }
  if (!table.partition_bound.empty() && table.parents.size() == 1) {
    sql += "; " + attach_sql(table.name, {table.parents.front(), table.partition_bound});
  }
  return sql;
}

/// After the one that it is a part of.
void Left::add_partitioned(const model::Table& table) {
  if (table.kind != "partitioned" || moved_.contains(table.name) || config_.is_left(table.name) ||
      !partitioned_.insert(table.name).second) {
    return;
  }
  for (const model::QualifiedName& name : table.parents) {
    const model::Table* const parent = source_.find(name);
    if (parent != nullptr) add_partitioned(*parent);
  }
  add("partitioned table", table.name, partitioned_sql(source_, table));
}

void Left::add_partitioned() {
  for (const model::Table& table : source_.tables) add_partitioned(table);
}

}  // namespace

std::vector<LeftObject> left_objects(const config::Config& config, const model::Catalog& source,
                                     const model::Catalog& target, const MadeTables& made) {
  if (model::is_mysql_family(source.server.engine)) return {};
  Left left(config, source, target, made);
  left.add_objects();
  left.add_owned_sequences();
  left.add_partitioned();
  return left.take();
}

}  // namespace sluice::plan
