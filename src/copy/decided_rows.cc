#include "copy/decided_rows.h"

#include <functional>
#include <utility>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "copy/decided_form.h"
#include "copy/trace.h"

namespace sluice::copy {
namespace {

/// Rows a page: whole rows may be large.
constexpr std::size_t kPageRows = 100;

/// Maps one decided row as the decision says; the target row stands in `mapped` then.
void map_one(ledger::QuarantinedSource& source, BatchMapper& mapper, db::SourceBatch& batch,
             MappedBatch& mapped) {
  const mapping::Overrides set = mapping::overrides_from_json(source.decision);
  const mapping::Overrides* overrides[] = {&set};
  batch.rows.clear();
  batch.rows.append_row(source.row);
  batch.irregular = codec::irregular_from_json(source.irregular, 0);
  mapper.map_decided(batch, overrides, mapped);
  if (mapped.origin.size() == 1) return;
  throw model::Error(model::ErrorKind::data,
                     "a decision of the ledger does not make a row that the target can hold");
}

void append(DecidedRows& all, ledger::QuarantinedSource source, const db::SourceBatch& batch,
            const MappedBatch& mapped) {
  for (codec::Irregular field : batch.irregular) {
    field.row = all.sources.size();
    all.batch.irregular.push_back(field);
  }
  all.batch.rows.append_row(source.row);
  source.row.clear();
  all.sources.push_back(std::move(source));
  all.mapped.target.append_row(mapped.target.row(0));
  all.mapped.written.merge(mapped.written);
  all.mapped.rest_written.merge(mapped.rest_written);
}

using Wanted = std::function<bool(const MappedBatch&)>;

DecidedRows collect(db::SqlSession& session, ledger::QuarantineFilter filter, BatchMapper& mapper,
                    const Wanted& wanted) {
  filter.state = ledger::QuarantineState::decided;
  DecidedRows all;
  all.mapped.written = all.mapped.rest_written = codec::RowSetDigest(mapper.algorithm());
  db::SourceBatch batch;
  MappedBatch mapped;
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::quarantined(session, filter, last, kPageRows, 0);
    std::vector<std::int64_t> ids;
    ids.reserve(page.size());
    for (const ledger::QuarantineEntry& entry : page) ids.push_back(entry.id);
    for (auto& source : ledger::quarantined_sources(session, filter.run_id, ids)) {
      map_one(source, mapper, batch, mapped);
      if (wanted(mapped)) append(all, std::move(source), batch, mapped);
    }
    if (page.size() < kPageRows) return all;
    last = page.back().id;
  }
}

}  // namespace

DecidedRows decided_rows(db::SqlSession& session, const std::string& run_id,
                         const plan::TablePlan& table, const std::set<std::string>& names,
                         BatchMapper& mapper) {
  ledger::QuarantineFilter filter;
  filter.run_id = run_id;
  filter.table_no = table.number;
  return collect(session, filter, mapper, [&](const MappedBatch& mapped) {
    return names.contains(row_name(table, mapped.target.row(0)));
  });
}

DecidedRows decided_rows(db::SqlSession& session, const std::string& run_id,
                         const plan::TablePlan& table, const ledger::Batch& batch,
                         BatchMapper& mapper) {
  ledger::QuarantineFilter filter;
  filter.run_id = run_id;
  filter.table_no = table.number;
  filter.range_no = batch.range_no;
  filter.batch_no = batch.batch_no;
  return collect(session, filter, mapper, [](const MappedBatch&) { return true; });
}

void retract_decided(db::SqlSession& session, const std::string& run_id,
                     const plan::TablePlan& table, const DecidedRows& rows) {
  if (rows.sources.empty()) return;
  const codec::RowSetDigest none(rows.mapped.written.algorithm());
  ledger::Batch record;
  record.table_no = table.number;
  record.origin = ledger::Origin::retracted;
  // Their source rows never counted as arrived.
  record.read = record.proved = record.quarantined = record.filtered = none;
  record.target = rows.mapped.written;
  record.rest = rows.mapped.rest_written;
  ledger::record_loose_batch(session, run_id, record);
}

void reopen_decided(db::SqlSession& session, const std::string& run_id, const DecidedRows& rows,
                    const BatchMapper& mapper, const std::vector<RowRefusal>& refused) {
  for (std::size_t row = 0; row < rows.sources.size(); ++row) {
    const ledger::QuarantinedSource& source = rows.sources[row];
    ledger::reopen_quarantined(session, run_id, source.id);
    record_refused_decision(session, run_id, source,
                            mapping::overrides_from_json(source.decision).empty(),
                            mapper.refused_row(rows.batch, row, refused[row]));
  }
}

}  // namespace sluice::copy
