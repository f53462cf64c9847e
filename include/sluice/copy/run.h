#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/copy/progress.h"
#include "sluice/ledger/records.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/error.h"
#include "sluice/os/mutex.h"
#include "sluice/plan/plan.h"

namespace sluice::copy {

struct CopyOptions {
  std::size_t readers = 2;
  std::size_t writers = 2;
  std::size_t in_flight =
      5;  // batches between reading and COMMIT; times batch_bytes bounds the memory
  std::size_t batch_bytes = std::size_t{8} * 1024 * 1024;  // of source rows in row form
  std::uint64_t min_free_bytes =
      0;  // free space on the target below which the run pauses; 0: not checked
  std::vector<std::uint64_t> quarantine_limits;  // rows, one for each table of the plan
  std::chrono::milliseconds stall_after = waits::kStallAfter;  // that nothing moves
};

/// Why a run stops before its end. The first reason stands; all stages then stop between batches.
/// Safe from all threads.
class StopReason {
 public:
  struct Why {
    model::ErrorKind kind{};  // interrupted, stop_rule, storage, connection
    std::string text;
    bool by_person = false;  // through the ledger or a stop file: goes on after a `continue`
  };
  void request(model::ErrorKind kind, const std::string& text) { request({kind, text}); }
  void request(const Why& why) {
    const os::Lock lock(mutex_);
    if (!why_) why_ = why;
    stop_.request_stop();
  }
  [[nodiscard]] std::optional<Why> why() const {
    const os::Lock lock(mutex_);
    return why_;
  }
  [[nodiscard]] std::stop_source& source() noexcept { return stop_; }
  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }

 private:
  mutable os::Mutex mutex_;
  std::optional<Why> why_ SLUICE_GUARDED_BY(mutex_);
  std::stop_source stop_;  // own synchronization
};

/// What every part of one process's work on a run needs to know. Constant after it is made, but for
/// progress and stop, which have their own synchronization. Must outlive all stages.
struct RunContext {
  const plan::Plan& plan;
  ledger::Run run;
  std::string process_id;
  model::Endpoint source;
  model::Endpoint target;
  CopyOptions options;
  bool joined = false;           // beside other processes
  std::int64_t start_event = 0;  // of this process's start: stops behind it are for it
  Progress& progress;
  StopReason& stop;

  [[nodiscard]] const plan::TablePlan& table(int number) const {
    return plan.tables[static_cast<std::size_t>(number - 1)];
  }
  [[nodiscard]] std::uint64_t quarantine_limit(int number) const {
    return options.quarantine_limits[static_cast<std::size_t>(number - 1)];
  }
};

}  // namespace sluice::copy
