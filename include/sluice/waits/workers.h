#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "sluice/os/mutex.h"

namespace sluice::waits {

/// What a worker of a copy or a verification is at, as far as it may have to wait for somebody.
enum class Wait : std::uint8_t {
  nobody,            // it works itself, or has nothing to do
  slot,              // memory for the next batch, which the writers give back
  turn,              // the batches of its range before its own
  others,            // ranges that other processes of the run hold
  source_rows,       // the source, to give rows
  source_statement,  // the source, for as long as the statement takes
  target_read,       // the target, to give rows of a live table that are kept
  target_rows,       // the target, to take rows
  target_ledger,     // the target, for a short statement of the ledger
  target_commit,     // the target, for COMMIT
  target_statement,  // the target, for as long as the statement takes: an index, a VACUUM
};

/// What one worker is at.
struct AtWait {
  Wait wait = Wait::nobody;
  std::string what;     // the table, or the statement in words; may be empty
  std::string session;  // db::SqlSession::id() of the one that it waits on; may be empty
  std::chrono::steady_clock::time_point since;
};

/// All workers of a process. Safe from all threads.
class Workers {
 public:
  [[nodiscard]] std::vector<AtWait> now() const;

 private:
  friend class Worker;
  using Place = std::list<AtWait>::iterator;
  [[nodiscard]] Place add();
  void put(Place place, AtWait at);
  void remove(Place place) noexcept;

  mutable os::Mutex mutex_;
  std::list<AtWait> all_ SLUICE_GUARDED_BY(mutex_);
};

/// One worker, for as long as this lives. It says what it is at where it hands over to a server or
/// to another worker: some times a batch, never for a row. `workers` must outlive it.
class Worker {
 public:
  explicit Worker(Workers& workers) : workers_(workers), place_(workers.add()) {}
  /// One that waits for one thing as long as it lives.
  Worker(Workers& workers, Wait wait, std::string what, std::string session) : Worker(workers) {
    waits(wait, std::move(what), std::move(session));
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { workers_.remove(place_); }

  /// From now on.
  void waits(Wait wait, std::string what = {}, std::string session = {});

 private:
  Workers& workers_;
  Workers::Place place_;
};

}  // namespace sluice::waits
