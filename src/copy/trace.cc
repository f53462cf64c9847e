#include "copy/trace.h"

#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

/// Appends one row, with its irregular fields, to a batch.
void keep_row(const db::SourceBatch& from, std::size_t row, db::SourceBatch& to) {
  for (codec::Irregular field : from.irregular) {
    if (field.row != row) continue;
    field.row = to.rows.rows();
    to.irregular.push_back(field);
  }
  to.rows.append_row(from.rows.row(row));
}

void keep_matching(const plan::TablePlan& table, const std::set<std::string>& keys,
                   const db::SourceBatch& source, const MappedBatch& mapped,
                   db::SourceBatch& found) {
  const codec::RowBuffer& rows = mapped.rows(source);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (keys.contains(target_key_json(table, rows.row(row)))) {
      keep_row(source, mapped.source_row(row), found);
    }
  }
}

}  // namespace

std::string target_key_json(const plan::TablePlan& table, std::string_view target_row) {
  std::vector<codec::Field> fields;
  codec::parse_fields(target_row, fields);
  model::Key key;
  for (const std::size_t column : table.target_key) {
    std::string text;
    if (!codec::to_text(table.write[column].carrier, fields.at(column).bytes, text)) {
      throw model::Error(model::ErrorKind::internal,
                         "a mapped key has no text form: " + table.write[column].name);
    }
    key.values.push_back(std::move(text));
  }
  return ledger::to_json(key);
}

db::SourceBatch trace_rows(const RunContext& run, const plan::TablePlan& table,
                           const std::set<std::string>& keys, BatchMapper& mapper) {
  db::SnapshotSessions snapshot = db::open_snapshot(run.source, 1);
  const auto kind = read_order(table, ledger::Origin::source);
  const auto stream = snapshot.sessions.front()->read(table_read(table, ledger::Origin::source),
                                                      {kind, std::nullopt, std::nullopt});
  db::SourceBatch found;
  db::SourceBatch batch;
  MappedBatch mapped;
  while (!run.stop.token().stop_requested() && stream->read(batch, run.options.batch_bytes)) {
    mapper.map(batch, mapped);
    keep_matching(table, keys, batch, mapped, found);
  }
  return found;
}

}  // namespace sluice::copy
