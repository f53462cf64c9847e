#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"

namespace sluice::db {

[[nodiscard]] model::ServerIdentity read_identity(SqlSession& session);

/// Reads tables (with columns, keys, indexes, foreign keys, checks, triggers, estimates) of the
/// named schemas; all user schemas when none is named (the connected database on the MySQL family).
/// Runs in one transaction so that the picture is consistent.
[[nodiscard]] model::Catalog read_catalog(SqlSession& session,
                                          const std::vector<std::string>& schemas = {});

/// What the connected role may do that a source role must not: one line each ("DELETE on
/// crm.customers", "superuser"). Empty: the role can only read.
[[nodiscard]] std::vector<std::string> write_privileges(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);

/// Free bytes on the file system of the target's data directory where the server can tell
/// (PostgreSQL: superuser-only functions, else absent), and the bytes its tables use now.
struct Storage {
  std::optional<std::uint64_t> free_bytes;
  std::uint64_t database_bytes = 0;
};
[[nodiscard]] Storage read_storage(SqlSession& session);

}  // namespace sluice::db
