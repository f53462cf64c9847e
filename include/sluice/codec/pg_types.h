#pragma once

#include "sluice/codec/carrier.h"
#include "sluice/model/schema.h"

namespace sluice::codec {

/// How a PostgreSQL column is carried: carrier_for_pg_type() with what only the catalogue knows.
/// Enums are their labels; arrays, composites and ranges are text without binary COPY, as their
/// binary forms hold OIDs; so is every type of a schema of its own that only shares a built-in
/// type's name. A domain is carried as the type below it.
[[nodiscard]] CarrierChoice carrier_for_pg_column(const model::ColumnType& type);

}  // namespace sluice::codec
