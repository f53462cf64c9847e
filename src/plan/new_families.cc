#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sluice/model/pg_quoted.h"

#include "plan/families.h"
#include "plan/new_table.h"
#include "plan/pg_definition.h"
#include "plan/positions.h"

// Which new tables belong together, as the source has it.
namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

std::string in_lower_case(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

/// Where tables of a source schema go: where the partition goes, if it comes from there too.
std::string schema_of(const config::Config& config, const config::Table& partition,
                      const std::string& source_schema) {
  if (partition.source.schema == source_schema) return partition.target.schema;
  for (const config::Table& table : config.tables) {
    if (table.source.schema == source_schema) return table.target.schema;
  }
  // Each schema to its own: then the parent's too.
  const bool own = partition.target.schema == partition.source.schema;
  return own ? source_schema : partition.target.schema;
}

/// A partitioned table has no line in a config: it is called as in the source, in the letters that
/// its partition is called in.
model::QualifiedName parent_name(const config::Config& config, const config::Table& partition,
                                 const model::QualifiedName& parent) {
  const bool lower = partition.target.table != partition.source.table &&
                     partition.target.table == in_lower_case(partition.source.table);
  return {schema_of(config, partition, parent.schema),
          lower ? in_lower_case(parent.table) : parent.table};
}

std::string column_in_target(const NewTable& table, const std::string& column) {
  if (std::ranges::find(table.dropped, column) != table.dropped.end()) return {};
  for (const auto& [source, target] : table.renamed) {
    if (source == column) return target;
  }
  return column;
}

/// What gives a partitioned table's own numbers out in the source.
std::map<std::string, model::QualifiedName> counters_of(const NewTable& parent,
                                                        const model::Table& source) {
  std::map<std::string, model::QualifiedName> counters;
  for (const model::Column& column : source.columns) {
    const auto counter = counter_of(source, column);
    const std::string name = column_in_target(parent, column.name);
    if (counter && !name.empty()) counters.emplace(name, *counter);
  }
  return counters;
}

class Families {
 public:
  Families(const config::Config& config, const model::Catalog& source, const model::Catalog& target,
           std::vector<NewTable>& tables)
      : config_(config), source_(source), target_(target), tables_(tables) {}
  void add(const config::Table& entry, const model::Table& from, NewTable& table);
  std::vector<NewTable> take_parents() { return std::move(parents_); }

 private:
  [[nodiscard]] std::optional<Place> place_of(const config::Table& entry, const model::Table& from);
  void add_parent(const config::Table& entry, const model::Table& from,
                  const model::QualifiedName& name);
  void add_inheritance(const model::Table& from, NewTable& table) const;

  const config::Config& config_;
  const model::Catalog& source_;
  const model::Catalog& target_;
  std::vector<NewTable>& tables_;
  std::vector<NewTable> parents_;
};

const NewTable* find(const std::vector<NewTable>& tables, const model::QualifiedName& name) {
  const auto found = std::ranges::find_if(
      tables, [&name](const NewTable& table) { return table.design.table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

std::optional<Place> Families::place_of(const config::Table& entry, const model::Table& from) {
  if (from.partition_bound.empty() || from.parents.size() != 1) return std::nullopt;
  const model::Table* const parent = source_.find(from.parents.front());
  if (parent == nullptr || parent->partition_key.empty()) return std::nullopt;
  const model::QualifiedName name = parent_name(config_, entry, parent->name);
  add_parent(entry, *parent, name);
  return Place{name, from.partition_bound};
}

void Families::add_parent(const config::Table& entry, const model::Table& from,
                          const model::QualifiedName& name) {
  if (target_.find(name) != nullptr || find(parents_, name) != nullptr) return;
  config::Table of_parent = entry;  // its partitions' columns are its own
  of_parent.source = from.name;
  of_parent.target = name;
  NewTable parent = design_table(of_parent, source_, target_, from);
  parent.design.findings.clear();  // its partitions have said them
  parent.kin.place = place_of(entry, from);
  parent.kin.counters = counters_of(parent, from);
  parents_.push_back(std::move(parent));
}

void Families::add_inheritance(const model::Table& from, NewTable& table) const {
  for (const model::QualifiedName& name : from.parents) {
    const config::Table* const entry = config_.find_table(name);
    if (entry != nullptr && find(tables_, entry->target) != nullptr) {
      table.kin.inherits.push_back(entry->target);
      continue;
    }
    table.design.findings.push_back(
        {model::Severity::warning, "inheritance-not-made", table.design.table.name.text(),
         "inherits from " + name.text() +
             (entry == nullptr ? ", which is not moved" : ", which is no new table") +
             ": it will stand alone",
         "ALTER TABLE ... INHERIT ... by hand, once its parent is in its place"});
  }
}

void Families::add(const config::Table& entry, const model::Table& from, NewTable& table) {
  table.kin.place = place_of(entry, from);
  if (from.partition_bound.empty()) add_inheritance(from, table);
}

std::string nextval(const model::QualifiedName& sequence) {
  return "nextval(" + literal(quoted(sequence)) + "::regclass)";
}

using Users = std::map<model::QualifiedName, std::vector<NewTable*>>;  // by the source's sequence

Users users_of_sequences(std::vector<NewTable>& tables) {
  Users users;
  for (NewTable& table : tables) {
    for (const model::Column& column : table.design.table.columns) {
      if (number_source(column) != NumberSource::shared_sequence) continue;
      if (const auto sequence = sequence_of_default(column)) users[*sequence].push_back(&table);
    }
  }
  return users;
}

/// Every default that is nothing but the next number of `before` takes that of `now`.
void redirect(NewTable& table, const model::QualifiedName& before,
              const model::QualifiedName& now) {
  for (model::Column& column : table.design.table.columns) {
    const bool plain = column.default_sql && column.default_sql->starts_with("nextval(") &&
                       column.default_sql->ends_with("::regclass)");
    if (plain && sequence_of_default(column) == before) column.default_sql = nextval(now);
  }
}

/// The column of the source that owns the sequence.
const model::Column* owner_of(const model::Catalog& source, const model::QualifiedName& sequence) {
  for (const model::Table& table : source.tables) {
    for (const model::Column& column : table.columns) {
      if (!column.sequence.empty() && read_name(column.sequence) == sequence) return &column;
    }
  }
  return nullptr;
}

model::SchemaObject sequence_object(const model::QualifiedName& name, const model::Column& column) {
  model::SchemaObject object;
  object.kind = model::SchemaObject::Kind::sequence;
  object.name = name;
  object.definition = sequence_sql(name, column);
  return object;
}

/// The new table whose column owns it gives it up until it has its name.
std::optional<model::QualifiedName> give_up(std::vector<NewTable>& tables,
                                            const model::QualifiedName& sequence) {
  for (NewTable& table : tables) {
    for (model::Column& column : table.design.table.columns) {
      if (number_source(column) != NumberSource::own_sequence ||
          read_name(column.sequence) != sequence) {
        continue;
      }
      const model::QualifiedName now{table.design.table.name.schema, sequence.table};
      table.design.objects.push_back(sequence_object(now, column));
      const std::string name = column_in_target(table, column.name);
      if (!name.empty()) table.kin.owned.emplace_back(now, name);
      column.sequence.clear();
      column.sequence_options.clear();
      redirect(table, sequence, now);
      return now;
    }
  }
  return std::nullopt;
}

}  // namespace

void add_families(const config::Config& config, const model::Catalog& source,
                  const model::Catalog& target, std::vector<NewTable>& tables) {
  if (model::is_mysql_family(source.server.engine)) return;
  Families families(config, source, target, tables);
  for (const config::Table& entry : config.tables) {
    const model::Table* const from = source.find(entry.source);
    const auto table = std::ranges::find_if(
        tables, [&entry](const NewTable& made) { return made.design.table.name == entry.target; });
    if (from != nullptr && table != tables.end()) families.add(entry, *from, *table);
  }
  std::vector<NewTable> parents = families.take_parents();
  tables.insert(tables.begin(), std::make_move_iterator(parents.begin()),
                std::make_move_iterator(parents.end()));
}

void share_sequences(const model::Catalog& source, std::vector<NewTable>& tables) {
  for (const auto& [sequence, users] : users_of_sequences(tables)) {
    const model::Column* const owner = owner_of(source, sequence);
    if (owner == nullptr) continue;  // one that nobody owns is an object already
    const model::SchemaObject object = sequence_object(sequence, *owner);
    const auto now = give_up(tables, sequence);
    for (NewTable* const user : users) {
      add_schema(now ? now->schema : sequence.schema, user->design.objects);
      user->design.objects.push_back(now ? sequence_object(*now, *owner) : object);
      if (now) redirect(*user, sequence, *now);
    }
  }
}

}  // namespace sluice::plan
