#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/archive/reader.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/retire/restore.h"

namespace sluice::retire {

/// Where the rows of an archived table go. Borrows `archived`.
struct RestoreTarget {
  const archive::ArchivedTable* archived = nullptr;
  db::TableRead read;                // its fields are those of the archive
  db::TableRead write;               // without what the server computes by itself
  std::vector<std::size_t> written;  // of each written column: its field
  bool is_new = false;
  std::vector<std::string> statements;  // that make it
};

/// Parents before children. A table that is not there is made, with the carriers' types, on
/// PostgreSQL and beside the archive's own source; it is Error{drift} elsewhere, as is a table with
/// other columns. Throws Error{config} for a table without a key.
[[nodiscard]] std::vector<RestoreTarget> restore_targets(
    const archive::Reader& reader, const std::vector<const archive::ArchivedTable*>& tables,
    const RestoreRequest& request, db::SqlSession& session);

}  // namespace sluice::retire
