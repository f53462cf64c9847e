#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"

/// Which rows were written since a point in time, by the transaction that each row version bears.
/// Exact for whatever was committed after a snapshot taken while nobody else could write to the
/// table; one transaction that was under way at that moment, wrote elsewhere in a subtransaction
/// before it and here in the same one after it, would not be seen. VACUUM, freezing and CLUSTER
/// change nothing; a rewrite by ALTER TABLE makes every row a written one.
namespace sluice::cutover {

/// The condition that a row's version is newer than `snapshot` (pg_snapshot's text). Rows of
/// sessions that see no more than this one do.
[[nodiscard]] std::string is_newer_sql(db::SqlSession& session, const std::string& snapshot);

/// The same of a snapshot that was taken while others wrote to the table. Which transactions were
/// under way then it says, but not which of the later numbers are their subtransactions
/// (savepoints, blocks with EXCEPTION): every row of a number not below the oldest of them counts.
/// Without any under way it is exact.
[[nodiscard]] std::string may_be_newer_sql(db::SqlSession& session, const std::string& snapshot);

/// Of a table whose rows written since were counted: a condition that all of them meet. Where some
/// are hidden older ones may meet it too.
[[nodiscard]] std::string all_written_sql(db::SqlSession& session, const std::string& snapshot,
                                          const Written& written);

/// The point in time at which the run was recorded.
[[nodiscard]] std::string snapshot_before(db::SqlSession& session, const std::string& run_id);

/// A table to be counted.
struct Counted {
  model::QualifiedName table;
  std::string condition;
  std::optional<std::uint64_t> expected;
  const plan::TablePlan* planned = nullptr;
};
/// The same of many tables, in their order, with few ways to the server.
[[nodiscard]] std::vector<Written> count_written(db::SqlSession& session,
                                                 const std::vector<Counted>& tables);

/// Counts; where `condition` holds of any, the keys of some, where `planned` says what a key is.
/// `expected`: how many rows there were.
[[nodiscard]] Written count_written(db::SqlSession& session, const model::QualifiedName& table,
                                    const std::string& condition,
                                    std::optional<std::uint64_t> expected,
                                    const plan::TablePlan* planned);

/// LostRows::versions_sha256 of the rows that hold the condition; empty where none does.
[[nodiscard]] std::string versions_sha256(db::SqlSession& session,
                                          const model::QualifiedName& table,
                                          const std::string& condition,
                                          const plan::TablePlan& planned);

}  // namespace sluice::cutover
