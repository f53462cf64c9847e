#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sluice/ledger/stop_watch.h"
#include "sluice/ledger/stops.h"
#include "sluice/model/endpoint.h"
#include "sluice/os/mutex.h"
#include "sluice/os/stop.h"
#include "sluice/os/stop_file.h"

#include "cli/command_line.h"
#include "cli/console.h"

namespace sluice::cli {

/// How people stop a verb that works on a run, besides signals: `sluice stop` through the ledger,
/// and a stop file. Either is passed on to `signals`, so that one token tells of all, and an
/// orderly stop that takes too long is ended as after a signal. While it lives; must not outlive
/// `signals`.
class StopSources {
 public:
  struct Watched {
    model::Endpoint target;  // held to the server of the run's plan
    std::string run_id;
    std::int64_t since = 0;  // ledger::StopWatch::Settings
    std::string stop_file;   // empty: none
  };
  /// Called on another thread where nobody can hear any more whether the run is to stop.
  using Unwatched = std::function<void(const std::string& why)>;

  /// Throws where the ledger is out of reach.
  StopSources(const Watched& watched, os::SignalStop& signals, Unwatched unwatched);
  StopSources(const StopSources&) = delete;
  StopSources& operator=(const StopSources&) = delete;
  ~StopSources();

  /// The person's stop that was heard first, if there was one. One by a file is not on record yet:
  /// its `event` is 0.
  [[nodiscard]] std::optional<ledger::Stop> heard() const;

 private:
  void hear(const ledger::Stop& stop);

  os::SignalStop& signals_;
  mutable os::Mutex mutex_;
  std::optional<ledger::Stop> heard_ SLUICE_GUARDED_BY(mutex_);
  std::unique_ptr<ledger::StopWatch> watch_;  // last: their threads end before what they use
  std::unique_ptr<os::StopFile> file_;
};

/// Says so and throws Exit (3) where the stop file is there before anything has begun.
void refuse_stop_file(const std::string& stop_file, Console& console);

/// What ends a stop.
[[nodiscard]] Words continue_words(const std::string& config, const std::string& run_id);
/// Says who has stopped the run and why, and what the way on is; returns the exit code (3).
int report_person_stop(const std::string& run_id, const ledger::Stop& stop,
                       const std::string& config, Console& console);
/// Says what has ended a verb in order, and returns its exit code: a person's stop (3), a signal
/// (128 + its number), or that nobody could hear any more whether the run is to stop (8).
int report_heard(const StopSources& sources, const os::SignalStop& signals,
                 const std::string& run_id, const std::string& config, Console& console);
/// Says so and throws Exit (3) where a person's stop is in force.
void refuse_stopped(db::SqlSession& ledger, const std::string& run_id, const std::string& config,
                    Console& console);

}  // namespace sluice::cli
