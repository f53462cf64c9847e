#include "sluice/copy/copying.h"

#include <optional>
#include <vector>

#include "sluice/copy/altered.h"
#include "sluice/copy/build.h"
#include "sluice/copy/recheck.h"
#include "sluice/db/catalog.h"
#include "sluice/db/counters.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"

namespace sluice::copy {
namespace {

/// Kept rows of the live tables go first, under unique indexes, so that a source row that collides
/// with one is refused and named.
void copy_kept_rows(const RunContext& run, SourceReader& live, db::SqlSession& ledger) {
  cut_tables(run, live, ledger);
  copy_rows(run, live);
  build_unique_of_kept(run, ledger);
}

/// Behind the last row that was read: numbers that the source has given out are nobody else's.
void record_counters(const RunContext& run, SourceReader& source, db::SqlSession& ledger) {
  if (run.plan.counters.empty()) return;
  const auto positions =
      db::read_counters(source.snapshot.sessions.front()->sql(), run.plan.counters);
  ledger.begin();
  require_current(ledger, run);
  ledger::record_counters(ledger, run.run.id, positions);
  SLUICE_KILL_POINT("before_counters_commit");
  ledger.commit();
}

/// While the sessions that have read the tables still keep others from altering them. Who waits to
/// do so must not wait for us, nor we for him.
void look_for_altered(const RunContext& run, SourceReader& source, db::SqlSession& ledger) {
  std::vector<model::QualifiedName> tables;
  for (const plan::TablePlan& table : run.plan.tables) tables.push_back(table.source);
  if (source.snapshot.holder) {
    // Its locks are older than its snapshot, so that what this shows is what is there.
    const model::Catalog held = db::read_shapes(*source.snapshot.holder, tables);
    fail_altered(run, ledger, plan::altered_sources(run.plan, held));
    return;
  }
  const auto session = db::open_session(run.source, db::Purpose::catalog);
  fail_altered(run, ledger, plan::altered_sources(run.plan, db::read_shapes(*session, tables)));
}

}  // namespace

void copy_all_rows(const RunContext& run, db::SqlSession& ledger) {
  const auto stopped = [&run] { return run.stop.token().stop_requested(); };
  SourceReader source = open_source_reader(run, ledger);
  std::optional<SourceReader> live = open_existing_reader(run, ledger);
  // A run that comes back for a table that had failed has built others.
  drop_foreign_keys(run, ledger);
  // Batches of an earlier process were read at another time: trusted only if the server stood
  // still.
  if (live) static_cast<void>(recheck_older_batches(run, *live, ledger));
  static_cast<void>(recheck_older_batches(run, source, ledger));
  bool again = true;
  while (again && !stopped()) {
    if (live) copy_kept_rows(run, *live, ledger);
    // No source row may come before the last kept one: it would not be held against it.
    if (stopped()) return;
    cut_tables(run, source, ledger);
    copy_rows(run, source);
    if (stopped()) return;
    // The same for batches of processes that joined.
    again = recheck_older_batches(run, source, ledger).opened_ranges();
  }
  if (stopped()) return;
  record_counters(run, source, ledger);
  look_for_altered(run, source, ledger);
}

void help_copying(const RunContext& run, db::SqlSession& ledger) {
  if (run.run.stage != "copying") return;
  SourceReader source = open_source_reader(run, ledger);
  copy_rows(run, source);
}

}  // namespace sluice::copy
