#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/copy/run.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"

#include "copy/mapped_batch.h"

namespace sluice::copy {

/// The columns of `write` by which rows of a side table are told apart: the target key's, or all of
/// them where there is no such key. Rows that agree in all are as good as each other.
[[nodiscard]] std::vector<std::size_t> naming_columns(const plan::TablePlan& table);
/// A row of the side table by the texts of its naming columns, as PostgreSQL prints them: a JSON
/// array.
[[nodiscard]] std::string row_name(const std::vector<std::optional<std::string>>& texts);
/// The same of a row to write.
[[nodiscard]] std::string row_name(const plan::TablePlan& table, std::string_view target_row);

/// What was found in the source of rows that stand in a side table.
struct TracedRows {
  db::SourceBatch rows;  // byte for byte as they were copied
  bool moved = false;    // some batches of the table are not what they were: rows may be missing
};

/// The source rows from which the side table's rows with these names (row_name) were made,
/// found by reading the source's batches again and mapping them: the only way that works for every
/// mapping. Rows count only of batches whose digest is that of the copy, so that all of a row is as
/// it was copied, columns that are not mapped too. Rows in quarantine are left out, those that
/// people decided about too: they are not in the side table, or are there by another way.
[[nodiscard]] TracedRows trace_rows(const RunContext& run, db::SqlSession& ledger,
                                    const plan::TablePlan& table,
                                    const std::set<std::string>& names, BatchMapper& mapper);

}  // namespace sluice::copy
