#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/schema.h"

namespace sluice::plan {

enum class NameCase : std::uint8_t { keep, lower };

/// How a whole database is to be moved.
struct WholeDatabase {
  std::string name;         // of the config
  std::string into_schema;  // of the target, for all tables; empty: "public" for one source
                            // database of the MySQL family, otherwise each source schema's name
  NameCase names = NameCase::keep;        // of tables and columns
  std::vector<std::string> schemas = {};  // of the source; empty: all
};

/// A config that moves every table with rows of the source as it is, to new tables where the target
/// has none of that name. Schemas that are not asked for, tables of extensions and tables without
/// columns are left, with the reason. Names that PostgreSQL cannot hold get shorter ones; two names
/// that become one are kept apart by a number. Endpoints are the caller's.
[[nodiscard]] config::Config whole_database(const model::Catalog& source,
                                            const model::Catalog& target,
                                            const WholeDatabase& options);

}  // namespace sluice::plan
