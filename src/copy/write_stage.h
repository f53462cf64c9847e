#pragma once

#include <map>
#include <memory>
#include <utility>

#include "sluice/copy/run.h"
#include "sluice/db/target.h"

#include "copy/batch_work.h"
#include "copy/mapped_batch.h"

namespace sluice::copy {

/// One writer: maps a batch and commits it, with its quarantined rows and its place in the ledger,
/// in one transaction of its own session. Knows nothing of threads; one thread at a time.
class WriteStage {
 public:
  /// `snapshot_no`: the point in time under which the batches are read. Connects.
  WriteStage(const RunContext& run, int snapshot_no);

  void write(const BatchWork& batch);

 private:
  void waits_for(waits::Wait wait, const plan::TablePlan& table);
  [[nodiscard]] bool commit_or_learn(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] bool commit_batch(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] bool write_rows(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] bool take_out_refused(const BatchWork& batch, const plan::TablePlan& table);
  void write_rest(const plan::TablePlan& table);
  [[nodiscard]] bool wait_turn(const BatchWork& batch);
  [[nodiscard]] bool record(const BatchWork& batch, const plan::TablePlan& table);
  void record_quarantine(const BatchWork& batch, const plan::TablePlan& table);
  void after_commit(const BatchWork& batch);
  [[nodiscard]] BatchMapper& mapper(const plan::TablePlan& table, ledger::Origin origin);
  [[nodiscard]] ledger::Batch record_of(const BatchWork& batch) const;

  const RunContext& run_;
  int snapshot_no_;
  std::unique_ptr<db::TargetSession> session_;
  waits::Worker worker_;
  std::map<std::pair<int, ledger::Origin>, std::unique_ptr<BatchMapper>> mappers_;
  MappedBatch mapped_;
};

}  // namespace sluice::copy
