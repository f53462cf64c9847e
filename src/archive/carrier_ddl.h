#pragma once

#include <string>

#include "sluice/archive/archive.h"

namespace sluice::archive {

/// The DDL file of a table: CREATE TABLE with the carrier types, which takes the table's data files
/// by COPY ... FROM STDIN (FORMAT binary), and comments that say what it was at the source. Always
/// valid PostgreSQL: names that it would cut or refuse get others, and a comment that says so.
[[nodiscard]] std::string carrier_ddl(const Head& head, const TableHead& table);

}  // namespace sluice::archive
