#include "sluice/plan/shape.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "plan/names.h"
#include "plan/pg_definition.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

void append(std::string& text, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text.push_back(' ');
  text += part;
}

std::string type_text(const model::ColumnType& type) {
  std::string text = type.sql;
  if (!type.schema.empty()) append(text, "of schema " + type.schema);
  if (!type.charset.empty()) append(text, "charset " + type.charset);
  if (!type.collation.empty()) append(text, "collate " + type.collation);
  return text;
}

std::string generation_text(const model::Column& column) {
  switch (column.generated) {
    case model::Generated::no:
      return {};
    case model::Generated::stored:
      return "generated (" + column.generation_sql + ") stored";
    case model::Generated::virtual_column:
      return "generated (" + column.generation_sql + ") virtual";
  }
  return {};
}

std::string identity_text(model::Identity identity) {
  switch (identity) {
    case model::Identity::no:
      return {};
    case model::Identity::always:
      return "identity always";
    case model::Identity::by_default:
      return "identity by default";
    case model::Identity::auto_increment:
      return "auto_increment";
  }
  return {};
}

/// What a reader of the column depends on.
std::string read_text(const model::Column& column) {
  std::string text = type_text(column.type);
  if (!column.nullable) append(text, "not null");
  append(text, generation_text(column));
  return text;
}

/// That, and what fills the column. A sequence of the column's own is named by its options only:
/// the side table's is another.
std::string write_text(const model::Column& column) {
  std::string text = read_text(column);
  append(text, identity_text(column.identity));
  const NumberSource numbers = number_source(column);
  if (numbers == NumberSource::own_sequence || numbers == NumberSource::identity) {
    append(text, "own sequence (" + column.sequence_options + ")");
  }
  if (column.default_sql && numbers != NumberSource::own_sequence) {
    append(text, "default " + *column.default_sql);
  }
  if (column.statistics_target) {
    append(text, "statistics " + std::to_string(*column.statistics_target));
  }
  if (!column.storage.empty()) append(text, "storage " + column.storage);
  if (!column.compression.empty()) append(text, "compression " + column.compression);
  if (!column.options.empty()) append(text, "with (" + column.options + ")");
  return text;
}

std::string parts_text(const model::Index& index) {
  std::string text;
  for (const model::IndexPart& part : index.parts) {
    text += text.empty() ? "(" : ", ";
    text += part.column.empty() ? part.expression : part.column;
    if (part.prefix_length) text += "(" + std::to_string(*part.prefix_length) + ")";
    if (part.descending) text += " desc";
  }
  return text + ")";
}

std::string key_text(const model::Index& index) {
  std::string text = index.primary ? "primary key" : "unique";
  append(text, parts_text(index));
  if (index.partial) append(text, "partial");
  return text;
}

/// The definition without names, so that an index of the side table reads like that of the live
/// one. One that is not understood is compared as it stands.
std::string index_text(const model::Index& index) {
  std::string text = index.unique ? "unique" : "";
  try {
    const IndexDefinition definition = read_index_definition(index.definition);
    append(text, definition.method_and_key);
    append(text, definition.clauses);
    if (!definition.predicate.empty()) append(text, "WHERE " + definition.predicate);
  } catch (const model::Error&) {
    append(text, index.definition.empty() ? parts_text(index) : index.definition);
  }
  if (!index.tablespace.empty()) append(text, "tablespace " + index.tablespace);
  for (std::size_t i = 0; i < index.parts.size(); ++i) {
    const std::optional<int>& target = index.parts[i].statistics_target;
    if (!target) continue;
    append(text, "statistics " + std::to_string(*target) + " of column " + std::to_string(i + 1));
  }
  if (index.clustered) append(text, "clustered");
  if (index.is_constraint) append(text, "for " + index.constraint_definition);
  return text;
}

std::string foreign_key_text(const model::ForeignKey& key) {
  try {
    const ForeignKeyDefinition definition =
        with_quoted_columns(read_foreign_key_definition(key.definition));
    return foreign_key_sql(definition, key.referenced) + (key.validated ? "" : " NOT VALID");
  } catch (const model::Error&) {
    std::string text = key.definition;
    if (text.empty()) text = "to " + key.referenced.text();
    return text;
  }
}

