#include "copy/sweep.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/db/source.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/os/kill_point.h"

#include "copy/key_columns.h"
#include "copy/mapped_batch.h"
#include "copy/table_streams.h"
#include "copy/violators.h"

namespace sluice::copy {
namespace {

using model::Engine;
using model::Error;
using model::ErrorKind;
using plan::DeferredStep;

/// Rows per transaction: each is read from the source by its key, while the side table is locked.
constexpr std::size_t kRowsAtOnce = 1000;

/// One table's rows at fault, on their way into quarantine.
class Sweep {
 public:
  Sweep(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table)
      : run_(run),
        session_(session),
        table_(table),
        columns_(key_in_target(table)),
        mapper_(table, ledger::Origin::source, codec::RowHasher(run.plan.digest, run.run.seed())) {}

  /// Takes out all rows for which `condition` is true; returns how many.
  std::size_t take_out(const std::string& condition, const db::Refusal& refusal) {
    std::size_t taken = 0;
    for (;;) {
      const std::size_t now = take_some(condition, refusal);
      taken += now;
      if (now < kRowsAtOnce) return taken;
    }
  }

 private:
  std::size_t take_some(const std::string& condition, const db::Refusal& refusal);
  [[nodiscard]] std::vector<model::Key> keys_at_fault(const std::string& condition);
  void remap(const std::vector<model::Key>& keys, const db::Refusal& refusal);
  void delete_rows(const std::vector<model::Key>& keys);
  void record();
  [[nodiscard]] db::SourceSession& source();
  [[nodiscard]] Error untraceable(const std::string& why) const {
    return {ErrorKind::data,
            fmt::format("rows of {} break a constraint and cannot be traced to source rows: {}",
                        table_.side.text(), why)};
  }

