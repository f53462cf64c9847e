#pragma once

#include <string>

#include "support/postgres_server.h"

namespace sluice::test {

/// What differs between the same table of two databases on one server, by its rows' texts; empty
/// when nothing does.
[[nodiscard]] std::string table_difference(const std::string& table, const PostgresDatabase& source,
                                           const PostgresDatabase& target);
/// Lines of pg_dump --schema-only that only one side has.
[[nodiscard]] std::string schema_dump_difference(const PostgresDatabase& source,
                                                 const PostgresDatabase& target);
/// Sequences of columns that would give out a number again.
[[nodiscard]] std::string sequences_behind(const PostgresDatabase& target);

}  // namespace sluice::test
