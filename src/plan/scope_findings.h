#pragma once

#include "sluice/config/config.h"
#include "sluice/model/schema.h"

#include "plan/findings.h"
#include "plan/side_table.h"

/// What is to be said about a config as a whole.
namespace sluice::plan {

/// Engines, publications that would take side tables in, two tables with one target.
void look_at_servers(const config::Config& config, const model::Catalog& source,
                     const model::Catalog& target, Findings& findings);
/// Source tables that are neither mapped nor left, and entries of "leave" that name nothing.
void look_at_scope(const config::Config& config, const model::Catalog& source, Findings& findings);
/// Live tables outside the plan that refer to tables in it.
void look_at_incoming(const model::Catalog& target, const SideOf& side_of, Findings& findings);
/// The tables and columns that checks name, and whether their figures can be computed.
void look_at_checks(const config::Config& config, const model::Catalog& source,
                    const model::Catalog& target, Findings& findings);

/// False for kinds that hold no rows of their own (a partitioned table's are in its partitions);
/// any other may, also one not known here.
[[nodiscard]] bool holds_rows(const model::Table& table);

/// The table of that name; where there is none, an error with the nearest name.
[[nodiscard]] const model::Table* find_table(const model::Catalog& catalog,
                                             const model::QualifiedName& name,
                                             std::string_view rule, const std::string& where,
                                             Findings& findings);

}  // namespace sluice::plan
