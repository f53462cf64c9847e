#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "sluice/db/source.h"
#include "sluice/os/mutex.h"
#include "sluice/verify/verify_tables.h"
#include "sluice/waits/stall.h"
#include "sluice/waits/workers.h"

#include "verify/row_sink.h"

namespace sluice::verify {

/// A part of a table that one worker reads in one go.
struct Piece {
  PieceNumber number = 0;
  model::KeyRange range;
};

/// Numbers ranges from `first` on.
[[nodiscard]] std::vector<Piece> number_pieces(const std::vector<model::KeyRange>& ranges,
                                               PieceNumber first = 0);

/// Tells the caller of verify_tables() where things stand. Safe to use from all workers.
class Reporter {
 public:
  Reporter(ProgressCallback callback, std::size_t table_count)
      : callback_(std::move(callback)), table_count_(table_count) {}

  void begin_table(const std::string& table, std::size_t index);
  void begin_stage(std::string_view stage, std::uint64_t expected_rows = 0);
  void add(std::uint64_t rows, std::uint64_t bytes);
  /// What has moved since the beginning.
  [[nodiscard]] waits::Marks marks() const;
  /// What each worker waits for.
  [[nodiscard]] waits::Workers& workers() noexcept { return workers_; }

 private:
  void report() SLUICE_REQUIRES(mutex_);

  ProgressCallback callback_;
  std::size_t table_count_;
  waits::Workers workers_;
  mutable os::Mutex mutex_;
  waits::Marks marks_ SLUICE_GUARDED_BY(mutex_);
  std::string table_ SLUICE_GUARDED_BY(mutex_);
  Progress progress_ SLUICE_GUARDED_BY(mutex_);
};

/// What a worker makes of one batch of a piece. Calls for one piece come from one worker.
using BatchVisitor =
    std::function<void(std::size_t worker, const Piece& piece, const db::SourceBatch& batch)>;

/// Calls `work(i)` for i in 0..count-1, all at once, and returns when all have ended. The first
/// exception requests `stop` and is thrown again.
using RunWorkers = std::function<void(std::size_t count, std::stop_source& stop,
                                      const std::function<void(std::size_t)>& work)>;

/// The way of pipeline::for_each().
void run_on_pipeline(std::size_t count, std::stop_source& stop,
                     const std::function<void(std::size_t)>& work);

/// The sessions of one side, one worker each, all at one point in time.
class Scanner {
 public:
  /// Borrows all of it: must not outlive them. `rows`: which side's rows its workers wait for.
  /// `run_workers`: another way to have threads.
  Scanner(const db::SnapshotSessions& sessions, waits::Wait rows, const std::stop_token& stop,
          Reporter& reporter, RunWorkers run_workers = run_on_pipeline)
      : sessions_(sessions),
        rows_(rows),
        stop_(stop),
        reporter_(reporter),
        run_workers_(std::move(run_workers)) {}

  [[nodiscard]] std::size_t workers() const noexcept { return sessions_.sessions.size(); }
  /// For single statements between scans.
  [[nodiscard]] db::SourceSession& first() const { return *sessions_.sessions.front(); }

  /// Reads the pieces, as many at once as there are workers. The first failure ends all. Throws
  /// Error{interrupted} after a stop request.
  void scan(const db::TableRead& table, std::span<const Piece> pieces, const BatchVisitor& visit);

 private:
  void read_piece(std::size_t worker, const db::TableRead& table, const Piece& piece,
                  const std::stop_token& stop, const BatchVisitor& visit);

  const db::SnapshotSessions& sessions_;
  waits::Wait rows_;
  std::stop_token stop_;
  Reporter& reporter_;
  RunWorkers run_workers_;
};

/// Throws Error{interrupted} after a stop request.
void throw_if_stopped(const std::stop_token& stop);

}  // namespace sluice::verify
