#include "plan/new_table_names.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"

#include "plan/names.h"
#include "plan/pg_definition.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using model::pg::quoted;

using schema::GivenNames;

void take_with_sequences(const model::Table& table, GivenNames& names) {
  names.take(table.name);
  for (const model::Column& column : table.columns) {
    if (!column.sequence.empty()) names.take(read_name(column.sequence));
  }
}

void take_sequences(const std::vector<model::SchemaObject>& objects, GivenNames& names) {
  for (const model::SchemaObject& object : objects) {
    if (object.kind == model::SchemaObject::Kind::sequence) names.take(object.name);
  }
}

/// Every table and view is a type by its name, and before 14 every sequence; an index is none.
GivenNames names_of_types(const model::Catalog& target) {
  GivenNames names{std::string(kSideSuffix)};
  for (const model::Table& table : target.tables) take_with_sequences(table, names);
  for (const model::SchemaObject& object : target.objects) names.take(object.name);
  for (const model::OtherObject& other : target.others) names.take(other.name);
  return names;
}

/// Of something of the table: `wanted`, else with the table's name before it.
std::string give(GivenNames& names, const model::QualifiedName& table, const std::string& wanted) {
  return names.give(table.schema, wanted, table.table + "_" + wanted);
}

bool is_identity(const model::Column& column) {
  return column.identity == model::Identity::always ||
         column.identity == model::Identity::by_default;
}

/// The largest number that a sequence behind the type gives, as GENERATED AS IDENTITY has it.
const char* largest(const model::ColumnType& type) {
  if (type.base == "int2") return "32767";
  return type.base == "int4" ? "2147483647" : "9223372036854775807";
}

/// An index of a new table, or a column with a sequence.
struct Part {
  model::Table* table = nullptr;
  model::Index* index = nullptr;
  model::Column* column = nullptr;
  std::string wanted;
  bool as_is = false;  // the source calls it so
};

Part part_of(const model::Table* source, model::Table& table, model::Index& index) {
  const auto same = [&index](const model::Index& other) {
    return other.name == index.name && other.primary == index.primary;
  };
  const bool as_is = source != nullptr && std::ranges::any_of(source->indexes, same);
  return {&table, &index, nullptr, index.name, as_is};
}

Part part_of(model::Table& table, model::Column& column) {
  const std::string& before = column.sequence;
  if (!before.empty()) return {&table, nullptr, &column, read_name(before).table, true};
  // PostgreSQL's own way to name them.
  const std::string wanted = derived_name(table.name.table, "_" + column.name + "_seq");
  return {&table, nullptr, &column, wanted, false};
}

void add_parts(const model::Table* source, model::Table& table, std::vector<Part>& parts) {
  for (model::Index& index : table.indexes) parts.push_back(part_of(source, table, index));
  for (model::Column& column : table.columns) {
    if (is_identity(column) || !column.sequence.empty()) parts.push_back(part_of(table, column));
  }
}

void name_sequence(const std::string& schema, model::Column& column, const std::string& name) {
  const std::string before = column.sequence;
  column.sequence = quoted(model::QualifiedName{schema, name});
  if (before.empty()) {
    column.sequence_options = std::string("START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE ") +
                              largest(column.type) + " CACHE 1 NO CYCLE";
  }
  if (column.default_sql == printed_nextval(before))
    column.default_sql = printed_nextval(column.sequence);
}

void name_index(model::Table& table, model::Index& index, const std::string& name) {
  if (table.replica_identity == "index " + index.name) table.replica_identity = "index " + name;
  index.name = name;
}

void name(const Part& part, const std::string& name) {
  if (part.index != nullptr) {
    name_index(*part.table, *part.index, name);
  } else {
    name_sequence(part.table->name.schema, *part.column, name);
  }
}

