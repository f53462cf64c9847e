#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/copy/activity.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/waits/stall.h"
#include "sluice/waits/workers.h"

namespace sluice::copy {

/// What one table's copy has done so far, in this process. Counters only grow; readable from any
/// thread while they do.
struct TableProgress {
  // Set before any stage runs.
  std::uint64_t expected_rows = 0;  // an estimate of the source's server; 0: unknown
  std::uint64_t rows_before = 0;    // read by earlier processes of the run
  std::uint64_t bytes_before = 0;   // written by them
  // Grow while stages run.
  std::atomic<std::uint64_t> rows_read{0};
  std::atomic<std::uint64_t> rows_written{0};
  std::atomic<std::uint64_t> bytes_written{0};
  std::atomic<std::uint64_t> quarantined{0};
  std::atomic<std::uint64_t> batches{0};
};

/// One TableProgress per table of the plan, by table number (1, 2, ...).
class Progress {
 public:
  explicit Progress(std::size_t tables) {
    for (std::size_t i = 0; i < tables; ++i) tables_.push_back(std::make_unique<TableProgress>());
  }
  [[nodiscard]] TableProgress& table(int number) noexcept {
    return *tables_[static_cast<std::size_t>(number - 1)];
  }
  /// Committed by this process, in all tables.
  [[nodiscard]] std::uint64_t batches() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& table : tables_) sum += table->batches;
    return sum;
  }
  [[nodiscard]] std::size_t tables() const noexcept { return tables_.size(); }
  /// What is being done while no rows are copied.
  [[nodiscard]] Activities& activities() noexcept { return activities_; }
  /// What each worker waits for.
  [[nodiscard]] waits::Workers& workers() noexcept { return workers_; }
  /// Why nothing moves, while nothing does.
  [[nodiscard]] waits::StallBoard& stall() noexcept { return stall_; }

 private:
  Activities activities_;
  waits::Workers workers_;
  waits::StallBoard stall_;
  std::vector<std::unique_ptr<TableProgress>> tables_;
};

/// Takes what is known of a run's tables from the ledger: estimates, and what earlier processes
/// did.
void begin_progress(db::SqlSession& ledger, const ledger::Run& run, codec::DigestAlgorithm digest,
                    Progress& progress);

}  // namespace sluice::copy
