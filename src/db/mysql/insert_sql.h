#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"

/// Rows of row form as INSERT statements. Pure.
namespace sluice::db::mysql {

/// Statements that insert the rows, each at most some hundred KiB long unless one row is longer.
/// Throws Error{data} where a field is no value of its carrier.
[[nodiscard]] std::vector<std::string> insert_statements(const TableRead& table,
                                                         const codec::RowBuffer& rows);

/// A value as a literal that the column reads exactly.
[[nodiscard]] std::string value_literal(const ReadColumn& column, std::string_view bytes);

}  // namespace sluice::db::mysql
