#include "sluice/os/stop.h"

#include <atomic>
#include <csignal>
#include <ctime>
#include <thread>

#include <pthread.h>

namespace sluice::os {

struct SignalStop::State {
  std::stop_source stop;
  std::atomic<int> signal{0};
  sigset_t blocked_before{};
  std::jthread waiter;  // last: joined before the members it uses are gone
};

namespace {

sigset_t stop_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

SignalStop::SignalStop() : state_(std::make_unique<State>()) {
  const sigset_t set = stop_signals();
  State* state = state_.get();
  pthread_sigmask(SIG_BLOCK, &set, &state->blocked_before);
  state_->waiter = std::jthread([state](const std::stop_token& ending) {
    const sigset_t waited = stop_signals();
    // Short waits, because sigtimedwait cannot be woken by the destructor in any other way.
    const timespec pause{0, 100'000'000};
    while (!ending.stop_requested()) {
      const int signal = sigtimedwait(&waited, nullptr, &pause);
      if (signal <= 0) continue;
      int none = 0;
      state->signal.compare_exchange_strong(none, signal);
      state->stop.request_stop();
    }
  });
}

SignalStop::~SignalStop() {
  const sigset_t before = state_->blocked_before;
  state_.reset();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::stop_token SignalStop::token() const noexcept { return state_->stop.get_token(); }

int SignalStop::signal() const noexcept { return state_->signal.load(); }

}  // namespace sluice::os
