#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "sluice/model/pg_quoted.h"
#include "sluice/plan/new_tables.h"

#include "plan/pg_definition.h"

// Foreign keys of new tables.
namespace sluice::plan {
namespace {

using model::pg::quoted_list;

using ColumnNames = std::map<std::string, std::string>;  // source column to target column

ColumnNames target_names(const NewTable& table) {
  ColumnNames names;
  for (const model::Column& column : table.design.table.columns) names[column.name] = column.name;
  for (const auto& [source, target] : table.renamed) names[source] = target;
  for (const std::string& source : table.dropped) names.erase(source);
  for (const auto& [source, designed] : table.design.shortened) {
    const auto found = names.find(designed);
    if (found != names.end()) names[source] = found->second;
  }
  return names;
}

/// Types of one family compare by an operator of the server's own.
std::string_view family(const model::ColumnType& type) {
  static constexpr std::string_view kIntegers[] = {"int2", "int4", "int8"};
  static constexpr std::string_view kTexts[] = {"text", "varchar", "bpchar"};
  if (std::ranges::find(kIntegers, type.base) != std::end(kIntegers)) return "integer";
  if (std::ranges::find(kTexts, type.base) != std::end(kTexts)) return "text";
  return type.base;
}

/// Whether PostgreSQL has an operator to look one's values up among the other's by: it makes a
/// numeric of a whole number by itself.
bool can_refer(const model::ColumnType& child, const model::ColumnType& parent) {
  const std::string_view here = family(child);
  const std::string_view there = family(parent);
  return here == there || (here == "integer" && there == "numeric");
}

/// Puts the keys of one table on what the target showed of it.
class KeyWriter {
 public:
  KeyWriter(const config::Config& config, const std::vector<NewTable>& designs,
            const model::Catalog& target, MadeTables& made)
      : config_(config), target_(target), made_(made) {
    for (const NewTable& design : designs) names_[design.design.table.name] = target_names(design);
    for (model::Table& table : made.tables) shown_[table.name] = &table;
    for (model::Table& table : made.parents) shown_[table.name] = &table;
    for (const NewTable& design : designs) {
      if (design.is_partitioned()) parent_of_[design.source] = design.design.table.name;
    }
  }
  void write(const NewTable& design);

 private:
  /// What becomes of a source table; null: it does not move.
  [[nodiscard]] const model::QualifiedName* target_of(const model::QualifiedName& source) const;
  [[nodiscard]] const model::Table* find(const model::QualifiedName& name) const;
  /// Why the key cannot be there; empty: it can, and `key` is the target's.
  [[nodiscard]] std::string retarget(const model::QualifiedName& table, model::ForeignKey& key);
  [[nodiscard]] bool rename(const model::QualifiedName& table,
                            std::vector<std::string>& columns) const;

  const config::Config& config_;
  const model::Catalog& target_;
  MadeTables& made_;
  std::map<model::QualifiedName, ColumnNames> names_;
  std::map<model::QualifiedName, model::Table*> shown_;
  std::map<model::QualifiedName, model::QualifiedName> parent_of_;  // by the source's name
};

const model::QualifiedName* KeyWriter::target_of(const model::QualifiedName& source) const {
  const auto parent = parent_of_.find(source);
  if (parent != parent_of_.end()) return &parent->second;
  const config::Table* const mapped = config_.find_table(source);
  return mapped == nullptr ? nullptr : &mapped->target;
}

const model::Table* KeyWriter::find(const model::QualifiedName& name) const {
  const auto found = shown_.find(name);
  return found != shown_.end() ? found->second : target_.find(name);
}

/// From the names of the table's design or source; false where a column does not move. Columns of
/// tables that are there bear their own names.
bool KeyWriter::rename(const model::QualifiedName& table, std::vector<std::string>& columns) const {
  const auto names = names_.find(table);
  if (names == names_.end()) return true;
  for (std::string& column : columns) {
    const auto found = names->second.find(column);
    if (found == names->second.end()) return false;
    column = found->second;
  }
  return true;
}

bool is_unique(const model::Table& table, const std::vector<std::string>& columns) {
  const std::set<std::string> wanted(columns.begin(), columns.end());
  return std::ranges::any_of(table.indexes, [&wanted](const model::Index& index) {
    std::set<std::string> parts;
    for (const model::IndexPart& part : index.parts) parts.insert(part.column);
    return index.unique && index.valid && !index.partial && parts == wanted;
  });
}

bool comparable(const model::Table& child, const model::Table& parent,
                const model::ForeignKey& key) {
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const model::Column* const here = child.find_column(key.columns[i]);
    const model::Column* const there = parent.find_column(key.referenced_columns[i]);
    if (here == nullptr || there == nullptr || !can_refer(here->type, there->type)) return false;
  }
  return true;
}

std::string KeyWriter::retarget(const model::QualifiedName& table, model::ForeignKey& key) {
  const model::QualifiedName* const moved = target_of(key.referenced);
  if (moved == nullptr) return key.referenced.text() + ", to which it refers, is not moved";
  const ForeignKeyDefinition definition = read_foreign_key_definition(key.definition);
  key.referenced = *moved;
  const model::Table* const parent = find(key.referenced);
  const model::Table* const child = find(table);
  if (parent == nullptr) return key.referenced.text() + ", to which it refers, cannot be made";
  if (!rename(table, key.columns) || !rename(key.referenced, key.referenced_columns)) {
    return "not all of its columns move";
  }
  if (!is_unique(*parent, key.referenced_columns)) {
    return "it refers to columns of " + parent->name.text() + " that no unique index holds";
  }
  if (!comparable(*child, *parent, key)) return "its columns are of other types than the parent's";
  ForeignKeyDefinition renamed = definition;
  renamed.columns = "(" + quoted_list(key.columns) + ")";
  renamed.referenced_columns = "(" + quoted_list(key.referenced_columns) + ")";
  key.definition = foreign_key_sql(renamed, key.referenced) + (key.validated ? "" : " NOT VALID");
  return {};
}

void KeyWriter::write(const NewTable& design) {
  const model::QualifiedName& name = design.design.table.name;
  const auto shown = shown_.find(name);
  if (shown == shown_.end()) return;
  for (model::ForeignKey key : design.design.table.foreign_keys) {
    const std::string obstacle = retarget(name, key);
    if (obstacle.empty()) {
      shown->second->foreign_keys.push_back(std::move(key));
      continue;
    }
    made_.findings.push_back({model::Severity::warning, "foreign-key-not-made",
                              name.text() + "." + key.name, obstacle,
                              "move that table too, or do without the foreign key"});
  }
}

}  // namespace

void attach_foreign_keys(const config::Config& config, const std::vector<NewTable>& designs,
                         const model::Catalog& target, MadeTables& made) {
  KeyWriter writer(config, designs, target, made);
  for (const NewTable& design : designs) writer.write(design);
}

}  // namespace sluice::plan
