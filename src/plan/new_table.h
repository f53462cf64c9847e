#pragma once

#include <string>
#include <vector>

#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"
#include "sluice/plan/plan.h"

/// The SQL of tables that are made where there is no live one.
namespace sluice::plan {

/// The columns as CREATE TABLE lists them: types, collations, NOT NULL, defaults, generation.
/// Without the sequences of serial and identity columns, and without storage, which it could not
/// say before PostgreSQL 16.
[[nodiscard]] std::string column_list(const model::Table& made);
/// Storage of columns that is not their types' own.
[[nodiscard]] std::vector<std::string> storage_statements(const model::Table& made,
                                                          const model::QualifiedName& side);
/// What gives a side table and its indexes, sequences and statistics the names that `made` has, and
/// its comment. `deferred`: its steps.
[[nodiscard]] std::vector<std::string> naming_statements(const model::Table& made,
                                                         const model::QualifiedName& side,
                                                         const std::vector<DeferredStep>& deferred);

/// The schema among `objects`, unless every database has it.
void add_schema(const std::string& schema, std::vector<model::SchemaObject>& objects);
/// One table as its config and source have it, with the source's columns.
[[nodiscard]] NewTable design_table(const config::Table& table, const model::Catalog& source,
                                    const model::Catalog& target, const model::Table& from);
/// What a table needs and nothing here makes, unless the target has it.
void look_at_needs(const model::Catalog& source, const model::Catalog& target,
                   const model::Table& from, schema::Design& design);

}  // namespace sluice::plan
