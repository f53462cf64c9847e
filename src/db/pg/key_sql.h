#pragma once

#include <span>
#include <string>

#include "sluice/db/source.h"
#include "sluice/model/key.h"

/// Statements on rows by a list of their keys. Pure.
namespace sluice::db::pg {

/// Whether rows of tables that inherit from it are kept out.
enum class Only : std::uint8_t { no, yes };

/// The rows of these keys. The keys travel as one array a column: a list of thousands is parsed as
/// one constant, and planned as one join.
[[nodiscard]] std::string find_sql(const TableRead& table, std::span<const model::Key> keys,
                                   Only only);
/// Deletes them and returns their columns.
[[nodiscard]] std::string remove_sql(const TableRead& table, std::span<const model::Key> keys,
                                     Only only);

}  // namespace sluice::db::pg
