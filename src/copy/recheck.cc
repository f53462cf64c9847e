#include "sluice/copy/recheck.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/copy/build.h"
#include "sluice/copy/start.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"
#include "sluice/pipeline/range_pipeline.h"

#include "copy/current.h"
#include "copy/decided_rows.h"
#include "copy/key_columns.h"
#include "copy/table_failure.h"
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

/// What is to be looked at.
struct Suspects {
  std::vector<Suspect> batches;
  std::set<int> whole;  // tables that can only be confirmed, or copied anew, as a whole
  std::set<int> stale;  // of those, the ones to be copied anew whatever reading them would say
};

model::Engine engine_of(const RunContext& run, const SourceReader& reader) noexcept {
  return reader.origin == ledger::Origin::source ? run.plan.source.engine : run.plan.target.engine;
}

/// Accepts all batches of snapshots under which the server provably held what it holds at the
/// reader's; returns how many.
std::size_t trust_unmoved(const RunContext& run, const SourceReader& reader,
                          db::SqlSession& ledger) {
  std::size_t trusted = 0;
  ledger.begin();
  require_current(ledger, run);
  for (const ledger::Snapshot& snapshot : ledger::snapshots(ledger, run.run.id)) {
    if (snapshot.origin != reader.origin || snapshot.number == reader.snapshot_no) continue;
    db::SnapshotInfo before;
    before.id = snapshot.id;
    before.position = snapshot.position;
    if (db::moved(engine_of(run, reader), before, reader.snapshot.info) != db::Moved::no) continue;
    trusted += ledger::confirm_snapshot(ledger, run.run.id, snapshot.number, reader.snapshot_no);
  }
  ledger.commit();
  return trusted;
}

/// MySQL's zero and part-zero dates may bound a batch, and PostgreSQL cannot be asked about them.
bool may_be_bounded_by_zero_dates(const RunContext& run, const plan::TablePlan& table) {
  return run.plan.source.engine != model::Engine::postgresql &&
         std::ranges::any_of(table.key, [&table](std::size_t column) {
           return table.read[column].carrier == codec::Carrier::date;
         });
}

/// Whether single batches of the table can be deleted by key and copied again.
bool is_replaceable(const RunContext& run, const plan::TablePlan& table) {
  return table.order == model::RangeKind::key && !table.rest &&
         table.existing_rows != config::ExistingRows::keep && key_in_target(table).has_value() &&
         !may_be_bounded_by_zero_dates(run, table);
}

/// A table that was past copying has its indexes and constraints: with them, rows that collide
/// would be found one by one instead of all together.
bool was_past_copying(const ledger::RunTable& table) noexcept {
  return ledger::is_copied(table.state);
}

/// A failed table stays as it is until its next try; one under its own name is in people's hands.
bool is_left_alone(const ledger::RunTable& table) noexcept {
  return table.state == ledger::TableState::failed || table.state == ledger::TableState::live;
}

bool is_swept(const ledger::Batch& batch) noexcept {
  return batch.origin == ledger::Origin::retracted && batch.proved.count() > 0;
}

Suspects suspects(const RunContext& run, const SourceReader& reader, db::SqlSession& ledger) {
  Suspects all;
  std::set<int> left_alone;
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    if (is_left_alone(table)) {
      left_alone.insert(table.number);
    } else if (was_past_copying(table) || !is_replaceable(run, run.table(table.number))) {
      all.whole.insert(table.number);
    }
  }
  std::set<int> stale;
  ledger::for_each_batch(ledger, run.run.id, [&](ledger::Batch batch) {
    if (left_alone.contains(batch.table_no)) return;
    // Whether rows had to be taken out may depend on other tables, as they were then.
    if (is_swept(batch)) stale.insert(batch.table_no);
    if (batch.origin != reader.origin || batch.snapshot_no == reader.snapshot_no) return;
    // Places in one stream mean nothing in another.
    if (batch.range.kind == model::RangeKind::whole) stale.insert(batch.table_no);
    all.batches.push_back({std::move(batch), false});
  });
  std::erase_if(all.batches, [&](const Suspect& suspect) {
    const int table_no = suspect.batch.table_no;
    if (stale.contains(table_no)) all.stale.insert(table_no);
    return stale.contains(table_no);
  });
  return all;
}

codec::RowSetDigest read_again(const RunContext& run, const ledger::Batch& batch,
                               db::SourceSession& source) {
  const plan::TablePlan& table = run.table(batch.table_no);
  const bool live = batch.origin == ledger::Origin::existing;
  const waits::Worker worker(run.progress.workers(),
                             live ? waits::Wait::target_read : waits::Wait::source_rows,
                             (live ? table.target : table.source).text(), source.sql().id());
  codec::RowHasher hasher(run.plan.digest, run.run.seed());
  codec::RowSetDigest digest(run.plan.digest);
  const auto stream = source.read(table_read(table, batch.origin), batch.range);
  db::SourceBatch rows;
  while (stream->read(rows, run.options.batch_bytes)) digest.add_rows(hasher, rows.rows);
  return digest;
}

