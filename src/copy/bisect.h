#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/db/target.h"

#include "copy/mapped_batch.h"

namespace sluice::copy {

/// Writes all rows that the target accepts, inside the open transaction, and returns those that it
/// refuses, in rising order. Halves the batch around each refused row with savepoints: about 2
/// log2(rows) COPYs a row at fault. Nothing when more than `limit` rows are refused: the
/// transaction must then be rolled back.
[[nodiscard]] std::optional<std::vector<BatchMapper::RefusedRow>> write_around_refused(
    db::TargetSession& session, const db::TableWrite& table, const codec::RowBuffer& rows,
    std::size_t limit);

}  // namespace sluice::copy
