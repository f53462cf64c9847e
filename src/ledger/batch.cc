#include <string>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// Batches that belong to no range stand under this range number.
constexpr int kNoRange = 0;

Batch read_batch(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  Batch batch;
  batch.table_no = reader.small();
  batch.range_no = reader.small();
  batch.batch_no = reader.small();
  batch.origin = origin_from_string(reader.text());
  batch.range.kind = static_cast<model::RangeKind>(reader.small());
  batch.range.lower = reader.key();
  batch.range.upper = reader.key();
  batch.snapshot_no = reader.small();
  batch.bytes = reader.count();
  batch.read = reader.digest();
  batch.proved = reader.digest();
  batch.target = reader.digest();
  batch.quarantined = reader.digest();
  batch.filtered = reader.digest();
  batch.rest = reader.digest();
  return batch;
}

std::vector<db::Parameter> name_of(const std::string& run_id, const Batch& batch) {
  return {run_id, std::to_string(batch.table_no), std::to_string(batch.range_no),
          std::to_string(batch.batch_no)};
}

/// Some MiB of answer.
constexpr std::size_t kBatchesAtOnce = 5000;

std::string select_batches(const std::string& tail) {
  return "SELECT table_no, range_no, batch_no, origin, kind, lower_key, upper_key, snapshot_no, "
         "bytes, read_digest, proved_digest, target_digest, quarantined_digest, filtered_digest, "
         "rest_digest FROM sluice.batch WHERE run_id = $1 " +
         tail;
}

constexpr const char* kIsBatch =
    " WHERE run_id = $1 AND table_no = $2 AND range_no = $3 AND batch_no = $4";

}  // namespace

void record_loose_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch) {
  // The run's row serializes writers of loose batches, which are few.
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {run_id});
  session.query(
      "INSERT INTO sluice.batch (run_id, table_no, range_no, batch_no, origin, kind, snapshot_no, "
      "bytes, read_digest, proved_digest, target_digest, quarantined_digest, filtered_digest, "
      "rest_digest, process_id) SELECT $1::text, $2::int, $3::int, coalesce(max(batch_no), 0) + 1, "
      "$4::text, $5::smallint, $6::int, $7::bigint, $8::text, $9::text, $10::text, $11::text, "
      "$12::text, $13::text, '' FROM sluice.batch WHERE run_id = $1::text AND table_no = $2::int "
      "AND range_no = $3::int",
      {run_id, std::to_string(batch.table_no), std::to_string(kNoRange), to_string(batch.origin),
       std::to_string(static_cast<int>(batch.range.kind)), std::to_string(batch.snapshot_no),
       std::to_string(batch.bytes), batch.read.to_text(), batch.proved.to_text(),
       batch.target.to_text(), batch.quarantined.to_text(), batch.filtered.to_text(),
       batch.rest.to_text()});
}

bool batch_exists(db::SqlSession& session, const std::string& run_id, int table_no, int range_no,
                  int batch_no) {
  // A session whose client was cut off may still be committing; it holds the range until it is
  // done.
  session.query(
      "SELECT FROM sluice.range WHERE run_id = $1 AND table_no = $2 AND range_no = $3 FOR SHARE",
      {run_id, std::to_string(table_no), std::to_string(range_no)});
  return session
             .query(fmt::format("SELECT EXISTS (SELECT FROM sluice.batch{})", kIsBatch),
                    {run_id, std::to_string(table_no), std::to_string(range_no),
                     std::to_string(batch_no)})
             .value() == "t";
}

std::vector<Batch> batches(db::SqlSession& session, const std::string& run_id, int table_no) {
  std::vector<Batch> all;
  const auto result = session.query(
      select_batches("AND table_no = $2 AND NOT superseded ORDER BY range_no, batch_no"),
      {run_id, std::to_string(table_no)});
  for (const auto& row : result.rows) all.push_back(read_batch(row));
  return all;
}

void for_each_batch(db::SqlSession& session, const std::string& run_id,
                    const std::function<void(Batch)>& take) {
  const std::string select = select_batches(
      fmt::format("AND (table_no, range_no, batch_no) > ($2::int, $3::int, $4::int) "
                  "AND NOT superseded ORDER BY table_no, range_no, batch_no LIMIT {}",
                  kBatchesAtOnce));
  Batch last;
  last.table_no = last.range_no = last.batch_no = -1;
  std::size_t found = kBatchesAtOnce;
  while (found == kBatchesAtOnce) {
    const auto result = session.query(select, name_of(run_id, last));
    found = result.rows.size();
    for (const auto& row : result.rows) {
      last = read_batch(row);
      take(last);
    }
  }
}

std::set<int> tables_with_batches(db::SqlSession& session, const std::string& run_id) {
  return numbers(session.query(
      "SELECT DISTINCT table_no FROM sluice.batch WHERE run_id = $1 AND NOT superseded", {run_id}));
}

std::set<int> snapshots_of_batches(db::SqlSession& session, const std::string& run_id,
                                   Origin origin) {
  return numbers(
      session.query("SELECT DISTINCT snapshot_no FROM sluice.batch WHERE run_id = $1 "
                    "AND origin = $2 AND NOT superseded",
                    {run_id, to_string(origin)}));
}

std::size_t confirm_snapshot(db::SqlSession& session, const std::string& run_id, int snapshot_no,
                             int later_snapshot_no) {
  const auto confirmed = session.query(
      "UPDATE sluice.batch SET snapshot_no = $3 WHERE run_id = $1 AND snapshot_no = $2 "
      "AND NOT superseded",
      {run_id, std::to_string(snapshot_no), std::to_string(later_snapshot_no)});
  return static_cast<std::size_t>(confirmed.affected);
}

void confirm_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch,
                   int snapshot_no) {
  auto parameters = name_of(run_id, batch);
  parameters.emplace_back(std::to_string(snapshot_no));
  session.query(fmt::format("UPDATE sluice.batch SET snapshot_no = $5{}", kIsBatch), parameters);
}

void supersede_batch(db::SqlSession& session, const std::string& run_id, const Batch& batch,
                     std::uint64_t priority) {
  const auto done = session.query(
      fmt::format("UPDATE sluice.batch SET superseded = true{} AND NOT superseded", kIsBatch),
      name_of(run_id, batch));
  if (done.affected != 1) {
    throw model::Error(
        model::ErrorKind::locked,
        fmt::format("batch {} of range {} of table {} was taken out by another process",
                    batch.batch_no, batch.range_no, batch.table_no));
  }
  session.query(fmt::format("DELETE FROM sluice.quarantine{}", kIsBatch), name_of(run_id, batch));
  add_ranges(session, run_id, batch.table_no, batch.origin, {batch.range}, priority);
}

void supersede_table(db::SqlSession& session, const std::string& run_id, int table_no) {
  const std::vector<db::Parameter> table{run_id, std::to_string(table_no)};
  session.query("UPDATE sluice.batch SET superseded = true WHERE run_id = $1 AND table_no = $2",
                table);
  session.query("DELETE FROM sluice.quarantine WHERE run_id = $1 AND table_no = $2", table);
  session.query("DELETE FROM sluice.range WHERE run_id = $1 AND table_no = $2", table);
}

}  // namespace sluice::ledger
