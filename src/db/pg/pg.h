#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/db/catalog.h"
#include "sluice/db/counters.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/db/waits.h"

/// PostgreSQL's side of the seam: what dispatch.cc calls. Contracts stand at the public functions
/// of the same names.
namespace sluice::db::pg {

[[nodiscard]] std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint,
                                                       Purpose purpose);
[[nodiscard]] SnapshotSessions open_snapshot(const model::Endpoint& endpoint, std::size_t count,
                                             const std::vector<model::QualifiedName>& tables,
                                             const std::optional<std::string>& join);
[[nodiscard]] std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint);
void flush_commits(SqlSession& session);

[[nodiscard]] model::ServerIdentity read_identity(SqlSession& session);
[[nodiscard]] model::Catalog read_catalog(SqlSession& session,
                                          const std::vector<std::string>& schemas);
[[nodiscard]] model::Catalog read_shapes(SqlSession& session,
                                         const std::vector<model::QualifiedName>& names);
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

[[nodiscard]] std::string removal_sql(const TableRead& table, std::span<const model::Key> keys);

}  // namespace sluice::db::pg