void compare(const RunContext& run, SourceReader& reader, std::vector<Suspect>& all) {
  const auto so_far = [&all](std::size_t done) {
    return fmt::format("reading again what was copied at another time: {} of {} batches", done,
                       all.size());
  };
  if (all.empty()) return;
  Activity activity(run.progress.activities(), so_far(0));
  std::atomic<std::size_t> done{0};
  const std::size_t readers = reader.snapshot.sessions.size();
  pipeline::for_each(readers, readers, run.stop.source(), [&](std::size_t reader_no) {
    for (std::size_t i = reader_no; i < all.size(); i += readers) {
      if (run.stop.token().stop_requested()) return;
      all[i].same =
          read_again(run, all[i].batch, *reader.snapshot.sessions[reader_no]) == all[i].batch.read;
      activity.say(so_far(++done));
    }
  });
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
  require_current(session, run);
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
  session.begin();
  require_current(session, run);
  recreate_side_table(session, run.table(table_no), run.run);
  ledger::supersede_table(session, run.run.id, table_no);
  ledger::set_table_state(session, run.run.id, table_no, ledger::TableState::pending);
  SLUICE_KILL_POINT("before_restart_commit");
  session.commit();
}

/// False where this table alone cannot begin anew: it has failed then.
bool try_restart(const RunContext& run, db::SqlSession& session, int table_no) {
  try {
    restart_table(run, session, table_no);
    return true;
  } catch (const Error& error) {
    if (!sinks_only_its_table(error)) throw;
    // Its rows are those of an older point in time: its next try begins with them.
    session.rollback();
    session.begin();
    require_current(session, run);
    ledger::mark_moved(session, run.run.id, table_no);
    session.commit();
    fail_table(session, run, table_no, error);
    return false;
  }
}

void confirm(const RunContext& run, db::SqlSession& ledger, const ledger::Batch& batch,
             int snapshot_no) {
  ledger.begin();
  require_current(ledger, run);
  ledger::confirm_batch(ledger, run.run.id, batch, snapshot_no);
  SLUICE_KILL_POINT("before_confirm_commit");
  ledger.commit();
}

/// Takes out what differs.
void take_out(const RunContext& run, db::SqlSession& ledger, const Suspects& all,
              const SourceReader& reader, Recheck& result) {
  std::set<int> restarted = all.stale;
  std::set<int> touched;
  for (const Suspect& suspect : all.batches) {
    const int table_no = suspect.batch.table_no;
    if (!suspect.same) (all.whole.contains(table_no) ? restarted : touched).insert(table_no);
  }
  for (const int table_no : restarted) {
    if (try_restart(run, ledger, table_no)) ++result.tables_restarted;
  }
  for (const int table_no : touched) build_key_index(run, run.table(table_no));
  for (const Suspect& suspect : all.batches) {
    if (restarted.contains(suspect.batch.table_no)) continue;
    if (suspect.same) {
      confirm(run, ledger, suspect.batch, reader.snapshot_no);
      ++result.confirmed;
    } else {
      delete_batch(run, ledger, suspect.batch);
      ++result.replaced;
    }
  }
}

void record(const RunContext& run, const SourceReader& reader, db::SqlSession& ledger,
            const Recheck& result) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("confirmed", static_cast<std::uint64_t>(result.confirmed));
  body.member("replaced", static_cast<std::uint64_t>(result.replaced));
  body.member("tables_restarted", static_cast<std::uint64_t>(result.tables_restarted));
  body.member("trusted", static_cast<std::uint64_t>(result.trusted));
  body.end_object();
  ledger.begin();
  require_current(ledger, run);
  ledger::append_event_within(
      ledger, run.run.id,
      reader.origin == ledger::Origin::source ? "older-batches-checked" : "older-kept-rows-checked",
      body.take());
  ledger.commit();
}

}  // namespace

Recheck recheck_older_batches(const RunContext& run, SourceReader& reader, db::SqlSession& ledger) {
  Recheck result;
  result.trusted = trust_unmoved(run, reader, ledger);
  Suspects all = suspects(run, reader, ledger);
  compare(run, reader, all.batches);
  if (run.stop.token().stop_requested()) return result;
  take_out(run, ledger, all, reader, result);
  if (result.trusted + result.confirmed + result.replaced + result.tables_restarted > 0) {
    record(run, reader, ledger, result);
  }
  return result;
}

}  // namespace sluice::copy
