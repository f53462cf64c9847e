#include "sluice/copy/recheck.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/copy/build.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"
#include "sluice/pipeline/range_pipeline.h"

#include "copy/decided_rows.h"
#include "copy/key_columns.h"
#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;

/// Batches to be read again, and what reading them said.
struct Suspect {
  ledger::Batch batch;
  bool same = false;
};

/// Accepts all batches of snapshots under which the source was provably what it is at the reader's;
/// returns how many.
std::size_t trust_unmoved(const RunContext& run, const SourceReader& reader,
                          db::SqlSession& ledger) {
  std::size_t trusted = 0;
  for (const ledger::Snapshot& snapshot : ledger::snapshots(ledger, run.run.id)) {
    if (snapshot.number == reader.snapshot_no) continue;
    db::SnapshotInfo before;
    before.id = snapshot.id;
    before.position = snapshot.position;
    if (db::moved(run.plan.source.engine, before, reader.snapshot.info) != db::Moved::no) continue;
    trusted += ledger::confirm_snapshot(ledger, run.run.id, snapshot.number, reader.snapshot_no);
  }
  return trusted;
}

bool is_looked_at(const ledger::RunTable& table) noexcept {
  return table.state == ledger::TableState::pending || table.state == ledger::TableState::copying;
}

std::vector<Suspect> suspects(const RunContext& run, const SourceReader& reader,
                              db::SqlSession& ledger) {
  std::vector<Suspect> all;
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    if (!is_looked_at(table)) continue;
    for (ledger::Batch& batch : ledger::batches(ledger, run.run.id, table.number)) {
      if (batch.origin == ledger::Origin::source && batch.snapshot_no != reader.snapshot_no) {
        all.push_back({std::move(batch), false});
      }
    }
  }
  return all;
}

codec::RowSetDigest read_again(const RunContext& run, const ledger::Batch& batch,
                               db::SourceSession& source) {
  codec::RowHasher hasher(run.plan.digest, run.run.seed());
  codec::RowSetDigest digest(run.plan.digest);
  const auto stream =
      source.read(table_read(run.table(batch.table_no), ledger::Origin::source), batch.range);
  db::SourceBatch rows;
  while (stream->read(rows, run.options.batch_bytes)) digest.add_rows(hasher, rows.rows);
  return digest;
}

void compare(const RunContext& run, SourceReader& reader, std::vector<Suspect>& all) {
  const std::size_t readers = reader.snapshot.sessions.size();
  pipeline::for_each(readers, readers, run.stop.source(), [&](std::size_t reader_no) {
    for (std::size_t i = reader_no; i < all.size(); i += readers) {
      if (run.stop.token().stop_requested()) return;
      all[i].same =
          read_again(run, all[i].batch, *reader.snapshot.sessions[reader_no]) == all[i].batch.read;
    }
  });
}

/// Whether single batches of the table can be deleted by key and copied again.
bool is_replaceable(const plan::TablePlan& table) {
  return table.order == model::RangeKind::key && !table.rest &&
         table.existing_rows != config::ExistingRows::keep && key_in_target(table).has_value();
}

/// Deletes what people decided about rows of the batch: the source row is read anew, so they must
/// look again.
void delete_decided(const RunContext& run, db::SqlSession& session, const plan::TablePlan& table,
                    const ledger::Batch& batch) {
  BatchMapper mapper(table, ledger::Origin::source,
                     codec::RowHasher(run.plan.digest, run.run.seed()));
  const DecidedRows decided = decided_rows(session, run.run.id, table, batch, mapper);
  for (std::size_t row = 0; row < decided.sources.size(); ++row) {
    const auto deleted = session.query(fmt::format(
        "DELETE FROM {} WHERE {}", model::quote_name(Engine::postgresql, table.side),
        row_condition(table, key_in_target(table).value(), decided.mapped.target.row(row))));
    if (deleted.affected != 1) {
      throw Error(ErrorKind::drift,
                  fmt::format("{} holds a decided row {} times: somebody else wrote to it",
                              table.side.text(), deleted.affected));
    }
  }
  retract_decided(session, run.run.id, table, decided);
}

void delete_batch(const RunContext& run, db::SqlSession& session, const ledger::Batch& batch) {
  const plan::TablePlan& table = run.table(batch.table_no);
  session.begin();
  delete_decided(run, session, table, batch);
  const auto deleted = session.query(
      fmt::format("DELETE FROM {} WHERE {}", model::quote_name(Engine::postgresql, table.side),
                  range_condition(table, key_in_target(table).value(), batch.range)));
  if (deleted.affected != batch.target.count()) {
    throw Error(
        ErrorKind::drift,
        fmt::format("{} holds {} rows where the ledger recorded {}: somebody else wrote to it",
                    table.side.text(), deleted.affected, batch.target.count()));
  }
  ledger::supersede_batch(session, run.run.id, batch, batch.bytes);
  SLUICE_KILL_POINT("before_supersede_commit");
  session.commit();
}

void restart_table(const RunContext& run, db::SqlSession& session, int table_no) {
  const plan::TablePlan& table = run.table(table_no);
  session.begin();
  session.query(fmt::format("TRUNCATE {}", model::quote_name(Engine::postgresql, table.side)));
  if (table.rest) {
    session.query(fmt::format("TRUNCATE {}", model::quote_name(Engine::postgresql, *table.rest)));
  }
  ledger::supersede_table(session, run.run.id, table_no);
  SLUICE_KILL_POINT("before_restart_commit");
  session.commit();
}

/// Takes out what differs.
void take_out(const RunContext& run, db::SqlSession& ledger, const std::vector<Suspect>& all,
              const SourceReader& reader, Recheck& result) {
  std::set<int> restarted;
  std::set<int> touched;
  for (const Suspect& suspect : all) {
    if (suspect.same) continue;
    const int table_no = suspect.batch.table_no;
    (is_replaceable(run.table(table_no)) ? touched : restarted).insert(table_no);
  }
  for (const int table_no : restarted) restart_table(run, ledger, table_no);
  for (const int table_no : touched) build_key_index(run, run.table(table_no));
  for (const Suspect& suspect : all) {
    if (restarted.contains(suspect.batch.table_no)) continue;
    if (suspect.same) {
      ledger::confirm_batch(ledger, run.run.id, suspect.batch, reader.snapshot_no);
      ++result.confirmed;
    } else {
      delete_batch(run, ledger, suspect.batch);
      ++result.replaced;
    }
  }
  result.tables_restarted = restarted.size();
}

void record(const RunContext& run, db::SqlSession& ledger, const Recheck& result) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("confirmed", static_cast<std::uint64_t>(result.confirmed));
  body.member("replaced", static_cast<std::uint64_t>(result.replaced));
  body.member("tables_restarted", static_cast<std::uint64_t>(result.tables_restarted));
  body.member("trusted", static_cast<std::uint64_t>(result.trusted));
  body.end_object();
  ledger::append_event(ledger, run.run.id, "older-batches-checked", body.take());
}

}  // namespace

Recheck recheck_older_batches(const RunContext& run, SourceReader& reader, db::SqlSession& ledger) {
  Recheck result;
  result.trusted = trust_unmoved(run, reader, ledger);
  std::vector<Suspect> all = suspects(run, reader, ledger);
  compare(run, reader, all);
  if (run.stop.token().stop_requested()) return result;
  take_out(run, ledger, all, reader, result);
  if (result.trusted + result.confirmed + result.replaced + result.tables_restarted > 0) {
    record(run, ledger, result);
  }
  return result;
}

}  // namespace sluice::copy
