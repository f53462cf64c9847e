#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sluice/codec/ascii.h"

#include "plan/families.h"
#include "plan/new_table.h"
#include "plan/new_table_columns.h"
#include "plan/positions.h"

// Which new tables belong together, as the source has it.
namespace sluice::plan {
namespace {

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
                     partition.target.table == codec::ascii_lower(partition.source.table);
  return {schema_of(config, partition, parent.schema),
          lower ? codec::ascii_lower(parent.table) : parent.table};
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

using Findings = std::vector<model::Finding>;

class Families {
 public:
  Families(const config::Config& config, const model::Catalog& source, const model::Catalog& target,
           schema::GivenNames& names, std::vector<NewTable>& tables)
      : config_(config), source_(source), target_(target), names_(names), tables_(tables) {}
  void add(const config::Table& entry, const model::Table& from, NewTable& table);
  std::vector<NewTable> take_parents() { return std::move(parents_); }

 private:
  [[nodiscard]] std::optional<Place> place_of(const config::Table& entry, const model::Table& from,
                                              const model::QualifiedName& name, Findings& findings);
  [[nodiscard]] model::QualifiedName parent_of(const config::Table& entry, const model::Table& from,
                                               Findings& findings);
  void add_parent(const config::Table& entry, const model::Table& from,
                  const model::QualifiedName& name, Findings& findings);
  void add_inheritance(const model::Table& from, NewTable& table) const;

  const config::Config& config_;
  const model::Catalog& source_;
  const model::Catalog& target_;
  schema::GivenNames& names_;
  std::vector<NewTable>& tables_;
  std::vector<NewTable> parents_;
  std::map<model::QualifiedName, model::QualifiedName> names_of_parents_;  // by the source's
};

const NewTable* find(const std::vector<NewTable>& tables, const model::QualifiedName& name) {
  const auto found = std::ranges::find_if(
      tables, [&name](const NewTable& table) { return table.design.table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

/// Nobody has said that a table which is there may be changed.
model::Finding stands_alone(const model::QualifiedName& name, const Place& place) {
  return {model::Severity::warning, "partition-not-made", name.text(),
          place.parent.text() +
              " is there already, and is let alone: this arrives as a table of its own",
          attach_sql(name, place) + " by hand, once it is copied"};
}

std::optional<Place> Families::place_of(const config::Table& entry, const model::Table& from,
                                        const model::QualifiedName& name, Findings& findings) {
  if (from.partition_bound.empty() || from.parents.size() != 1) return std::nullopt;
  const model::Table* const parent = source_.find(from.parents.front());
  if (parent == nullptr || parent->partition_key.empty()) return std::nullopt;
  Place place{parent_of(entry, *parent, findings), from.partition_bound};
  // Names are given that the target does not have; those that a run has made are not among its own.
  if (target_.find(place.parent) == nullptr) return place;
  findings.push_back(stands_alone(name, place));
  return std::nullopt;
}

/// Its name in the target, where it is a table that is there, or a new one from now on.
model::QualifiedName Families::parent_of(const config::Table& entry, const model::Table& from,
                                         Findings& findings) {
  const auto known = names_of_parents_.find(from.name);
  if (known != names_of_parents_.end()) return known->second;
  model::QualifiedName name = parent_name(config_, entry, from.name);
  const model::Table* const there = target_.find(name);
  if (there == nullptr || there->kind != "partitioned") {
    const std::string wanted = name.table;
    name.table = names_.give_alone(name.schema, wanted, wanted);  // it is never on the side
    if (name.table != wanted) {
      findings.push_back({model::Severity::warning, "partitioned-renamed", name.text(),
                          "the partitioned table " + from.name.text() + " gets this name, for " +
                              wanted + " is another table's",
                          "rename it by hand, once that name is free"});
    }
    add_parent(entry, from, name, findings);
  }
  return names_of_parents_.emplace(from.name, name).first->second;
}

void Families::add_parent(const config::Table& entry, const model::Table& from,
                          const model::QualifiedName& name, Findings& findings) {
  config::Table of_parent = entry;  // its partitions' columns are its own
  of_parent.source = from.name;
  of_parent.target = name;
  NewTable parent = design_table(of_parent, source_, target_, from);
  parent.design.findings.clear();  // its partitions have said them
  parent.kin.place = place_of(entry, from, name, findings);
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
  schema::Design& design = table.design;
  table.kin.place = place_of(entry, from, design.table.name, design.findings);
  if (from.partition_bound.empty()) add_inheritance(from, table);
}

}  // namespace

void add_families(const config::Config& config, const model::Catalog& source,
                  const model::Catalog& target, schema::GivenNames& names,
                  std::vector<NewTable>& tables) {
  if (model::is_mysql_family(source.server.engine)) return;
  Families families(config, source, target, names, tables);
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

}  // namespace sluice::plan
