#pragma once

#include "sluice/archive/archive.h"
#include "sluice/codec/row_form.h"

namespace sluice::archive {

/// Throws Error{data} where a table cannot be in an archive, or where a row is not one of its
/// columns' carriers: COPY would refuse the file, years later.
void require_rows_of(const TableHead& table, const codec::RowBuffer& rows);

}  // namespace sluice::archive
