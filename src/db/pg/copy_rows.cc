#include "db/pg/copy_rows.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/quote.h"

#include "db/pg/copy_in.h"
#include "db/pg/copy_text.h"

namespace sluice::db::pg {
namespace {

// Lines are made and sent in turns, so that the text of a batch never lies in memory whole.
constexpr std::size_t kTextPieceBytes = std::size_t{256} << 10;

bool is_text_copy(const TableWrite& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const WriteColumn& column) { return column.staged; });
}

std::string copy_sql(const TableWrite& table, const char* format) {
  std::string columns;
  for (const WriteColumn& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    columns += model::quote_identifier(model::Engine::postgresql, column.name);
  }
  return "COPY " + model::quote_name(model::Engine::postgresql, table.table) + " (" + columns +
         ") FROM STDIN (FORMAT " + format + ")";
}

/// The rows as they lie in the buffer: they are the COPY stream already.
std::string_view span_of(const codec::RowBuffer& rows, std::size_t first, std::size_t count) {
  const char* begin = rows.row(first).data();
  const std::string_view last = rows.row(first + count - 1);
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

std::optional<Refusal> write_binary(Connection& connection, const TableWrite& table,
                                    const codec::RowBuffer& rows, std::size_t first,
                                    std::size_t count) {
  CopyIn copy(connection, copy_sql(table, "binary"));
  static_cast<void>(copy.send(codec::kCopyHeader) && copy.send(span_of(rows, first, count)) &&
                    copy.send(codec::kCopyTrailer));
  return copy.finish(count);
}

std::optional<Refusal> write_text(Connection& connection, const TableWrite& table,
                                  const codec::RowBuffer& rows, std::size_t first,
                                  std::size_t count) {
  std::vector<codec::Carrier> carriers;
  for (const WriteColumn& column : table.columns) carriers.push_back(column.carrier);
  CopyTextWriter writer(std::move(carriers));
  CopyIn copy(connection, copy_sql(table, "text"));
  std::string lines;
  bool taken = true;
  for (std::size_t i = first; i < first + count && taken; ++i) {
    writer.append(rows.row(i), lines);
    if (lines.size() < kTextPieceBytes) continue;
    taken = copy.send(lines);
    lines.clear();
  }
  if (taken) static_cast<void>(copy.send(lines));
  return copy.finish(count);
}

}  // namespace

std::optional<Refusal> copy_rows_in(Connection& connection, const TableWrite& table,
                                    const codec::RowBuffer& rows, std::size_t first,
                                    std::size_t count) {
  return is_text_copy(table) ? write_text(connection, table, rows, first, count)
                             : write_binary(connection, table, rows, first, count);
}

}  // namespace sluice::db::pg
