#pragma once

#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"

/// What a PostgreSQL source has and no table of the config needs, so that nobody would miss it
/// before it is asked for.
namespace sluice::plan {

/// Something that is not made. `definition`: the SQL that makes it in the target once the copy is
/// done, without the semicolon at its end; of a sequence without where it stands.
struct LeftObject {
  std::string kind;  // "sequence", "type", "partitioned table", ...
  model::QualifiedName name;
  std::string definition;
};

/// Sequences, types, domains, collations and extensions that no mapped table needs and the target
/// does not have, and partitioned tables without a partition that is mapped, of all schemas that
/// are not left. Sequences that belong to a column and give it no numbers are among them. `made`:
/// with its objects.
[[nodiscard]] std::vector<LeftObject> left_objects(const config::Config& config,
                                                   const model::Catalog& source,
                                                   const model::Catalog& target,
                                                   const MadeTables& made);

}  // namespace sluice::plan