/// One message for all tables: a database of another engine may have hundreds of such names.
void remark_on_indexes(const std::string& renamed, schema::Design& design) {
  design.findings.push_back(
      {model::Severity::note, "index-renamed",
       fmt::format("{} ({})", design.table.name.text(), renamed),
       "indexes or keys whose names are taken in their schema, or too long, get others",
       "whoever names such an index or key has to know; ALTER INDEX ... RENAME by hand, once the "
       "name is free"});
}

/// A key's name is that of a constraint of its table too.
void take_constraints(const model::Table& table, GivenNames& names) {
  for (const model::Check& check : table.checks) names.take({table.name.schema, check.name});
  for (const model::ForeignKey& key : table.foreign_keys) {
    names.take({table.name.schema, key.name});
  }
}

/// The text with another end, where that is its end.
void replace_end(std::string& text, const std::string& end, const std::string& other) {
  if (text.ends_with(end)) text.replace(text.size() - end.size(), end.size(), other);
}

void rename_type(schema::Design& design, model::SchemaObject& type,
                 const model::QualifiedName& name) {
  const std::string before = quoted(type.name);
  const std::string make = "CREATE TYPE ";
  std::ranges::replace(design.table.needs, type.id(),
                       model::SchemaObject{type.kind, name, {}, {}}.id());
  if (type.definition.starts_with(make + before)) {
    type.definition.replace(make.size(), before.size(), quoted(name));
  }
  type.name = name;
  for (model::Column& column : design.table.columns) {
    const bool own = column.type.kind == model::TypeKind::enumeration && column.type.sql == before;
    if (!own) continue;
    column.type.sql = quoted(name);
    column.type.base = name.table;
    if (column.default_sql) replace_end(*column.default_sql, "::" + before, "::" + quoted(name));
  }
}

void settle_types(schema::Design& design, GivenNames& names) {
  for (model::SchemaObject& object : design.objects) {
    if (object.kind != model::SchemaObject::Kind::type) continue;
    const model::QualifiedName table{object.name.schema, design.table.name.table};
    const std::string name = give(names, table, object.name.table);
    if (name != object.name.table) rename_type(design, object, {object.name.schema, name});
  }
}

}  // namespace

GivenNames names_of_relations(const config::Config& config, const model::Catalog& target,
                              const std::vector<NewTable>& tables) {
  GivenNames names{std::string(kSideSuffix)};
  for (const model::Table& table : target.tables) {
    take_with_sequences(table, names);
    for (const model::Index& index : table.indexes) names.take({table.name.schema, index.name});
  }
  take_sequences(target.objects, names);
  for (const config::Table& entry : config.tables) names.take(entry.target);
  for (const NewTable& table : tables) take_sequences(table.design.objects, names);
  return names;
}

void settle_names(const model::Catalog& source, GivenNames& names, std::vector<NewTable>& tables) {
  std::vector<Part> parts;
  for (NewTable& table : tables) add_parts(source.find(table.source), table.design.table, parts);
  std::vector<Part> others;
  for (const Part& part : parts) {
    if (part.as_is && names.claim({part.table->name.schema, part.wanted})) {
      name(part, part.wanted);
    } else {
      others.push_back(part);
    }
  }
  for (const NewTable& table : tables) take_constraints(table.design.table, names);
  std::map<const model::Table*, std::string> renamed;
  for (const Part& part : others) {
    const std::string given = give(names, part.table->name, part.wanted);
    if (part.index != nullptr && given != part.wanted) {
      std::string& said = renamed[part.table];
      said += (said.empty() ? "" : ", ") + part.wanted + " becomes " + given;
    }
    name(part, given);
  }
  for (NewTable& table : tables) {
    const auto said = renamed.find(&table.design.table);
    if (said != renamed.end()) remark_on_indexes(said->second, table.design);
  }
}

void settle_types(const model::Catalog& target, std::vector<NewTable>& tables) {
  GivenNames names = names_of_types(target);
  for (const NewTable& table : tables) take_with_sequences(table.design.table, names);
  for (NewTable& table : tables) settle_types(table.design, names);
}

}  // namespace sluice::plan
