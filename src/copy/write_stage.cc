#include "copy/write_stage.h"

#include <utility>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/os/kill_point.h"

#include "copy/bisect.h"
#include "copy/table_failure.h"
#include "copy/table_streams.h"

namespace sluice::copy {

using model::Error;
using model::ErrorKind;

WriteStage::WriteStage(const RunContext& run, int snapshot_no)
    : run_(run), snapshot_no_(snapshot_no), session_(db::open_target(run.target)) {}

void WriteStage::write(const BatchWork& batch) {
  if (batch.flow->lost()) return;
  const plan::TablePlan& table = run_.table(batch.claim.table_no);
  try {
    mapper(table, batch.claim.origin).map(batch.source, mapped_);
    SLUICE_KILL_POINT("after_map");
    commit_or_learn(batch, table);
  } catch (const Error& error) {
    batch.flow->lose();
    if (!sinks_only_its_table(error)) throw;
    fail_table(*session_, run_, batch.claim.table_no, error);
  }
}

void WriteStage::commit_or_learn(const BatchWork& batch, const plan::TablePlan& table) {
  Attempt attempt = Attempt::committed;
  try {
    attempt = commit_batch(batch, table);
  } catch (const model::CommitInDoubt&) {
    // The rows and their ledger row share a transaction: whether the one is there says whether the
    // other is.
    session_ = db::open_target(run_.target);
    if (!ledger::batch_exists(*session_, run_.run.id, batch.claim.table_no, batch.claim.range_no,
                              batch.batch_no)) {
      attempt = commit_batch(batch, table);
    }
  }
  if (attempt == Attempt::range_lost) {
    batch.flow->lose();
    return;
  }
  after_commit(batch);
}

WriteStage::Attempt WriteStage::commit_batch(const BatchWork& batch, const plan::TablePlan& table) {
  session_->begin();
  SLUICE_KILL_POINT("after_begin");
  if (!load(batch, table)) {
    session_->rollback();
    session_->begin();
    take_out_refused(batch, table);
  }
  SLUICE_KILL_POINT("after_load");
  if (!batch.flow->wait_turn(batch.batch_no, run_.stop.token()) || !record(batch)) {
    session_->rollback();
    return Attempt::range_lost;
  }
  if (!mapped_.quarantined.empty()) record_quarantine(batch, table);
  SLUICE_KILL_POINT("before_commit");
  session_->commit();
  SLUICE_KILL_POINT("after_commit");
  return Attempt::committed;
}

bool WriteStage::load(const BatchWork& batch, const plan::TablePlan& table) {
  const codec::RowBuffer& rows = mapped_.rows(batch.source);
  if (!rows.empty() && session_->write(table_write(table), rows)) return false;
  if (!mapped_.rest.empty()) {
    if (const auto refusal = session_->write(rest_write(table), mapped_.rest)) {
      throw Error(ErrorKind::data,
                  fmt::format("{} refuses kept values: {}", table.rest->text(), refusal->message));
    }
  }
  return true;
}

void WriteStage::take_out_refused(const BatchWork& batch, const plan::TablePlan& table) {
  auto refused = write_around_refused(*session_, table_write(table), mapped_.rows(batch.source),
                                      table.quarantine_limit);
  if (!refused) {
    throw Error(ErrorKind::data,
                fmt::format("the target refuses more than {} rows of one batch of {}",
                            table.quarantine_limit, table.source.text()),
                "look at the target's constraints, or raise quarantine_limit for this table");
  }
  mapper(table, batch.claim.origin).refuse(batch.source, *refused, mapped_);
  if (mapped_.rest.empty()) return;
  if (const auto refusal = session_->write(rest_write(table), mapped_.rest)) {
    throw Error(ErrorKind::data,
                fmt::format("{} refuses kept values: {}", table.rest->text(), refusal->message));
  }
}

bool WriteStage::record(const BatchWork& batch) {
  const bool recorded =
      ledger::record_batch(*session_, run_.run.id, run_.process_id, batch.claim, record_of(batch));
  SLUICE_KILL_POINT("after_record");
  return recorded;
}

void WriteStage::record_quarantine(const BatchWork& batch, const plan::TablePlan& table) {
  const std::uint64_t total =
      ledger::record_quarantine(*session_, run_.run.id, batch.claim.table_no, batch.claim.range_no,
                                batch.batch_no, mapped_.quarantined);
  SLUICE_KILL_POINT("after_quarantine");
  if (total > table.quarantine_limit) {
    run_.stop.request(ErrorKind::stop_rule,
                      fmt::format("{} has {} rows in quarantine, more than its limit of {}",
                                  table.source.text(), total, table.quarantine_limit));
  }
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
