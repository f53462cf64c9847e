#include "sluice/copy/source_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sluice/copy/activity.h"
#include "sluice/db/target.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"
#include "copy/table_failure.h"
#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

/// A range is long enough to be read in one go, and short enough for the last ranges of a table to
/// keep all readers busy until the end.
constexpr std::uint64_t kBatchesPerRange = 8;
/// More ranges than this only make the ledger longer.
constexpr std::uint64_t kMostRanges = 256;

bool is_kept(const plan::TablePlan& table) noexcept {
  return table.existing_rows == config::ExistingRows::keep;
}

std::size_t pieces_of(const RunContext& run, const ledger::RunTable& table) {
  const std::uint64_t range_bytes = kBatchesPerRange * run.options.batch_bytes;
  return static_cast<std::size_t>(
      std::clamp<std::uint64_t>(table.estimated_bytes / range_bytes, 1, kMostRanges));
}

/// The exported snapshot of the process that this one joins, on servers that have such a thing.
std::optional<std::string> snapshot_to_join(const RunContext& run, db::SqlSession& ledger) {
  if (!run.joined || model::is_mysql_family(run.plan.source.engine)) return std::nullopt;
  std::optional<std::string> id;
  for (const ledger::Snapshot& snapshot : ledger::snapshots(ledger, run.run.id)) {
    if (snapshot.origin == ledger::Origin::source) id = snapshot.id;
  }
  return id;
}

db::SnapshotSessions open_sessions(const RunContext& run, db::SqlSession& ledger) {
  std::vector<model::QualifiedName> tables;
  for (const plan::TablePlan& table : run.plan.tables) tables.push_back(table.source);
  if (const auto id = snapshot_to_join(run, ledger)) {
    try {
      return db::open_snapshot(run.source, run.options.readers, tables, id);
    } catch (const model::Error& error) {
      // Its holder has gone. Batches of a point in time of our own are checked before they count.
      if (error.kind() != model::ErrorKind::drift) throw;
    }
  }
  return db::open_snapshot(run.source, run.options.readers, tables);
}

SourceReader recorded(const RunContext& run, db::SqlSession& ledger, ledger::Origin origin,
                      db::SnapshotSessions snapshot) {
  const int number = ledger::record_snapshot(ledger, run.run.id, origin, snapshot.info);
  return {origin, std::move(snapshot), number};
}

/// All ranges of the table or none: a table that is cut in part would be copied in part.
void cut_table(const RunContext& run, SourceReader& reader, db::SqlSession& ledger,
               const ledger::RunTable& entry) {
  const plan::TablePlan& table = run.table(entry.number);
  const bool live = reader.origin == ledger::Origin::existing;
  db::SourceSession& session = *reader.snapshot.sessions.front();
  const waits::Worker worker(
      run.progress.workers(), live ? waits::Wait::target_statement : waits::Wait::source_statement,
      "cutting " + (live ? table.target : table.source).text(), session.sql().id());
  const auto ranges = db::cut_ranges(session, table_read(table, reader.origin),
                                     read_order(table, reader.origin), pieces_of(run, entry));
  ledger.begin();
  require_current(ledger, run);
  ledger::add_ranges(ledger, run.run.id, entry.number, reader.origin, ranges,
                     entry.estimated_bytes);
  SLUICE_KILL_POINT("before_cut_commit");
  ledger.commit();
}

}  // namespace

SourceReader open_source_reader(const RunContext& run, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "opening one point in time to read at");
  const waits::Worker worker(run.progress.workers(), waits::Wait::source_statement,
                             "opening one point in time to read at", "");
  SLUICE_KILL_POINT("before_snapshot");
  SourceReader reader = recorded(run, ledger, ledger::Origin::source, open_sessions(run, ledger));
  SLUICE_KILL_POINT("after_snapshot");
  return reader;
}

std::optional<SourceReader> open_existing_reader(const RunContext& run, db::SqlSession& ledger) {
  if (std::ranges::none_of(run.plan.tables, is_kept)) return std::nullopt;
  std::vector<model::QualifiedName> tables;
  for (const plan::TablePlan& table : run.plan.tables) {
    if (is_kept(table)) tables.push_back(table.target);
  }
  return recorded(run, ledger, ledger::Origin::existing,
                  db::open_target_snapshot(run.target, run.options.readers, tables));
}

void cut_tables(const RunContext& run, SourceReader& reader, db::SqlSession& ledger) {
  const Activity activity(run.progress.activities(), "cutting tables into ranges");
  const bool live = reader.origin == ledger::Origin::existing;
  const std::set<int> cut = ledger::tables_with_ranges(ledger, run.run.id, reader.origin);
  for (const ledger::RunTable& entry : ledger::run_tables(ledger, run.run.id)) {
    if (live && !is_kept(run.table(entry.number))) continue;
    if (entry.state == ledger::TableState::failed) continue;
    if (cut.contains(entry.number)) continue;
    try {
      cut_table(run, reader, ledger, entry);
    } catch (const model::Error& error) {
      if (!sinks_only_its_table(error)) throw;
      fail_table(ledger, run, entry.number, error);
    }
  }
}

}  // namespace sluice::copy
