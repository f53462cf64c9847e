#include "sluice/ledger/stop_watch.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

/// Waits that long, or until the watch ends.
void wait(const std::stop_token& ending, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, ending, time, [] { return false; });
}

/// Of the guard: it counts these and asks no clock, so that time in which the whole process stood
/// still does not count.
constexpr std::chrono::milliseconds kTick{100};

}  // namespace

StopWatch::StopWatch(const model::Endpoint& target, std::string run_id, const Settings& settings,
                     Told told)
    : target_(target),
      run_id_(std::move(run_id)),
      settings_(settings),
      told_(std::move(told)),
      session_(db::open_session(target_, db::Purpose::catalog)),
      looking_([this](const std::stop_token& ending) { look_until(ending); }),
      guarding_([this](const std::stop_token& ending) { guard_until(ending); }) {}

StopWatch::~StopWatch() = default;

bool StopWatch::look() {
  const auto stop = stop_after(*session_, run_id_, settings_.since);
  ++looks_;
  if (!stop || over_.exchange(true)) return stop.has_value();
  told_.stopped(*stop);
  return true;
}

void StopWatch::reconnect() noexcept {
  try {
    session_ = db::open_session(target_, db::Purpose::catalog);
  } catch (const std::exception&) {
    return;  // the old session fails again, and the next look tries again
  }
}

void StopWatch::look_until(const std::stop_token& ending) {
  while (!ending.stop_requested() && !over_) {
    try {
      if (look()) return;
    } catch (const model::Error&) {
      reconnect();
    }
    wait(ending, settings_.interval);
  }
}

void StopWatch::guard_until(const std::stop_token& ending) {
  std::uint64_t seen = 0;
  std::chrono::milliseconds unwatched{0};
  while (!ending.stop_requested() && !over_) {
    wait(ending, kTick);
    unwatched = looks_ == seen ? unwatched + kTick : kTick;
    seen = looks_;
    if (unwatched <= settings_.patience || ending.stop_requested() || over_.exchange(true)) {
      continue;
    }
    told_.unwatched(
        fmt::format("the target has not answered for {} s whether somebody has stopped the run",
                    settings_.patience.count() / 1000));
  }
}

}  // namespace sluice::ledger
