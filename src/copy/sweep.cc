#include "copy/sweep.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

#include "copy/current.h"
#include "copy/decided_rows.h"
#include "copy/mapped_batch.h"
#include "copy/table_failure.h"
#include "copy/trace.h"
#include "copy/violators.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;
using plan::DeferredStep;

/// Where the rows at fault come from.
struct Traced {
  TracedRows source;    // of the source
  DecidedRows decided;  // out of quarantine, by a decision

  [[nodiscard]] std::size_t rows() const noexcept {
    return source.rows.rows.rows() + decided.sources.size();
  }
};

/// One table's rows at fault, on their way into quarantine.
class Sweep {
 public:
  Sweep(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table)
      : run_(run),
        session_(session),
        table_(table),
        mapper_(table, ledger::Origin::source, codec::RowHasher(run.plan.digest, run.run.seed())) {}

  /// Takes out all rows for which `condition` is true; returns how many. None when they are more
  /// than the table's limit allows: the run is paused then, because so many rows at fault are a
  /// mistake of the plan rather than of the rows.
  std::size_t take_out(const std::string& condition, const db::Refusal& refusal);

 private:
  /// In rising order, so that two lists can be compared.
  [[nodiscard]] std::vector<model::Key> keys_at_fault(const std::string& condition);
  [[nodiscard]] Traced trace(const std::vector<model::Key>& keys);
  [[noreturn]] void give_up(std::size_t rows, const Traced& traced);
  [[nodiscard]] bool move(const std::vector<model::Key>& keys, const Traced& traced,
                          const db::Refusal& refusal);
  [[nodiscard]] std::size_t delete_rows(const std::vector<model::Key>& keys);
  void take_back(const DecidedRows& decided, const db::Refusal& refusal);
  template <typename Row>
  void delete_rest(const std::vector<Row>& rows) {
    if (!table_.rest) return;
    for (const Row& row : rows) {
      // Without a key all rows of the companion table would look alike.
      if (row.source_key.empty()) throw untraceable("the source table has no key");
      session_.query(fmt::format("DELETE FROM {} WHERE source_key = $1",
                                 model::quote_name(Engine::postgresql, *table_.rest)),
                     {row.source_key});
    }
  }
  void pause(std::size_t rows, const db::Refusal& refusal);
  [[nodiscard]] std::string side() const {
    return model::quote_name(Engine::postgresql, table_.side);
  }
  [[nodiscard]] std::string key_list(const char* prefix, const char* suffix) const;
  [[nodiscard]] Error untraceable(const std::string& why) const {
    return {ErrorKind::data,
            fmt::format("rows of {} break a constraint and cannot be traced to source rows: {}",
                        table_.side.text(), why)};
  }

  const RunContext& run_;
  db::TargetSession& session_;
  const plan::TablePlan& table_;
  BatchMapper mapper_;
};

std::size_t Sweep::take_out(const std::string& condition, const db::Refusal& refusal) {
  std::vector<model::Key> keys = keys_at_fault(condition);
  while (!keys.empty()) {
    if (keys.size() > run_.quarantine_limit(table_.number)) {
      pause(keys.size(), refusal);
      return 0;
    }
    const Traced traced = trace(keys);
    if (run_.stop.token().stop_requested()) return 0;
    if (traced.rows() == keys.size() && move(keys, traced, refusal)) return keys.size();
    // Other steps of the table may take out some of the same rows at the same time: then look
    // again.
    std::vector<model::Key> left = keys_at_fault(condition);
    if (left == keys) give_up(keys.size(), traced);
    keys = std::move(left);
  }
  return 0;
}

std::string Sweep::key_list(const char* prefix, const char* suffix) const {
  std::string list;
  for (const std::size_t column : table_.target_key) {
    if (!list.empty()) list += ", ";
    list +=
        prefix + model::quote_identifier(Engine::postgresql, table_.write[column].name) + suffix;
  }
  return list;
}

