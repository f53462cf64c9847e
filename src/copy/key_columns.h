#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/key.h"
#include "sluice/plan/plan.h"

namespace sluice::copy {

/// For each source key column the target column that holds it unchanged; absent when one of them is
/// transformed, or is of a type whose order and text the engines do not share. What makes a source
/// row findable in the target by its key, and back.
[[nodiscard]] std::optional<std::vector<std::size_t>> key_in_target(const plan::TablePlan& table);

/// The columns of a unique index, as plans spell its parts (DeferredStep::key); absent where one is
/// an expression.
[[nodiscard]] std::optional<std::vector<std::size_t>> index_columns(
    const plan::TablePlan& table, const std::vector<std::string>& parts);

/// "(a, b) >= (...) AND (a, b) < (...)" over the side table's columns; "true" for an open range.
/// REQUIRES: key_in_target(table).
[[nodiscard]] std::string range_condition(const plan::TablePlan& table,
                                          const std::vector<std::size_t>& columns,
                                          const model::KeyRange& range);
/// "(a, b) = (...)" of one target row.
[[nodiscard]] std::string row_condition(const plan::TablePlan& table,
                                        const std::vector<std::size_t>& columns,
                                        std::string_view target_row);

}  // namespace sluice::copy
