#include "sluice/plan/left_objects.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sluice/model/pg_quoted.h"

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
    for (const model::SchemaObject& object : made.objects) known_.insert(object.id());
    for (const model::SchemaObject& object : target.objects) known_.insert(object.id());
    add_owned(target);
  }
  void add_objects();
  void add_owned_sequences();
  void add_partitioned();
  std::vector<LeftObject> take() { return std::move(left_); }

 private:
  void add_moved(const model::QualifiedName& name);
  void add_owned(const model::Catalog& target);
  void add_unless_known(const model::SchemaObject& object);

  const config::Config& config_;
  const model::Catalog& source_;
  Names moved_;                  // mapped tables, and those that they are parts of
  std::set<std::string> known_;  // ids of what is needed, made or there
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

void Left::add_unless_known(const model::SchemaObject& object) {
  if (object.kind == Kind::schema || known_.contains(object.id()) || config_.is_left(object.name)) {
    return;
  }
  left_.push_back({to_string(object.kind), object.name, object.definition});
}

void Left::add_objects() {
  for (const model::SchemaObject& object : source_.objects) add_unless_known(object);
}

void Left::add_owned_sequences() {
  for (const model::QualifiedName& name : moved_) {
    for (const model::Column& column : source_.find(name)->columns) {
      if (column.sequence.empty() || number_source(column) != NumberSource::none) continue;
      model::SchemaObject object;
      object.kind = Kind::sequence;
      object.name = read_name(column.sequence);
      object.definition = sequence_sql(object.name, column);
      add_unless_known(object);
    }
  }
}

void Left::add_partitioned() {
  for (const model::Table& table : source_.tables) {
    if (table.kind != "partitioned" || moved_.contains(table.name) || config_.is_left(table.name)) {
      continue;
    }
    left_.push_back({"partitioned table", table.name, {}});
  }
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