std::string storage_text(const model::Table& table) {
  std::string text = table.kind;
  append(text, table.storage_engine);
  if (table.unlogged) append(text, "unlogged");
  std::vector<std::string> parameters = table.storage_parameters;
  std::ranges::sort(parameters);
  for (const std::string& parameter : parameters) append(text, parameter);
  if (!table.tablespace.empty()) append(text, "tablespace " + table.tablespace);
  if (!table.replica_identity.empty() && table.replica_identity != "default") {
    append(text, "replica identity " + table.replica_identity);
  }
  return text;
}

constexpr std::string_view kStatistics = "statistics ";

std::string statistics_object(const model::Statistics& statistics) {
  return std::string(kStatistics) + model::quote_name(model::Engine::postgresql, statistics.name);
}

std::string statistics_text(const model::Statistics& statistics) {
  std::string text = statistics.definition;
  if (statistics.target) append(text, "statistics " + std::to_string(*statistics.target));
  return text;
}

constexpr std::string_view kComment = "comment on ";

bool is_comment(const ShapeLine& line) { return line.object.starts_with(kComment); }

void add_comment(Shape& shape, const std::string& object, const std::string& comment) {
  if (!comment.empty()) shape.push_back({std::string(kComment) + object, comment});
}

void add_comments(const model::Table& table, Shape& shape) {
  for (const model::Column& column : table.columns) {
    add_comment(shape, "column " + column.name, column.comment);
  }
  for (const model::Index& index : table.indexes) {
    if (!index.valid) continue;
    add_comment(shape, "index " + index.name, index.comment);
    add_comment(shape, "constraint " + index.name, index.constraint_comment);
  }
  for (const model::ForeignKey& key : table.foreign_keys) {
    add_comment(shape, "foreign key " + key.name, key.comment);
  }
  for (const model::Check& check : table.checks) {
    add_comment(shape, "check " + check.name, check.comment);
  }
  for (const model::Statistics& statistics : table.statistics) {
    add_comment(shape, statistics_object(statistics), statistics.comment);
  }
}

/// Columns keep their order, which is part of a shape; the rest has none.
Shape with_columns_first(Shape columns, Shape others) {
  std::ranges::sort(others);
  columns.insert(columns.end(), others.begin(), others.end());
  return columns;
}

using Names = std::map<std::string, std::string>;

std::string live_name(const Names& names, const std::string& side_name) {
  const auto found = names.find(side_name);
  return found == names.end() ? side_name : found->second;
}

/// The live table's statistics that those of this name stand for.
model::QualifiedName live_statistics(const TablePlan& table,
                                     const model::QualifiedName& side_name) {
  for (const ShapeLine& line : table.target_shape) {
    if (!line.object.starts_with(kStatistics)) continue;
    model::QualifiedName name = read_name(line.object.substr(kStatistics.size()));
    if (side_statistics(name, table.side) == side_name) return name;
  }
  return side_name;
}

/// The side table under the live table's names.
model::Table renamed(const Plan& plan, const TablePlan& table, model::Table side) {
  Names names;
  for (const DeferredStep& step : table.deferred) {
    if (step.kind == DeferredStep::Kind::index || step.kind == DeferredStep::Kind::exclusion)
      names[step.name] = step.of;
  }
  side.name = table.target;
  for (model::Statistics& statistics : side.statistics) {
    statistics.name = live_statistics(table, statistics.name);
  }
  for (model::Index& index : side.indexes) index.name = live_name(names, index.name);
  constexpr std::string_view kIndex = "index ";
  if (side.replica_identity.starts_with(kIndex)) {
    side.replica_identity =
        std::string(kIndex) + live_name(names, side.replica_identity.substr(kIndex.size()));
  }
  for (model::ForeignKey& key : side.foreign_keys) {
    for (const TablePlan& other : plan.tables) {
      if (key.referenced == other.side) key.referenced = other.target;
    }
  }
  return side;
}

/// What a side table has to have; triggers and row security come at cutover.
Shape without_cutover_lines(Shape shape) {
  std::erase_if(shape, [](const ShapeLine& line) {
    return line.object.starts_with("trigger ") || line.object == "row security";
  });
  return shape;
}

}  // namespace

