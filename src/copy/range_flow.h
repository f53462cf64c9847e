#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <stop_token>

#include "sluice/os/mutex.h"

namespace sluice::copy {

/// Keeps the batches of one claimed range in order: they may be written at the same time, but each
/// commits after the one before it, because the ledger's cursor moves batch by batch. Shared by the
/// reader of the range and the writers of its batches. Safe from all threads.
class RangeFlow {
 public:
  explicit RangeFlow(int next_batch) : next_(next_batch) {}

  /// our_turn: all batches before are committed. give_up: the range is lost, or a stop was
  /// requested first; the caller rolls back. wait: neither within `patience`; ask again.
  enum class Turn : std::uint8_t { our_turn, give_up, wait };
  [[nodiscard]] Turn wait_turn(int batch_no, const std::stop_token& stop,
                               std::chrono::milliseconds patience) {
    os::Lock lock(mutex_);
    const bool decided = moved_.wait_for(
        lock, stop, patience, [&]() SLUICE_REQUIRES(mutex_) { return lost_ || next_ == batch_no; });
    if (decided) return lost_ ? Turn::give_up : Turn::our_turn;
    return stop.stop_requested() ? Turn::give_up : Turn::wait;
  }
  void committed(int batch_no) {
    const os::Lock lock(mutex_);
    next_ = batch_no + 1;
    moved_.notify_all();
  }
  /// The range belongs to another process now, or its table failed: nothing more of it is read or
  /// written here.
  void lose() {
    const os::Lock lock(mutex_);
    lost_ = true;
    moved_.notify_all();
  }
  [[nodiscard]] bool lost() const {
    const os::Lock lock(mutex_);
    return lost_;
  }

 private:
  mutable os::Mutex mutex_;
  std::condition_variable_any moved_;
  int next_ SLUICE_GUARDED_BY(mutex_);
  bool lost_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::copy