std::vector<model::Key> Sweep::keys_at_fault(const std::string& condition) {
  if (table_.target_key.empty()) {
    const auto any =
        session_.query(fmt::format("SELECT EXISTS (SELECT FROM {} s WHERE {})", side(), condition));
    if (any.value() == "t") throw untraceable("the table has no key");
    return {};
  }
  std::vector<model::Key> keys;
  const auto result =
      session_.query(fmt::format("SELECT {} FROM {} s WHERE {} LIMIT {}", key_list("s.", "::text"),
                                 side(), condition, run_.quarantine_limit(table_.number) + 1));
  for (const auto& row : result.rows) {
    model::Key key;
    for (const auto& value : row) {
      if (!value) throw untraceable("a key is NULL");
      key.values.push_back(*value);
    }
    keys.push_back(std::move(key));
  }
  std::ranges::sort(keys, {}, &model::Key::values);
  return keys;
}

Traced Sweep::trace(const std::vector<model::Key>& keys) {
  std::set<std::string> names;
  for (const model::Key& key : keys) names.insert(ledger::to_json(key));
  Traced traced;
  traced.decided = decided_rows(session_, run_.run.id, table_, names, mapper_);
  traced.source = trace_rows(run_, session_, table_, names, mapper_);
  return traced;
}

/// The rows that were copied are not to be had any more, or never came from the source. What the
/// source has in their place is not what was copied, so it is not set aside for it.
void Sweep::give_up(std::size_t rows, const Traced& traced) {
  const std::string found = fmt::format("{} rows, of which {} are found", rows, traced.rows());
  if (traced.rows() == rows) throw untraceable("other rows have the same keys");
  if (!traced.source.moved) {
    throw untraceable(found + "; the others are kept rows of " + table_.target.text());
  }
  session_.begin();
  require_current(session_, run_);
  ledger::mark_moved(session_, run_.run.id, table_.number);
  session_.commit();
  throw untraceable(found +
                    "; the source has changed since they were copied: the next start copies what "
                    "has changed and tries again");
}

bool Sweep::move(const std::vector<model::Key>& keys, const Traced& traced,
                 const db::Refusal& refusal) {
  const db::SourceBatch& rows = traced.source.rows;
  MappedBatch mapped;
  mapper_.map(rows, mapped);
  ledger::Batch batch;
  batch.table_no = table_.number;
  batch.origin = ledger::Origin::retracted;
  batch.proved = mapped.proved;
  batch.target = mapped.written;
  batch.quarantined = mapped.proved;
  batch.rest = mapped.rest_written;
  batch.read = batch.filtered = codec::RowSetDigest(run_.plan.digest);
  std::vector<ledger::QuarantinedRow> quarantined;
  for (std::size_t row = 0; row < rows.rows.rows(); ++row) {
    quarantined.push_back(mapper_.refused_row(rows, row, refusal));
  }
  session_.begin();
  require_current(session_, run_);
  // Indexes that are being built at the same time lock the table for as long as that takes.
  session_.query("SET LOCAL lock_timeout = 0");
  if (delete_rows(keys) != keys.size()) {
    session_.rollback();
    return false;
  }
  delete_rest(quarantined);
  ledger::record_loose_batch(session_, run_.run.id, batch);
  take_back(traced.decided, refusal);
  const std::uint64_t open =
      ledger::record_quarantine(session_, run_.run.id, table_.number, 0, 0, quarantined);
  SLUICE_KILL_POINT("before_sweep_commit");
  session_.commit();
  run_.progress.table(table_.number).quarantined += quarantined.size();
  if (open > run_.quarantine_limit(table_.number)) pause(open, refusal);
  return true;
}

