#pragma once

#include <string>

#include "support/mysql_family.h"
#include "support/postgres_server.h"

/// Whether one database holds what another does, asked from the servers themselves: nothing of it
/// is sluice's, neither its digests nor its drivers nor its types.
namespace sluice::test {

/// Compares all tables of a database with those of the same names in a schema, column by column in
/// a neutral form and row by row in no order. The first table that differs, in words, with a row of
/// each side and the columns in which they differ; empty when nothing does.
[[nodiscard]] std::string dump_difference(const MysqlFamilyDatabase& source,
                                          const PostgresDatabase& target,
                                          const std::string& schema = "public");

/// Compares what pg_dump writes of both: schema and rows, without owners, privileges and sluice's
/// own schema, the rows of each table in no order, and without the random word that pg_dump puts
/// before and behind it all. The first lines that differ; empty when none do.
[[nodiscard]] std::string dump_difference(const PostgresDatabase& source,
                                          const PostgresDatabase& target);

}  // namespace sluice::test