  const RunContext& run_;
  db::TargetSession& session_;
  const plan::TablePlan& table_;
  std::optional<std::vector<std::size_t>> columns_;
  BatchMapper mapper_;
  std::optional<db::SnapshotSessions> snapshot_;
  std::vector<ledger::QuarantinedRow> quarantined_;
  ledger::Batch record_;
};

std::size_t Sweep::take_some(const std::string& condition, const db::Refusal& refusal) {
  session_.begin();
  // Other steps of this table may be sweeping too; an index being built holds SHARE and ends by
  // itself.
  session_.query(
      fmt::format("SET LOCAL lock_timeout = 0; LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE",
                  model::quote_name(Engine::postgresql, table_.side)));
  const std::vector<model::Key> keys = keys_at_fault(condition);
  if (!keys.empty()) {
    remap(keys, refusal);
    delete_rows(keys);
    record();
  }
  SLUICE_KILL_POINT("before_sweep_commit");
  session_.commit();
  return keys.size();
}

std::vector<model::Key> Sweep::keys_at_fault(const std::string& condition) {
  const std::string side = model::quote_name(Engine::postgresql, table_.side);
  if (!columns_) {
    const auto any =
        session_.query(fmt::format("SELECT EXISTS (SELECT FROM {} s WHERE {})", side, condition));
    if (any.value() == "t") throw untraceable("the source key does not reach the target unchanged");
    return {};
  }
  std::string select;
  for (const std::size_t column : *columns_) {
    select += select.empty() ? "" : ", ";
    select += fmt::format("s.{}::text",
                          model::quote_identifier(Engine::postgresql, table_.write[column].name));
  }
  std::vector<model::Key> keys;
  const auto result = session_.query(
      fmt::format("SELECT {} FROM {} s WHERE {} LIMIT {}", select, side, condition, kRowsAtOnce));
  for (const auto& row : result.rows) {
    model::Key key;
    for (const auto& value : row) {
      if (!value) throw untraceable("a key is NULL");
      key.values.push_back(*value);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

db::SourceSession& Sweep::source() {
  if (!snapshot_) snapshot_ = db::open_snapshot(run_.source, 1);
  return *snapshot_->sessions.front();
}

void Sweep::remap(const std::vector<model::Key>& keys, const db::Refusal& refusal) {
  const codec::RowSetDigest none(run_.plan.digest);
  record_ = ledger::Batch();
  record_.read = record_.proved = record_.target = none;
  record_.quarantined = record_.filtered = record_.rest = none;
  quarantined_.clear();
  MappedBatch mapped;
  db::SourceBatch batch;
  for (const model::Key& key : keys) {
    const auto stream =
        source().read(table_read(table_, ledger::Origin::source), {model::RangeKind::key, key, {}});
    const bool found = stream->read(batch, 1) && batch.rows.rows() == 1;
    if (found) mapper_.map(batch, mapped);
    auto row = found ? mapper_.refused_row(batch, 0, refusal) : ledger::QuarantinedRow{};
    if (!found || mapped.proved.count() != 1 || row.source_key != ledger::to_json(key)) {
      throw untraceable(
          fmt::format("source row {} changed since it was copied, or the row was in the "
                      "live table before",
                      ledger::to_json(key)));
    }
    record_.proved.merge(mapped.proved);
    record_.quarantined.merge(mapped.proved);
    record_.target.merge(mapped.written);
    record_.rest.merge(mapped.rest_written);
    quarantined_.push_back(std::move(row));
  }
}

void Sweep::delete_rows(const std::vector<model::Key>& keys) {
  std::size_t deleted = 0;
  for (const model::Key& key : keys) {
    std::string condition = "true";
    for (std::size_t i = 0; i < columns_->size(); ++i) {
      const plan::TargetField& field = table_.write[(*columns_)[i]];
      condition +=
          fmt::format(" AND {} = {}::{}", model::quote_identifier(Engine::postgresql, field.name),
                      model::quote_literal(Engine::postgresql, key.values[i]),
                      codec::carrier_sql(field.carrier));
    }
    deleted +=
        session_
            .query(fmt::format("DELETE FROM {} WHERE {}",
                               model::quote_name(Engine::postgresql, table_.side), condition))
            .affected;
    if (table_.rest) {
      session_.query(fmt::format("DELETE FROM {} WHERE source_key = $1",
                                 model::quote_name(Engine::postgresql, *table_.rest)),
                     {ledger::to_json(key)});
    }
  }
  if (deleted != keys.size()) throw untraceable("a key stands in the side table more than once");
}

void Sweep::record() {
  record_.table_no = table_.number;
  record_.origin = ledger::Origin::retracted;
  ledger::record_loose_batch(session_, run_.run.id, record_);
  const std::uint64_t open =
      ledger::record_quarantine(session_, run_.run.id, table_.number, 0, 0, quarantined_);
  run_.progress.table(table_.number).quarantined += quarantined_.size();
  if (open > table_.quarantine_limit) {
    run_.stop.request(ErrorKind::stop_rule,
                      fmt::format("{} has {} rows in quarantine, more than its limit of {}",
                                  table_.source.text(), open, table_.quarantine_limit));
  }
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

}  // namespace

void sweep_step(const RunContext& run, db::TargetSession& session, const plan::TablePlan& table,
                const DeferredStep& step, const db::Refusal& refusal) {
  const std::string condition = violator_condition(table, step);
  if (condition.empty()) throw Error(ErrorKind::data, refusal.message);
  Sweep(run, session, table).take_out(condition, named(refusal, step));
}

void sweep_orphans(const RunContext& run) {
  const auto session = db::open_target(run.target);
  bool changed = true;
  while (changed && !run.stop.token().stop_requested()) {
    changed = false;
    for (const plan::TablePlan& table : run.plan.tables) {
      for (const DeferredStep& step : table.deferred) {
        if (step.kind != DeferredStep::Kind::foreign_key) continue;
        Sweep sweep(run, *session, table);
        changed |= sweep.take_out(violator_condition(table, step), orphan_refusal(step)) > 0;
      }
    }
  }
}

}  // namespace sluice::copy
