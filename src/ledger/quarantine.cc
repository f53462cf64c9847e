#include <string>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// The columns that a batch writes, in the order of put_row.
db::TableWrite quarantine_table() {
  using codec::Carrier;
  db::TableWrite table;
  table.table = {"sluice", "quarantine"};
  const auto add = [&table](const char* name, const char* type, Carrier carrier) {
    table.columns.push_back({name, type, carrier, false});
  };
  add("run_id", "text", Carrier::text);
  add("table_no", "integer", Carrier::int4);
  add("range_no", "integer", Carrier::int4);
  add("batch_no", "integer", Carrier::int4);
  add("source_key", "text", Carrier::text);
  add("column_name", "text", Carrier::text);
  add("reason", "text", Carrier::text);
  add("raw_value", "bytea", Carrier::bytea);
  add("message", "text", Carrier::text);
  add("problems", "text", Carrier::text);
  add("row_form", "bytea", Carrier::bytea);
  add("irregular", "text", Carrier::text);
  return table;
}

void put_row(codec::RowBuffer& rows, const std::string& run_id, int table_no, int range_no,
             int batch_no, const QuarantinedRow& row) {
  rows.begin_row(12);
  rows.put_bytes(run_id);
  rows.put_int32(table_no);
  rows.put_int32(range_no);
  rows.put_int32(batch_no);
  rows.put_bytes(row.source_key);
  rows.put_bytes(row.column);
  rows.put_bytes(codec::to_string(row.reason));
  rows.put_bytes(row.raw_value);
  rows.put_bytes(row.message);
  rows.put_bytes(row.problems);
  rows.put_bytes(row.row);
  rows.put_bytes(row.irregular);
  rows.end_row();
}

}  // namespace

std::uint64_t record_quarantine(db::TargetSession& session, const std::string& run_id, int table_no,
                                int range_no, int batch_no,
                                const std::vector<QuarantinedRow>& rows) {
  codec::RowBuffer buffer;
  for (const QuarantinedRow& row : rows) {
    put_row(buffer, run_id, table_no, range_no, batch_no, row);
  }
  if (const auto refusal = session.write(quarantine_table(), buffer)) {
    throw model::Error(model::ErrorKind::internal,
                       "the ledger refused quarantined rows: " + refusal->message);
  }
  return open_rows(session, run_id, table_no);
}

std::uint64_t open_rows(db::SqlSession& session, const std::string& run_id, int table_no) {
  const auto count = session.query(
      "SELECT count(*) FROM sluice.quarantine WHERE run_id = $1 AND table_no = $2 "
      "AND state = 'open'",
      {run_id, std::to_string(table_no)});
  return RowReader(count.rows.at(0)).count();
}

std::map<int, std::uint64_t> open_rows(db::SqlSession& session, const std::string& run_id) {
  std::map<int, std::uint64_t> by_table;
  const auto counts = session.query(
      "SELECT table_no, count(*) FROM sluice.quarantine WHERE run_id = $1 AND state = 'open' "
      "GROUP BY 1",
      {run_id});
  for (const auto& row : counts.rows) {
    RowReader reader(row);
    const int table_no = reader.small();
    by_table.emplace(table_no, reader.count());
  }
  return by_table;
}

}  // namespace sluice::ledger