Shape source_shape(const model::Table& table) {
  Shape columns;
  Shape others;
  for (const model::Column& column : table.columns) {
    columns.push_back({"column " + column.name, read_text(column)});
  }
  for (const model::Index& index : table.indexes) {
    if (index.unique && index.valid) others.push_back({"key " + index.name, key_text(index)});
  }
  std::string kind = table.kind;
  append(kind, table.storage_engine);
  if (table.has_children) append(kind, "with inheriting tables");
  others.push_back({"table", kind});
  if (table.row_security) others.push_back({"row security", "enabled"});
  return with_columns_first(std::move(columns), std::move(others));
}

Shape target_shape(const model::Table& table) {
  Shape columns;
  Shape others;
  for (const model::Column& column : table.columns) {
    columns.push_back({"column " + column.name, write_text(column)});
  }
  for (const model::Index& index : table.indexes) {
    if (index.valid) others.push_back({"index " + index.name, index_text(index)});
  }
  for (const model::ForeignKey& key : table.foreign_keys) {
    others.push_back({"foreign key " + key.name, foreign_key_text(key)});
  }
  for (const model::Check& check : table.checks) {
    others.push_back({"check " + check.name, check.definition});
  }
  for (const model::Trigger& trigger : table.triggers) {
    others.push_back({"trigger " + trigger.name, trigger.definition});
  }
  for (const model::Statistics& statistics : table.statistics) {
    others.push_back({statistics_object(statistics), statistics_text(statistics)});
  }
  add_comments(table, others);
  others.push_back({"table", storage_text(table)});
  if (table.row_security) others.push_back({"row security", "enabled"});
  return with_columns_first(std::move(columns), std::move(others));
}

Shape without_comments(Shape shape) {
  std::erase_if(shape, is_comment);
  return shape;
}

Shape comments_only(Shape shape) {
  std::erase_if(shape, [](const ShapeLine& line) { return !is_comment(line); });
  return shape;
}

std::vector<std::string> differences(const Shape& before, const Shape& now) {
  std::vector<std::string> lines;
  const auto find = [](const Shape& shape, const std::string& object) {
    return std::ranges::find(shape, object, &ShapeLine::object);
  };
  Shape kept;
  for (const ShapeLine& line : before) {
    const auto found = find(now, line.object);
    if (found == now.end()) {
      lines.push_back(line.object + ": is gone, was " + line.text);
    } else {
      kept.push_back(*found);
      if (found->text != line.text) {
        lines.push_back(line.object + ": " + line.text + " is now " + found->text);
      }
    }
  }
  Shape also_before;
  for (const ShapeLine& line : now) {
    if (find(before, line.object) == before.end()) {
      lines.push_back(line.object + ": is new, " + line.text);
    } else {
      also_before.push_back(line);
    }
  }
  if (lines.empty() && kept != also_before)
    lines.push_back("table: its columns have another order");
  return lines;
}

std::vector<std::string> side_differences(const Plan& plan, const TablePlan& table,
                                          const model::Table& side) {
  return differences(without_cutover_lines(table.target_shape),
                     without_cutover_lines(target_shape(renamed(plan, table, side))));
}

bool is_done(const DeferredStep& step, const model::Table& side) noexcept {
  const auto named = [&step](const auto& object) { return object.name == step.name; };
  const auto index = std::ranges::find_if(side.indexes, named);
  switch (step.kind) {
    case DeferredStep::Kind::index:
    case DeferredStep::Kind::exclusion:
      return index != side.indexes.end() && index->valid;
    case DeferredStep::Kind::primary_key:
    case DeferredStep::Kind::unique:
      return index != side.indexes.end() && index->is_constraint;
    case DeferredStep::Kind::check:
      return std::ranges::any_of(side.checks, named);
    case DeferredStep::Kind::foreign_key:
      return std::ranges::any_of(side.foreign_keys, named);
    case DeferredStep::Kind::validate:
      return std::ranges::any_of(side.foreign_keys, [&step](const model::ForeignKey& key) {
        return key.name == step.name && key.validated;
      });
    case DeferredStep::Kind::position:
    case DeferredStep::Kind::setting:
      return false;
  }
  return false;
}

}  // namespace sluice::plan
