#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/model/endpoint.h"
#include "sluice/plan/plan.h"

/// The old side, from the cutover on: the source's tables, to which nobody may write any more.
namespace sluice::cutover {

/// A script in the source's own SQL: triggers that refuse every write, whoever it is, which no
/// grant of anybody goes around; and how to take them away again.
[[nodiscard]] std::string freeze_sql(const plan::Plan& plan);

/// Where the source stood, and how many rows each table had, by its number.
struct SourceState {
  std::string position;  // SnapshotInfo::position
  std::map<int, std::uint64_t> rows;
};

/// What of the source may have changed since: one line each. On PostgreSQL tables are named with
/// the number of rows, for which they are read; on MySQL and MariaDB the position alone tells.
/// Empty: nothing has. Opens a session of its own.
[[nodiscard]] std::vector<std::string> source_moved(const plan::Plan& plan,
                                                    const model::Endpoint& source,
                                                    const SourceState& before);

}  // namespace sluice::cutover
