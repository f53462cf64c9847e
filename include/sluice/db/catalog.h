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
/// Catalog::objects are those of the whole PostgreSQL database; a table's needs that are no ids of
/// them ("function app.f(integer)", "table app.t" whose sequence or row type is used) are not made
/// by anything here. Catalog::others leaves out what the role may not see. Runs in one transaction
/// so that the picture is consistent.
[[nodiscard]] model::Catalog read_catalog(SqlSession& session,
                                          const std::vector<std::string>& schemas = {});

/// What reading these tables depends on (plan::source_shape): their columns without defaults,
/// unique keys, kind and storage engine; nothing else of the catalogue is filled in, and tables
/// that are gone are left out. For a look while others wait for locks: on PostgreSQL it takes none
/// that a session lacks which holds the tables (SnapshotSessions::holder); on MySQL and MariaDB it
/// waits behind nobody who waits himself.
[[nodiscard]] model::Catalog read_shapes(SqlSession& session,
                                         const std::vector<model::QualifiedName>& tables);

/// Objects that a catalogue may lack because its reader may not see all of them.
struct Unseen {
  std::string objects;  // "triggers of crm"
  std::string right;    // that would show them: "TRIGGER on crm"
};
/// By the connected role's own grants; the schemas are those of the catalogue's tables. PostgreSQL
/// shows all names to everybody.
[[nodiscard]] std::vector<Unseen> read_unseen(SqlSession& session, const model::Catalog& catalog);

/// What the connected role may do that a source role must not: one line each ("DELETE on
/// crm.customers", "superuser"). Empty: the role can only read.
[[nodiscard]] std::vector<std::string> write_privileges(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);

/// The room of a server.
struct Storage {
  /// On the fullest of the file systems that hold its data, its WAL and its tablespaces. Known only
  /// where they are this machine's (a unix socket) and the role may ask where they lie
  /// (pg_read_all_settings); never with MySQL and MariaDB.
  std::optional<std::uint64_t> free_bytes;
  std::uint64_t database_bytes = 0;  // that the tables use now
  std::uint64_t max_wal_bytes = 0;   // of WAL between two checkpoints; 0 with MySQL and MariaDB
};
[[nodiscard]] Storage read_storage(SqlSession& session);

}  // namespace sluice::db
