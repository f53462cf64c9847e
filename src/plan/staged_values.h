#pragma once

#include <optional>

#include "sluice/model/schema.h"

namespace sluice::plan {

/// Whether every text that the target's type takes stays the value that it was: types without a
/// binary form (arrays, composites, ranges, ...) are read by the server's input functions, many of
/// which round or cut. `from`: the PostgreSQL type whose texts arrive; absent: any text.
/// REQUIRES: `to` travels as text (TargetField::staged).
[[nodiscard]] bool stays_exact(const std::optional<model::ColumnType>& from,
                               const model::ColumnType& to);

}  // namespace sluice::plan
