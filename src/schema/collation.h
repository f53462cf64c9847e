#pragma once

#include "sluice/model/schema.h"

namespace sluice::schema {

/// True where two texts of the column are equal to the source exactly where their bytes are. A text
/// from elsewhere may have blanks at its end that mean nothing.
[[nodiscard]] bool compares_by_bytes(const model::ColumnType& type);

/// True where blanks at the end mean nothing in comparisons, whether or not they are stored.
[[nodiscard]] bool pads_with_blanks(const model::ColumnType& type);

/// True where only those blanks keep the comparison from being by bytes.
[[nodiscard]] bool compares_by_bytes_but_blanks(const model::ColumnType& type);

}  // namespace sluice::schema
