#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/model/endpoint.h"
#include "sluice/plan/plan.h"

/// The old side, from the cutover on: the source's tables, to which nobody may write any more.
namespace sluice::cutover {

/// Statements in the source's own SQL. They may be run again; of `undo`, what is not there is
/// passed over.
struct Freeze {
  std::vector<std::string> statements;
  std::vector<std::string> undo;  // leaves the source as it was, and nothing else
};

/// Triggers that refuse every write, whoever it is: owners and administrators too, which no REVOKE
/// reaches. One door is left: a session that sluice has opened for retire or restore
/// (db::Purpose::removal) may delete and insert. Whoever opens it otherwise does so on purpose;
/// a watch sees what came through it.
[[nodiscard]] Freeze freeze_of(const plan::Plan& plan, const std::string& run_id);

/// Such statements for psql or mysql: on PostgreSQL one transaction.
[[nodiscard]] std::string source_script(const plan::Plan& plan,
                                        const std::vector<std::string>& statements);

/// Runs such statements as `source` says, on PostgreSQL in one transaction; returns as which role.
/// Locks of the tables are waited for 3 s each. Throws Error; on MySQL and MariaDB some of them may
/// have been run then.
std::string run_on_source(const plan::Plan& plan, const model::Endpoint& source,
                          const std::vector<std::string>& statements);

/// Where the source stood, and how many rows each table had, by its number.
struct SourceState {
  std::string position;  // SnapshotInfo::position
  std::map<int, std::uint64_t> rows;
  std::map<int, codec::RowSetDigest> digests;  // as read by the plan; where they are known
};

/// What of the source may have changed since: one line each. On PostgreSQL tables are named with
/// the number of rows, for which they are read; on MySQL and MariaDB the position alone tells, and
/// where there is none all rows are read and held against `before`'s digests. `seed`: of the run's
/// row hashes. Empty: nothing has. Opens a session of its own.
[[nodiscard]] std::vector<std::string> source_moved(const plan::Plan& plan,
                                                    const model::Endpoint& source,
                                                    const SourceState& before, std::uint64_t seed);

}  // namespace sluice::cutover
