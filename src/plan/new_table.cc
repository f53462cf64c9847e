#include "plan/new_table.h"

#include "sluice/model/pg_quoted.h"

#include "plan/names.h"
#include "plan/pg_definition.h"
#include "plan/side_table.h"

namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

std::string column_sql(const model::Column& column) {
  std::string sql = quoted(column.name) + " " + column.type.sql;
  // In this order only: the grammar takes a collation for the first of the constraints.
  if (!column.compression.empty()) sql += " COMPRESSION " + column.compression;
  if (!column.type.collation.empty()) sql += " COLLATE " + column.type.collation;
  if (column.generated != model::Generated::no) {
    sql += " GENERATED ALWAYS AS (" + column.generation_sql + ")";
    sql += column.generated == model::Generated::stored ? " STORED" : " VIRTUAL";
  } else if (column.default_sql && number_source(column) != NumberSource::own_sequence) {
    sql += " DEFAULT " + *column.default_sql;
  }
  if (!column.nullable) sql += " NOT NULL";
  return sql;
}

bool makes_relation(DeferredStep::Kind kind) {
  return kind == DeferredStep::Kind::index || kind == DeferredStep::Kind::exclusion;
}

/// A rename, or nothing where the name is that already.
void rename(const std::string& what, const model::QualifiedName& from,
            const model::QualifiedName& to, std::vector<std::string>& sql) {
  if (from.table == to.table) return;
  sql.push_back("ALTER " + what + " " + quoted(from) + " RENAME TO " + quoted(to.table));
}

}  // namespace

std::string column_list(const model::Table& made) {
  std::string list;
  for (const model::Column& column : made.columns) {
    list += (list.empty() ? "" : ", ") + column_sql(column);
  }
  return list;
}

std::vector<std::string> storage_statements(const model::Table& made,
                                            const model::QualifiedName& side) {
  std::vector<std::string> sql;
  for (const model::Column& column : made.columns) {
    if (column.storage.empty()) continue;
    sql.push_back("ALTER TABLE " + quoted(side) + " ALTER COLUMN " + quoted(column.name) +
                  " SET STORAGE " + column.storage);
  }
  return sql;
}

std::vector<std::string> naming_statements(const model::Table& made,
                                           const model::QualifiedName& side,
                                           const std::vector<DeferredStep>& deferred) {
  std::vector<std::string> sql;
  for (const DeferredStep& step : deferred) {
    if (!makes_relation(step.kind)) continue;
    rename("INDEX", {side.schema, step.name}, {side.schema, step.of}, sql);
  }
  for (const model::Column& column : made.columns) {
    const NumberSource source = number_source(column);
    if (source != NumberSource::identity && source != NumberSource::own_sequence) continue;
    const model::QualifiedName sequence = read_name(column.sequence);
    rename("SEQUENCE", derived_name(sequence, kSideSuffix), sequence, sql);
  }
  for (const model::Statistics& statistics : made.statistics) {
    const model::QualifiedName now = side_statistics(statistics.name, side);
    const model::QualifiedName named{now.schema, statistics.name.table};
    rename("STATISTICS", now, named, sql);
    if (named == statistics.name) continue;
    sql.push_back("ALTER STATISTICS " + quoted(named) + " SET SCHEMA " +
                  quoted(statistics.name.schema));
  }
  rename("TABLE", side, made.name, sql);
  sql.push_back("COMMENT ON TABLE " + quoted(made.name) + " IS " +
                (made.comment.empty() ? "NULL" : literal(made.comment)));
  return sql;
}

}  // namespace sluice::plan
