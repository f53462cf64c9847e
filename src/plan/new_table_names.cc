#include "plan/new_table_names.h"

#include <algorithm>
#include <string>

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

void settle_sequence(const model::QualifiedName& table, model::Column& column, GivenNames& names) {
  const std::string before = column.sequence;
  // PostgreSQL's own way to name them.
  const std::string wanted = before.empty() ? derived_name(table.table, "_" + column.name + "_seq")
                                            : read_name(before).table;
  column.sequence = quoted(model::QualifiedName{table.schema, give(names, table, wanted)});
  if (before.empty()) {
    column.sequence_options = std::string("START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE ") +
                              largest(column.type) + " CACHE 1 NO CYCLE";
  }
  if (column.default_sql == printed_nextval(before))
    column.default_sql = printed_nextval(column.sequence);
}

void settle_index(model::Table& table, model::Index& index, GivenNames& names) {
  const std::string before = index.name;
  index.name = give(names, table.name, before);
  if (table.replica_identity == "index " + before) table.replica_identity = "index " + index.name;
}

void settle(model::Table& table, GivenNames& names) {
  for (model::Index& index : table.indexes) settle_index(table, index, names);
  for (model::Column& column : table.columns) {
    if (is_identity(column) || !column.sequence.empty()) {
      settle_sequence(table.name, column, names);
    }
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

void settle_names(GivenNames& names, std::vector<NewTable>& tables) {
  for (NewTable& table : tables) settle(table.design.table, names);
}

void settle_types(const model::Catalog& target, std::vector<NewTable>& tables) {
  GivenNames names = names_of_types(target);
  for (const NewTable& table : tables) take_with_sequences(table.design.table, names);
  for (NewTable& table : tables) settle_types(table.design, names);
}

}  // namespace sluice::plan
