#pragma once

#include <vector>

#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"
#include "sluice/schema/given_names.h"

#include "plan/side_table.h"

/// Partitioned tables, inheritance, and sequences that belong to one table and serve others.
namespace sluice::plan {

/// Adds the partitioned tables that new partitions belong to, each after its own, in front of
/// `tables`; says which table has its place in which, and which inherits from which. Those that the
/// target has are not made, and take nothing in. What cannot come along is a finding of its table.
/// `names`: of relations of the target.
void add_families(const config::Config& config, const model::Catalog& source,
                  const model::Catalog& target, schema::GivenNames& names,
                  std::vector<NewTable>& tables);

/// Sequences of one table's column that other new tables take numbers from become objects, which
/// are there before them all; the table gets its own back with its name. They get free names: those
/// that the target has are others.
void share_sequences(const model::Catalog& source, schema::GivenNames& names,
                     std::vector<NewTable>& tables);

/// Statements that make a partitioned table under its own name, without partitions and foreign
/// keys: its columns, keys, indexes, checks, settings.
[[nodiscard]] std::vector<std::string> parent_statements(const model::Table& parent);
/// ALTER SEQUENCE ... OWNED BY ...
[[nodiscard]] std::vector<std::string> ownership_statements(const model::QualifiedName& table,
                                                            const Kin& kin);

/// Takes foreign keys of and to partitioned tables out of `made`: no side table can have them, so
/// they are made when the partitions are in their places.
[[nodiscard]] std::vector<FamilyStep> take_family_steps(MadeTables& made);

}  // namespace sluice::plan
