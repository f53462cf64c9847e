#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/model/endpoint.h"
#include "sluice/model/name.h"
#include "sluice/retire/proposal.h"

/// Archived rows are put back: into the source that they came from, or into a scratch database.
/// Nothing that is there is changed or deleted.
namespace sluice::retire {

struct RestoreRequest {
  std::string archive;  ///< its folder
  /// With the right to insert and to select. On MySQL and MariaDB rows go into its database; under
  /// the archive's own names where it is called like the archive's.
  model::Endpoint into;
  std::string table;  ///< "schema.table" of the source; empty: all of the archive
  std::optional<model::QualifiedName> rename;  ///< where the rows of `table` go
  std::set<std::string> keys;                  ///< JSON arrays of the keys' texts; empty: all rows
  std::optional<std::uint64_t> limit;          ///< rows of each table
  bool dry_run = false;                        ///< looks, and inserts nothing
};

struct RestoredTable {
  model::QualifiedName source;
  model::QualifiedName into;
  bool created = false;               ///< the table was not there
  std::uint64_t archived = 0;         ///< rows that the archive has of it
  std::uint64_t restored = 0;         ///< put back, and read again as they are in the archive
  std::uint64_t there = 0;            ///< were there, and the same
  std::uint64_t others = 0;           ///< a row of their key is there with other values, and stays
  std::vector<RowNote> other_rows;    ///< the first of them
  std::uint64_t refused = 0;          ///< the server does not take them, and says why
  std::vector<RowNote> refused_rows;  ///< all of them; of a hundred, restore() throws
  double seconds = 0;
};

struct RestoreResult {
  std::vector<RestoredTable> tables;    ///< parents before children
  std::vector<std::string> statements;  ///< that make schemas and tables; with dry_run not run
  double seconds = 0;
};

/// Each batch of the archive in one transaction, compared before it is committed; in several where
/// the server refuses rows of it. Throws Error{data} where the archive is damaged or too many rows
/// are refused, {drift} where a table there has other columns,
/// {interrupted} where it was stopped: the same call goes on.
[[nodiscard]] RestoreResult restore(const RestoreRequest& request, const std::stop_token& stop);

}  // namespace sluice::retire
