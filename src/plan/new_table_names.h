#pragma once

#include <vector>

#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"
#include "sluice/schema/given_names.h"

/// Names of what belongs to new tables. On PostgreSQL indexes and sequences share one name space
/// with tables; on the MySQL family each table has its own.
namespace sluice::plan {

/// Names of relations that are not free: those that the target has, those that the config gives,
/// and sequences that come along as they are. With each goes what it is called on the side.
[[nodiscard]] schema::GivenNames names_of_relations(const config::Config& config,
                                                    const model::Catalog& target,
                                                    const std::vector<NewTable>& tables);

/// Gives every index and every sequence of identity columns a name that is free in its schema: its
/// own where nobody has it, otherwise one that begins with the table's, and of indexes a remark.
/// Those of the source come first, whatever the order.
void settle_names(const model::Catalog& source, schema::GivenNames& names,
                  std::vector<NewTable>& tables);

/// Does the same for the types that tables of the MySQL family bring, each its own: every table is
/// a type as well. Types of PostgreSQL's tables keep their names, under which they are shared.
/// REQUIRES: other names are settled.
void settle_types(const model::Catalog& target, std::vector<NewTable>& tables);

}  // namespace sluice::plan
