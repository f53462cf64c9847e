#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sluice/db/catalog.h"
#include "sluice/db/counters.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/waits.h"

/// The MySQL family's side of the seam: what dispatch.cc calls. Contracts stand at the public
/// functions of the same names. Writing is PostgreSQL's alone so far: a target of this family comes
/// in beside these, as open_target().
namespace sluice::db::mysql {

[[nodiscard]] std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint,
                                                       Purpose purpose);
/// Nobody can join a snapshot of this family: every call makes a new one, and its info says so.
[[nodiscard]] SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count);

[[nodiscard]] model::ServerIdentity read_identity(SqlSession& session);
[[nodiscard]] model::Catalog read_catalog(SqlSession& session,
                                          const std::vector<std::string>& schemas);
[[nodiscard]] model::Catalog read_shapes(SqlSession& session,
                                         const std::vector<model::QualifiedName>& names);
[[nodiscard]] std::vector<Unseen> read_unseen(SqlSession& session, const model::Catalog& catalog);
[[nodiscard]] std::vector<std::string> write_privileges(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);
[[nodiscard]] Storage read_storage(SqlSession& session);
[[nodiscard]] std::vector<CounterPosition> read_counters(
    SqlSession& session, const std::vector<model::QualifiedName>& counters);
[[nodiscard]] ServerWaits read_waits(SqlSession& session, const std::vector<std::string>& ids);

[[nodiscard]] std::vector<model::KeyRange> cut_ranges(SourceSession& session,
                                                      const TableRead& table, model::RangeKind kind,
                                                      std::size_t pieces);

[[nodiscard]] std::unique_ptr<RowSession> open_rows(const model::Endpoint& endpoint,
                                                    Purpose purpose);
[[nodiscard]] std::vector<RemovalHazard> read_removal_hazards(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);

[[nodiscard]] std::string removal_sql(model::Engine engine, const TableRead& table,
                                      std::span<const model::Key> keys);

}  // namespace sluice::db::mysql