std::size_t Sweep::delete_rows(const std::vector<model::Key>& keys) {
  // A statement of some hundred keys: long enough to be quick, short enough to be planned quickly.
  constexpr std::size_t kKeysAtOnce = 500;
  std::size_t deleted = 0;
  for (std::size_t first = 0; first < keys.size(); first += kKeysAtOnce) {
    std::string values;
    for (std::size_t i = first; i < std::min(keys.size(), first + kKeysAtOnce); ++i) {
      std::string tuple;
      for (std::size_t part = 0; part < table_.target_key.size(); ++part) {
        if (!tuple.empty()) tuple += ", ";
        tuple +=
            fmt::format("{}::{}", model::quote_literal(Engine::postgresql, keys[i].values[part]),
                        codec::carrier_sql(table_.write[table_.target_key[part]].carrier));
      }
      values += fmt::format("{}({})", values.empty() ? "" : ", ", tuple);
    }
    deleted += session_
                   .query(fmt::format("DELETE FROM {} WHERE ({}) IN ({})", side(), key_list("", ""),
                                      values))
                   .affected;
  }
  return deleted;
}

/// Rows that people decided about: the target refuses it, so they are open again.
void Sweep::take_back(const DecidedRows& decided, const db::Refusal& refusal) {
  delete_rest(decided.sources);
  retract_decided(session_, run_.run.id, table_, decided);
  reopen_decided(session_, run_.run.id, decided, mapper_, refusal);
}

void Sweep::pause(std::size_t rows, const db::Refusal& refusal) {
  run_.stop.request(
      ErrorKind::stop_rule,
      fmt::format("{} or more rows of {} are at fault, more than its limit of {}: {}", rows,
                  table_.source.text(), run_.quarantine_limit(table_.number), refusal.message));
}

db::Refusal orphan_refusal(const DeferredStep& step) {
  db::Refusal refusal;
  refusal.kind = db::Refusal::Kind::foreign_key;
  refusal.constraint = step.of;
  refusal.message =
      fmt::format("foreign key {}: there is no such row in {}", step.of, step.referenced.text());
  return refusal;
}

db::Refusal named(db::Refusal refusal, const DeferredStep& step) {
  refusal.constraint = step.of;
  if (step.kind == DeferredStep::Kind::index) {
    refusal.message = fmt::format("{}: several rows have the same value", step.of);
  }
  return refusal;
}

/// Takes the orphans out of one table; trouble with them sinks only that table.
std::size_t sweep_table(const RunContext& run, db::TargetSession& session,
                        const plan::TablePlan& table,
                        const std::set<model::QualifiedName>& failed) {
  std::size_t taken = 0;
  try {
    for (const DeferredStep& step : table.deferred) {
      if (step.kind != DeferredStep::Kind::foreign_key || failed.contains(step.referenced))
        continue;
      Sweep sweep(run, session, table);
      taken += sweep.take_out(violator_condition(table, step), orphan_refusal(step));
    }
  } catch (const Error& error) {
    if (!sinks_only_its_table(error)) throw;
    fail_table(session, run, table.number, error);
  }
  return taken;
}

/// One round over all foreign keys between whole tables; returns the rows taken out.
std::size_t sweep_round(const RunContext& run, db::TargetSession& session,
                        const std::set<model::QualifiedName>& failed) {
  std::size_t taken = 0;
  for (const plan::TablePlan& table : run.plan.tables) {
    if (run.stop.token().stop_requested()) return 0;
    if (!failed.contains(table.side)) taken += sweep_table(run, session, table, failed);
  }
  return taken;
}

}  // namespace

void sweep_step(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table,
                const DeferredStep& step, const db::Refusal& refusal) {
  const std::string condition = violator_condition(table, step);
  if (condition.empty()) throw Error(ErrorKind::data, refusal.message);
  Sweep(run, session, table).take_out(condition, named(refusal, step));
}

void sweep_orphans(const RunContext& run) {
  const auto session = db::open_target(run.target);
  // A row that is taken out may leave others without their parent, hence the rounds.
  while (sweep_round(run, *session, failed_sides(run, *session)) > 0) continue;
}

}  // namespace sluice::copy
