#include "copy/trace.h"

#include <functional>
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

/// Source rows that must not be counted a second time.
using Elsewhere = std::multiset<std::string, std::less<>>;

Elsewhere rows_of(const codec::RowBuffer& rows) {
  Elsewhere all;
  for (std::size_t row = 0; row < rows.rows(); ++row) all.emplace(rows.row(row));
  return all;
}

void keep_matching(const plan::TablePlan& table, const std::set<std::string>& keys,
                   const db::SourceBatch& source, const MappedBatch& mapped, Elsewhere& elsewhere,
                   db::SourceBatch& found) {
  const codec::RowBuffer& rows = mapped.rows(source);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (!keys.contains(target_key_json(table, rows.row(row)))) continue;
    const std::size_t source_row = mapped.source_row(row);
    const auto known = elsewhere.find(source.rows.row(source_row));
    if (known == elsewhere.end()) {
      keep_row(source, source_row, found);
    } else {
      elsewhere.erase(known);
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
                           const std::set<std::string>& keys, const codec::RowBuffer& elsewhere,
                           BatchMapper& mapper) {
  db::SnapshotSessions snapshot = db::open_snapshot(run.source, 1);
  const auto kind = read_order(table, ledger::Origin::source);
  const auto stream = snapshot.sessions.front()->read(table_read(table, ledger::Origin::source),
                                                      {kind, std::nullopt, std::nullopt});
  Elsewhere left = rows_of(elsewhere);
  db::SourceBatch found;
  db::SourceBatch batch;
  MappedBatch mapped;
  while (!run.stop.token().stop_requested() && stream->read(batch, run.options.batch_bytes)) {
    mapper.map(batch, mapped);
    keep_matching(table, keys, batch, mapped, left, found);
  }
  return found;
}

codec::RowSetDigest side_digest(const RunContext& run, const plan::TablePlan& table,
                                const std::set<std::string>& keys) {
  codec::RowHasher hasher(run.plan.digest, run.run.seed());
  codec::RowSetDigest digest(run.plan.digest);
  db::SnapshotSessions snapshot = db::open_target_snapshot(run.target, 1);
  const auto stream = snapshot.sessions.front()->read(
      side_read(table), {model::RangeKind::ctid, std::nullopt, std::nullopt});
  db::SourceBatch batch;
  while (!run.stop.token().stop_requested() && stream->read(batch, run.options.batch_bytes)) {
    for (std::size_t row = 0; row < batch.rows.rows(); ++row) {
      const std::string_view bytes = batch.rows.row(row);
      if (keys.contains(target_key_json(table, bytes))) digest.add(hasher, bytes);
    }
  }
  return digest;
}

}  // namespace sluice::copy
