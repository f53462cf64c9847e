#pragma once

#include <cstddef>
#include <optional>

#include "sluice/codec/row_form.h"
#include "sluice/db/target.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// Sends rows [first, first + count) in one COPY: binary, or as text where a column is staged. A
/// Refusal where the data are at fault; throws Error for everything else. REQUIRES: count > 0, and
/// that there are so many rows.
[[nodiscard]] std::optional<Refusal> copy_rows_in(Connection& connection, const TableWrite& table,
                                                  const codec::RowBuffer& rows, std::size_t first,
                                                  std::size_t count);

}  // namespace sluice::db::pg
