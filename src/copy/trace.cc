#include "copy/trace.h"

#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/verification.h"
#include "sluice/model/error.h"

#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

/// Rows a page: whole rows may be large.
constexpr int kPageRows = 100;

/// Appends one row, with its irregular fields, to a batch.
void keep_row(const db::SourceBatch& from, std::size_t row, db::SourceBatch& to) {
  for (codec::Irregular field : from.irregular) {
    if (field.row != row) continue;
    field.row = to.rows.rows();
    to.irregular.push_back(field);
  }
  to.rows.append_row(from.rows.row(row));
}

void keep_matching(const plan::TablePlan& table, const std::set<std::string>& names,
                   const db::SourceBatch& source, const MappedBatch& mapped,
                   db::SourceBatch& found) {
  const codec::RowBuffer& rows = mapped.rows(source);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (names.contains(row_name(table, rows.row(row)))) {
      keep_row(source, mapped.source_row(row), found);
    }
  }
}

/// Reads the batches of a table again, one by one.
class Tracer {
 public:
  Tracer(const RunContext& run, const plan::TablePlan& table, const std::set<std::string>& names,
         BatchMapper& mapper)
      : run_(run),
        table_(table),
        names_(names),
        mapper_(mapper),
        snapshot_(db::open_snapshot(run.source, 1, {table.source})) {}

  void trace(const ledger::Batch& batch, TracedRows& traced) {
    db::SourceBatch found;
    if (read(batch, found) != batch.read) {
      traced.moved = true;
      return;
    }
    for (std::size_t row = 0; row < found.rows.rows(); ++row) keep_row(found, row, traced.rows);
  }

 private:
  codec::RowSetDigest read(const ledger::Batch& batch, db::SourceBatch& found) {
    codec::RowSetDigest digest(run_.plan.digest);
    const auto stream =
        snapshot_.sessions.front()->read(table_read(table_, ledger::Origin::source), batch.range);
    while (!run_.stop.token().stop_requested() && stream->read(source_, run_.options.batch_bytes)) {
      mapper_.map(source_, mapped_);
      digest.merge(mapped_.read);
      keep_matching(table_, names_, source_, mapped_, found);
    }
    return digest;
  }

  const RunContext& run_;
  const plan::TablePlan& table_;
  const std::set<std::string>& names_;
  BatchMapper& mapper_;
  db::SnapshotSessions snapshot_;
  db::SourceBatch source_;
  MappedBatch mapped_;
};

/// Equal rows are as good as each other, so one of them is left out for each that is in quarantine.
db::SourceBatch without_quarantined(const RunContext& run, db::SqlSession& ledger,
                                    const plan::TablePlan& table, const db::SourceBatch& found) {
  std::multiset<std::string, std::less<>> left;
  for (std::size_t row = 0; row < found.rows.rows(); ++row) left.emplace(found.rows.row(row));
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::held_rows(ledger, run.run.id, table.number, last, kPageRows);
    for (const ledger::HeldRow& held : page) {
      const auto known = held.kept ? left.end() : left.find(held.row);
      if (known != left.end()) left.erase(known);
    }
    if (page.size() < kPageRows) break;
    last = page.back().id;
  }
  db::SourceBatch rest;
  for (std::size_t row = 0; row < found.rows.rows(); ++row) {
    const auto known = left.find(found.rows.row(row));
    if (known == left.end()) continue;
    left.erase(known);
    keep_row(found, row, rest);
  }
  return rest;
}

}  // namespace

std::vector<std::size_t> naming_columns(const plan::TablePlan& table) {
  if (!table.target_key.empty()) return table.target_key;
  std::vector<std::size_t> all(table.write.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::string row_name(const std::vector<std::optional<std::string>>& texts) {
  codec::JsonWriter json;
  json.begin_array();
  for (const auto& text : texts) text ? json.value(*text) : json.null();
  json.end_array();
  return json.take();
}

std::string row_name(const plan::TablePlan& table, std::string_view target_row) {
  std::vector<codec::Field> fields;
  codec::parse_fields(target_row, fields);
  std::vector<std::optional<std::string>> texts;
  for (const std::size_t column : naming_columns(table)) {
    const codec::Field& field = fields.at(column);
    std::string text;
    if (!field.null && !codec::to_text(table.write[column].carrier, field.bytes, text)) {
      throw model::Error(model::ErrorKind::internal,
                         "a mapped value has no text form: " + table.write[column].name);
    }
    texts.push_back(field.null ? std::nullopt : std::optional(std::move(text)));
  }
  return row_name(texts);
}

TracedRows trace_rows(const RunContext& run, db::SqlSession& ledger, const plan::TablePlan& table,
                      const std::set<std::string>& names, BatchMapper& mapper) {
  TracedRows traced;
  Tracer tracer(run, table, names, mapper);
  for (const ledger::Batch& batch : ledger::batches(ledger, run.run.id, table.number)) {
    if (run.stop.token().stop_requested()) return traced;
    if (batch.origin == ledger::Origin::source) tracer.trace(batch, traced);
  }
  traced.rows = without_quarantined(run, ledger, table, traced.rows);
  return traced;
}

}  // namespace sluice::copy
