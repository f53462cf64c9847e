#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"

namespace sluice::db {

/// Where something that gives numbers out stands: a sequence of PostgreSQL, or the AUTO_INCREMENT
/// of a table. It may be behind every number in use, those of rows that were deleted included.
struct CounterPosition {
  model::QualifiedName name;                // of the sequence, or of the table
  std::optional<std::string> last_value{};  // a whole number; absent: the role may not see it
  bool is_called = false;                   // whether `last_value` has been given out itself
};

/// One for each of `counters`, in their order; as they stand now, whatever the session's snapshot.
[[nodiscard]] std::vector<CounterPosition> read_counters(
    SqlSession& session, const std::vector<model::QualifiedName>& counters);

}  // namespace sluice::db
