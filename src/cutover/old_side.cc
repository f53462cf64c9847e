#include "sluice/cutover/old_side.h"

#include <utility>

#include <fmt/format.h>

#include "sluice/db/source.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/model/quote.h"

#include "cutover/written.h"

namespace sluice::cutover {
namespace {

using model::Engine;
using model::pg::literal;
using model::pg::quoted;

/// Of rows that are read to be counted: a batch of the usual size.
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;

std::vector<model::QualifiedName> names_of(const plan::Plan& plan) {
  std::vector<model::QualifiedName> names;
  for (const plan::TablePlan& table : plan.tables) names.push_back(table.source);
  return names;
}

/// Counters that grow with every write to a table, committed or not, and the file that TRUNCATE
/// exchanges. They come late, so that an old one means nothing; one that stayed the same from one
/// look to the next means that nothing came meanwhile that the next will not see.
std::map<int, std::string> hints_of(const plan::Plan& plan, db::SqlSession& session) {
  std::string rows;
  for (const plan::TablePlan& table : plan.tables) {
    rows += fmt::format("{}({}, {})", rows.empty() ? "" : ", ", table.number,
                        literal(quoted(table.source)));
  }
  const auto result = session.query(
      "SELECT v.no, concat_ws(' ', c.oid, pg_stat_get_tuples_inserted(p.relid), "
      "pg_stat_get_tuples_updated(p.relid), pg_stat_get_tuples_deleted(p.relid), "
      "pg_relation_filenode(p.relid)) FROM (VALUES " +
      rows +
      ") AS v(no, name) JOIN pg_class c ON c.oid = to_regclass(v.name) "
      "CROSS JOIN LATERAL (SELECT c.oid AS relid) p");
  std::map<int, std::string> hints;
  for (const auto& row : result.rows) {
    hints[std::stoi(row.at(0).value())] = row.at(1).value_or("");
  }
  return hints;
}

TableWrites count_rows(const plan::TablePlan& table, db::SqlSession& session,
                       const std::string& condition, std::uint64_t expected) {
  const auto counts = session.query(fmt::format(
      "SELECT count(*), count(*) FILTER (WHERE {0}), coalesce(sum(xmin::text::numeric) FILTER "
      "(WHERE {0}), 0) FROM ONLY {1}",
      condition, quoted(table.source)));
  TableWrites writes;
  writes.rows = std::stoull(counts.rows.at(0).at(0).value());
  writes.written = std::stoull(counts.rows.at(0).at(1).value());
  const std::uint64_t old_rows = writes.rows - *writes.written;
  writes.gone = expected > old_rows ? expected - old_rows : 0;
  writes.contents = counts.rows.at(0).at(2).value();
  return writes;
}

codec::RowSetDigest digest_rows(const plan::Plan& plan, const plan::TablePlan& table,
                                db::SourceSession& session, std::uint64_t seed) {
  db::TableRead read;
  read.table = table.source;
  for (const plan::SourceField& field : table.read) {
    read.columns.push_back({field.name, field.type, field.carrier});
  }
  read.key = table.key;
  codec::RowHasher hasher(plan.digest, seed);
  codec::RowSetDigest digest(plan.digest);
  const auto stream = session.read(read, {model::RangeKind::whole, {}, {}});
  db::SourceBatch rows;
  while (stream->read(rows, kBatchBytes)) digest.add_rows(hasher, rows.rows);
  return digest;
}

bool is_moved(Engine engine, const std::string& before, const db::SnapshotInfo& now) {
  db::SnapshotInfo then;
  then.position = before;
  return db::moved(engine, then, now) != db::Moved::no;
}

}  // namespace

std::string text_of(const TableWrites& writes) {
  if (writes.written && writes.gone) {
    return fmt::format("{} rows inserted or changed, {} changed or deleted", *writes.written,
                       *writes.gone);
  }
  if (writes.rows == writes.rows_before) {
    return fmt::format("{} rows as before, some of them with other values", writes.rows);
  }
  return fmt::format("{} rows, and {} were moved", writes.rows, writes.rows_before);
}

std::optional<std::uint64_t> changes(const std::vector<TableWrites>& writes) {
  std::uint64_t sum = 0;
  for (const TableWrites& table : writes) {
    if (!table.written || !table.gone) return std::nullopt;
    sum += *table.written + *table.gone;
  }
  return sum;
}

OldSideWatch::OldSideWatch(const plan::Plan& plan, const model::Endpoint& source,
                           SourceState before, std::uint64_t seed,
                           const std::string& clean_position)
    : plan_(plan),
      source_(plan::held_to(plan.source, source)),
      before_(std::move(before)),
      seed_(seed),
      position_(clean_position.empty() ? before_.position : clean_position) {}

/// Where there are no hints every table is.
bool OldSideWatch::is_due(const plan::TablePlan& table, const std::map<int, std::string>& hints) {
  const auto now = hints.find(table.number);
  const auto last = hints_.find(table.number);
  return now == hints.end() || last == hints_.end() || now->second != last->second;
}

void OldSideWatch::look_at(const plan::TablePlan& table, db::SourceSession& session,
                           const std::string& condition) {
  const auto expected = before_.rows.find(table.number);
  const std::uint64_t rows_before = expected == before_.rows.end() ? 0 : expected->second;
  TableWrites writes;
  bool is_written = false;
  if (plan_.source.engine == Engine::postgresql) {
    writes = count_rows(table, session.sql(), condition, rows_before);
    is_written = writes.written != 0 || writes.gone != 0;
  } else {
    const codec::RowSetDigest now = digest_rows(plan_, table, session, seed_);
    writes.rows = now.count();
    writes.contents = now.to_text();
    const auto before = before_.digests.find(table.number);
    is_written = before == before_.digests.end() || !(before->second == now);
  }
  if (!is_written) {
    written_.erase(table.number);
    return;
  }
  writes.table_no = table.number;
  writes.table = table.source.text();
  writes.rows_before = rows_before;
  written_[table.number] = std::move(writes);
}

OldSideLook OldSideWatch::look(Clock::time_point until) {
  // Before the snapshot: a write that the hints know of is then one that the snapshot sees.
  std::map<int, std::string> hints;
  if (plan_.source.engine == Engine::postgresql) {
    hints = hints_of(plan_, *db::open_session(source_, db::Purpose::catalog));
  }
  const db::SnapshotSessions now = db::open_snapshot(source_, 1, names_of(plan_));
  db::SourceSession& session = *now.sessions.front();
  OldSideLook look;
  look.position = now.info.position;
  if (is_moved(plan_.source.engine, position_, now.info)) {
    const std::string condition = plan_.source.engine == Engine::postgresql
                                      ? may_be_newer_sql(session.sql(), before_.position)
                                      : "";
    for (const plan::TablePlan& table : plan_.tables) {
      if (!is_due(table, hints)) continue;
      if (Clock::now() >= until) {
        look.not_seen.push_back(table.source.text());
        continue;
      }
      look_at(table, session, condition);
      if (const auto hint = hints.find(table.number); hint != hints.end()) {
        hints_[table.number] = hint->second;
      }
    }
    if (look.not_seen.empty()) position_ = now.info.position;
  }
  for (const auto& [number, writes] : written_) look.written.push_back(writes);
  return look;
}

}  // namespace sluice::cutover
