#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/stops.h"
#include "sluice/model/endpoint.h"

namespace sluice::ledger {

/// While it lives: looks every second whether somebody has asked the run to stop, on a session and
/// threads of its own, so that nothing the run waits for keeps it from hearing. A session that is
/// lost is opened again. Where no look has succeeded for `patience`, the run must not go on
/// unwatched: that is told too.
class StopWatch {
 public:
  struct Settings {
    /// Stops behind this event count: for a verb that goes on with a run the event of its start,
    /// for one that may begin while a stop is in force the newest event.
    std::int64_t since = 0;
    std::chrono::milliseconds interval = std::chrono::seconds(1);
    /// Awake: a process that was frozen meanwhile gets another chance.
    std::chrono::milliseconds patience = std::chrono::seconds(30);
  };
  /// Each is called once at most, on a thread of the watch; the watch is over after either.
  struct Told {
    std::function<void(const Stop&)> stopped;
    std::function<void(const std::string& why)> unwatched;
  };

  /// Opens its session: throws Error where it cannot, so that nothing begins unwatched.
  StopWatch(const model::Endpoint& target, std::string run_id, const Settings& settings, Told told);
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;
  ~StopWatch();

 private:
  void look_until(const std::stop_token& ending);
  void guard_until(const std::stop_token& ending);
  [[nodiscard]] bool look();
  void reconnect() noexcept;

  const model::Endpoint target_;
  const std::string run_id_;
  const Settings settings_;
  const Told told_;
  std::unique_ptr<db::SqlSession> session_;  // of the looking thread
  std::atomic<std::uint64_t> looks_{0};      // that succeeded
  std::atomic<bool> over_{false};
  std::jthread looking_;  // last: end before what they use
  std::jthread guarding_;
};

}  // namespace sluice::ledger
