#include "archive/row_check.h"

#include <fmt/core.h>

#include "sluice/codec/convert.h"
#include "sluice/model/error.h"

namespace sluice::archive {
namespace {

// PostgreSQL's MaxHeapAttributeNumber.
constexpr std::size_t kMaxColumns = 1600;
constexpr int kMaxNumber = 999'999;  // six digits of a file's name

[[noreturn]] void fail(const TableHead& table, const std::string& what) {
  throw model::Error(model::ErrorKind::data,
                     fmt::format("{} cannot be archived: {}", table.source.text(), what));
}

void require_table(const TableHead& table) {
  if (table.number < 1 || table.number > kMaxNumber) fail(table, "its number is out of range");
  if (table.columns.size() > kMaxColumns) {
    fail(table, fmt::format("it has more than {} columns", kMaxColumns));
  }
  for (const std::size_t column : table.key) {
    if (column >= table.columns.size()) fail(table, "its key names a column that is not there");
  }
}

}  // namespace

void require_rows_of(const TableHead& table, const codec::RowBuffer& rows) {
  require_table(table);
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    codec::FieldReader fields(rows.row(i));
    if (fields.count() != static_cast<int>(table.columns.size())) {
      fail(table, fmt::format("row {} of the batch has {} fields, the table {} columns", i + 1,
                              fields.count(), table.columns.size()));
    }
    for (const Column& column : table.columns) {
      const codec::Field field = fields.next();
      if (field.null || codec::is_well_formed(column.carrier, field.bytes)) continue;
      fail(table, fmt::format("column {} of row {} of the batch is no {}", column.name, i + 1,
                              codec::to_string(column.carrier)));
    }
    fields.finish();
  }
}

}  // namespace sluice::archive
