#include <string>
#include <vector>

#include "sluice/ledger/ledger.h"

#include "ledger/lease.h"
#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

std::string kind_number(model::RangeKind kind) { return std::to_string(static_cast<int>(kind)); }

Claim read_claim(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  Claim claim;
  claim.table_no = reader.small();
  claim.range_no = reader.small();
  claim.origin = origin_from_string(reader.text());
  claim.range.kind = static_cast<model::RangeKind>(reader.small());
  claim.range.lower = reader.key();
  claim.range.upper = reader.key();
  claim.next_batch = reader.small();
  claim.epoch = reader.small();
  return claim;
}

}  // namespace

void add_ranges(db::SqlSession& session, const std::string& run_id, int table_no, Origin origin,
                const std::vector<model::KeyRange>& ranges, std::uint64_t priority) {
  for (const model::KeyRange& range : ranges) {
    // Superseded batches outlive their ranges, and their numbers are not given out again.
    session.query(
        "INSERT INTO sluice.range (run_id, table_no, range_no, origin, kind, lower_key, upper_key, "
        "cursor_key, priority) SELECT $1::text, $2::int, coalesce(max(range_no), 0) + 1, $3::text, "
        "$4::smallint, $5::text, $6::text, $5::text, $7::bigint FROM ("
        "SELECT range_no FROM sluice.range WHERE run_id = $1::text AND table_no = $2::int UNION "
        "ALL "
        "SELECT range_no FROM sluice.batch WHERE run_id = $1::text AND table_no = $2::int) numbers",
        {run_id, std::to_string(table_no), to_string(origin), kind_number(range.kind),
         key_parameter(range.lower), key_parameter(range.upper), std::to_string(priority)});
  }
}

std::set<int> tables_with_ranges(db::SqlSession& session, const std::string& run_id,
                                 Origin origin) {
  return numbers(
      session.query("SELECT DISTINCT table_no FROM sluice.range WHERE run_id = $1 AND origin = $2",
                    {run_id, to_string(origin)}));
}

std::optional<Claim> claim_range(db::SqlSession& session, const std::string& run_id,
                                 const std::string& process_id, Origin origin) {
  const auto result = session.query(
      std::string(
          "UPDATE sluice.range r SET owner = $2, epoch = r.epoch + 1, lease_until = now() + ") +
          kLease +
          " FROM (SELECT c.run_id, c.table_no, c.range_no FROM sluice.range c"
          " JOIN sluice.run_table t USING (run_id, table_no)"
          " WHERE c.run_id = $1 AND c.origin = $3 AND NOT c.done AND t.state <> 'failed'"
          " AND (c.owner IS NULL OR c.lease_until < now())"
          " AND EXISTS (SELECT FROM sluice.process WHERE process_id = $2 AND ended_at IS NULL)"
          " ORDER BY c.priority DESC, c.table_no, c.range_no LIMIT 1 FOR UPDATE OF c SKIP LOCKED) "
          "free"
          " WHERE (r.run_id, r.table_no, r.range_no) = (free.run_id, free.table_no, free.range_no)"
          " RETURNING r.table_no, r.range_no, r.origin, r.kind, r.cursor_key, r.upper_key,"
          " r.next_batch, r.epoch",
      {run_id, process_id, to_string(origin)});
  if (result.rows.empty()) return std::nullopt;
  return read_claim(result.rows.front());
}

void renew_leases(db::SqlSession& session, const std::string& process_id) {
  session.query(
      std::string("UPDATE sluice.range r SET lease_until = now() + ") + kLease +
          " FROM (SELECT run_id, table_no, range_no FROM sluice.range WHERE owner = $1 AND NOT done"
          " FOR UPDATE SKIP LOCKED) mine WHERE (r.run_id, r.table_no, r.range_no) ="
          " (mine.run_id, mine.table_no, mine.range_no)",
      {process_id});
}

bool others_hold_ranges(db::SqlSession& session, const std::string& run_id,
                        const std::string& process_id, Origin origin) {
  return session
             .query(
                 "SELECT EXISTS (SELECT FROM sluice.range r JOIN sluice.run_table t "
                 "USING (run_id, table_no) WHERE r.run_id = $1 AND r.origin = $2 AND NOT r.done "
                 "AND r.owner IS DISTINCT FROM $3 AND t.state <> 'failed')",
                 {run_id, to_string(origin), process_id})
             .value() == "t";
}

bool record_batch(db::SqlSession& session, const std::string& run_id, const std::string& process_id,
                  const Claim& claim, const Batch& batch) {
  // One statement: the cursor moves and the batch row appears, or neither.
  const auto result = session.query(
      std::string(
          "WITH moved AS (UPDATE sluice.range SET cursor_key = $8::text, done = ($8::text IS NOT "
          "DISTINCT FROM upper_key), next_batch = next_batch + 1, lease_until = now() + ") +
          kLease +
          " WHERE run_id = $1::text AND table_no = $2::int AND range_no = $3::int AND owner = "
          "$4::text"
          " AND epoch = $5::int AND NOT done AND next_batch = $6::int"
          " AND cursor_key IS NOT DISTINCT FROM $7::text RETURNING kind)"
          " INSERT INTO sluice.batch (run_id, table_no, range_no, batch_no, origin, kind, "
          "lower_key,"
          " upper_key, snapshot_no, bytes, read_digest, proved_digest, target_digest,"
          " quarantined_digest, filtered_digest, rest_digest, process_id)"
          " SELECT $1::text, $2::int, $3::int, $6::int, $9::text, kind, $7::text, $8::text, "
          "$10::int,"
          " $11::bigint, $12::text, $13::text, $14::text, $15::text, $16::text, $17::text, $4::text"
          " FROM moved",
      {run_id, std::to_string(claim.table_no), std::to_string(claim.range_no), process_id,
       std::to_string(claim.epoch), std::to_string(batch.batch_no),
       key_parameter(batch.range.lower), key_parameter(batch.range.upper), to_string(batch.origin),
       std::to_string(batch.snapshot_no), std::to_string(batch.bytes), batch.read.to_text(),
       batch.proved.to_text(), batch.target.to_text(), batch.quarantined.to_text(),
       batch.filtered.to_text(), batch.rest.to_text()});
  return result.affected == 1;
}

}  // namespace sluice::ledger
