#include "retire/rows_by_key.h"

#include "retire/row_forms.h"

namespace sluice::retire {

RowsByKey rows_by_key(db::RowSession& session, const db::TableRead& read,
                      std::span<const model::Key> keys) {
  db::SourceBatch found;
  session.find(read, keys, found);
  codec::IrregularRows irregular(found.irregular);
  RowsByKey rows;
  for (std::size_t i = 0; i < found.rows.rows(); ++i) {
    const std::string_view row = found.rows.row(i);
    rows.emplace(key_json(key_of(read, row, irregular.of(i))), row);
  }
  return rows;
}

}  // namespace sluice::retire
