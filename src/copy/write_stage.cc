#include "copy/write_stage.h"

#include <chrono>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/bisect.h"
#include "copy/quarantine_limit.h"
#include "copy/refusal.h"
#include "copy/table_failure.h"
#include "copy/table_streams.h"

namespace sluice::copy {

using model::Error;
using model::ErrorKind;

namespace {

/// Deadlocks and lost COMMIT answers pass; what comes back this often does not.
constexpr int kAttempts = 5;

/// The server ends a transaction that stands still for a minute.
constexpr std::chrono::seconds kSignOfLife{20};

/// Kept rows are there before the source's, under their unique indexes.
bool has_unique_indexes(const plan::TablePlan& table) noexcept {
  return table.existing_rows == config::ExistingRows::keep;
}

}  // namespace

WriteStage::WriteStage(const RunContext& run, int snapshot_no)
    : run_(run),
      snapshot_no_(snapshot_no),
      session_(db::open_target(run.target)),
      worker_(run.progress.workers()) {}

void WriteStage::waits_for(waits::Wait wait, const plan::TablePlan& table) {
  const std::string side = table.side.text();
  worker_.waits(wait, wait == waits::Wait::target_ledger ? "recording a batch of " + side : side,
                session_->id());
}

void WriteStage::write(const BatchWork& batch) {
  if (batch.flow->lost()) return;
  const plan::TablePlan& table = run_.table(batch.claim.table_no);
  try {
    mapper(table, batch.claim.origin).map(batch.source, mapped_);
    SLUICE_KILL_POINT("after_map");
    if (commit_or_learn(batch, table)) {
      after_commit(batch);
    } else {
      batch.flow->lose();
    }
  } catch (const Error& error) {
    batch.flow->lose();
    if (!sinks_only_its_table(error)) throw;
    fail_table(*session_, run_, batch.claim.table_no, error);
  }
  worker_.waits(waits::Wait::nobody);
}

bool WriteStage::commit_or_learn(const BatchWork& batch, const plan::TablePlan& table) {
  for (int attempt = 1;; ++attempt) {
    try {
      return commit_batch(batch, table);
    } catch (const model::CommitInDoubt&) {
      if (attempt == kAttempts) throw;
      // The rows and their ledger row share a transaction: whether the one is there says whether
      // the other is.
      session_ = db::open_target(run_.target);
      waits_for(waits::Wait::target_ledger, table);
      if (ledger::batch_exists(*session_, run_.run.id, batch.claim.table_no, batch.claim.range_no,
                               batch.batch_no)) {
        return true;
      }
    } catch (const Error& error) {
      if (error.retry() != model::Retry::same_session || attempt == kAttempts) throw;
      session_->rollback();
    }
  }
}

/// False: the range is not ours any more, or the run stops; nothing was written.
bool WriteStage::commit_batch(const BatchWork& batch, const plan::TablePlan& table) {
  waits_for(waits::Wait::target_rows, table);
  session_->begin();
  SLUICE_KILL_POINT("after_begin");
  // With a unique index, a batch could wait inside the server for a later one of its range, which
  // waits for it here; so they go one by one.
  bool written = !has_unique_indexes(table) || wait_turn(batch);
  waits_for(waits::Wait::target_rows, table);
  written = written && write_rows(batch, table);
  SLUICE_KILL_POINT("after_load");
  if (!written || !wait_turn(batch) || !record(batch, table)) {
    session_->rollback();
    return false;
  }
  if (!mapped_.quarantined.empty()) record_quarantine(batch, table);
  SLUICE_KILL_POINT("before_commit");
  waits_for(waits::Wait::target_commit, table);
  session_->commit();
  SLUICE_KILL_POINT("after_commit");
  return true;
}

bool WriteStage::write_rows(const BatchWork& batch, const plan::TablePlan& table) {
  if (session_->write(table_write(table), mapped_.rows(batch.source))) {
    session_->rollback();
    session_->begin();
    if (!take_out_refused(batch, table)) return false;
  }
  if (!mapped_.rest.empty()) write_rest(table);
  return true;
}

bool WriteStage::take_out_refused(const BatchWork& batch, const plan::TablePlan& table) {
  const std::uint64_t limit = run_.quarantine_limit(table.number);
  const codec::RowBuffer& rows = mapped_.rows(batch.source);
  const RefusedRows refused = write_around_refused(
      *session_, table_write(table), rows, static_cast<std::size_t>(limit), run_.stop.token());
  if (refused.complete) {
    mapper(table, batch.claim.origin)
        .refuse(batch.source, explain_refusals(*session_, table, rows, refused), mapped_);
    return true;
  }
  if (refused.rows.size() > limit) {
    const auto& [row, refusal] = refused.rows.back();
    run_.stop.request(
        ErrorKind::stop_rule,
        fmt::format("the target refuses more rows of one batch of {} than its limit of {}: {}",
                    table.source.text(), limit,
                    explain_refusal(*session_, table, rows.row(row), refusal).message));
  }
  return false;
}

void WriteStage::write_rest(const plan::TablePlan& table) {
  SLUICE_KILL_POINT("before_rest");
  if (const auto refusal = session_->write(rest_write(table), mapped_.rest)) {
    throw Error(ErrorKind::data,
                fmt::format("{} refuses kept values: {}", table.rest->text(), refusal->message));
  }
}

bool WriteStage::wait_turn(const BatchWork& batch) {
  worker_.waits(waits::Wait::turn, "", session_->id());
  for (;;) {
    switch (batch.flow->wait_turn(batch.batch_no, run_.stop.token(), kSignOfLife)) {
      case RangeFlow::Turn::our_turn:
        return true;
      case RangeFlow::Turn::give_up:
        return false;
      case RangeFlow::Turn::wait:
        session_->query("SELECT 1");
    }
  }
}

bool WriteStage::record(const BatchWork& batch, const plan::TablePlan& table) {
  waits_for(waits::Wait::target_ledger, table);
  const bool recorded =
      ledger::record_batch(*session_, run_.run.id, run_.process_id, batch.claim, record_of(batch));
  SLUICE_KILL_POINT("after_record");
  return recorded;
}

void WriteStage::record_quarantine(const BatchWork& batch, const plan::TablePlan& table) {
  const std::uint64_t open =
      ledger::record_quarantine(*session_, run_.run.id, batch.claim.table_no, batch.claim.range_no,
                                batch.batch_no, mapped_.quarantined);
  SLUICE_KILL_POINT("after_quarantine");
  stop_above_limit(run_, table, open);
}

void WriteStage::after_commit(const BatchWork& batch) {
  batch.flow->committed(batch.batch_no);
  TableProgress& progress = run_.progress.table(batch.claim.table_no);
  const codec::RowBuffer& rows = mapped_.rows(batch.source);
  progress.rows_written += rows.rows();
  progress.bytes_written += rows.byte_count();
  progress.quarantined += mapped_.quarantined.size();
  ++progress.batches;
}

BatchMapper& WriteStage::mapper(const plan::TablePlan& table, ledger::Origin origin) {
  std::unique_ptr<BatchMapper>& mapper = mappers_[{table.number, origin}];
  if (!mapper) {
    mapper = std::make_unique<BatchMapper>(table, origin,
                                           codec::RowHasher(run_.plan.digest, run_.run.seed()));
  }
  return *mapper;
}

ledger::Batch WriteStage::record_of(const BatchWork& batch) const {
  ledger::Batch record;
  record.table_no = batch.claim.table_no;
  record.range_no = batch.claim.range_no;
  record.batch_no = batch.batch_no;
  record.origin = batch.claim.origin;
  record.range = batch.range;
  record.snapshot_no = snapshot_no_;
  record.bytes = mapped_.rows(batch.source).byte_count();
  record.read = mapped_.read;
  record.proved = mapped_.proved;
  record.target = mapped_.written;
  record.quarantined = mapped_.refused;
  record.filtered = mapped_.filtered;
  record.rest = mapped_.rest_written;
  return record;
}

}  // namespace sluice::copy
