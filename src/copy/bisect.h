#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/db/target.h"

namespace sluice::copy {

/// Rows that the target refuses, in rising order. Not `complete`: the search was given up, because
/// more than the limit are refused or a stop was requested; the transaction must be rolled back.
struct RefusedRows {
  struct Row {
    std::size_t row = 0;
    db::Refusal refusal;
  };
  std::vector<Row> rows;
  bool complete = true;
};

/// Writes all rows that the target accepts, inside the open transaction. Halves the batch around
/// each refused row with savepoints: about 2 log2(rows) COPYs a row at fault.
[[nodiscard]] RefusedRows write_around_refused(db::TargetSession& session,
                                               const db::TableWrite& table,
                                               const codec::RowBuffer& rows, std::size_t limit,
                                               const std::stop_token& stop);

}  // namespace sluice::copy
