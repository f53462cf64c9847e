#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace sluice::copy {

/// Keeps the batches of one claimed range in order: they may be written at the same time, but each
/// commits after the one before it, because the ledger's cursor moves batch by batch. Shared by the
/// reader of the range and the writers of its batches. Safe from all threads.
class RangeFlow {
 public:
  explicit RangeFlow(int next_batch) : next_(next_batch) {}

  /// Waits until all batches before `batch_no` are committed. False: the range is lost, or a stop
  /// was requested first; the caller rolls back.
  [[nodiscard]] bool wait_turn(int batch_no, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, stop, [&] { return lost_ || next_ == batch_no; });
    return !lost_ && next_ == batch_no;
  }
  void committed(int batch_no) {
    const std::lock_guard lock(mutex_);
    next_ = batch_no + 1;
    moved_.notify_all();
  }
  /// The range belongs to another process now, or its table failed: nothing more of it is read or
  /// written here.
  void lose() {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    moved_.notify_all();
  }
  [[nodiscard]] bool lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;
  int next_;           // guarded by mutex_
  bool lost_ = false;  // guarded by mutex_
};

}  // namespace sluice::copy
