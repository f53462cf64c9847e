#pragma once

#include <map>
#include <memory>

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
  /// Ends the running statement; from any thread.
  void cancel() noexcept { session_->cancel(); }

 private:
  enum class Attempt : std::uint8_t { committed, refused, range_lost };

  void commit_or_learn(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] Attempt commit_batch(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] bool load(const BatchWork& batch, const plan::TablePlan& table);
  void take_out_refused(const BatchWork& batch, const plan::TablePlan& table);
  [[nodiscard]] bool record(const BatchWork& batch);
  void record_quarantine(const BatchWork& batch, const plan::TablePlan& table);
  void after_commit(const BatchWork& batch);
  [[nodiscard]] BatchMapper& mapper(const plan::TablePlan& table, ledger::Origin origin);
  [[nodiscard]] ledger::Batch record_of(const BatchWork& batch) const;

  const RunContext& run_;
  int snapshot_no_;
  std::unique_ptr<db::TargetSession> session_;
  std::map<std::pair<int, ledger::Origin>, std::unique_ptr<BatchMapper>> mappers_;
  MappedBatch mapped_;
};

}  // namespace sluice::copy
