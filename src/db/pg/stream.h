#pragma once

#include <memory>

#include "sluice/db/source.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// Opens a stream inside the connection's transaction, which goes on after it, however it ends.
[[nodiscard]] std::unique_ptr<RowStream> open_stream(Connection& connection, const TableRead& table,
                                                     const model::KeyRange& range);

}  // namespace sluice::db::pg
