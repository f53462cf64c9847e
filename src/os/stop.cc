#include "sluice/os/stop.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <utility>

#include <pthread.h>

namespace sluice::os {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kSignalBase = 128;  // of exit codes, as shells have it

sigset_t stop_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

/// The next signal, or 0 after a short wait: sigtimedwait cannot be woken by a destructor.
int next_signal() noexcept {
  const sigset_t waited = stop_signals();
  const timespec pause{0, 100'000'000};
  return std::max(0, sigtimedwait(&waited, nullptr, &pause));
}

}  // namespace

struct SignalStop::State {
  enum class Request { none, stop, end };

  LastWord last_word;
  std::chrono::milliseconds patience;
  std::stop_source stop;
  std::atomic<int> signal{0};
  std::atomic<int> exit_code{0};  // of a forced end; 0 until somebody has asked to stop
  sigset_t blocked_before{};
  std::atomic<Request> request{Request::none};
  std::jthread waiter;
  // Callbacks cancel statements over the network, which may not answer: on a thread of their own,
  // so that a second signal is heard meanwhile. Last: joined while the waiter still watches.
  std::jthread requester;

  State(LastWord word, std::chrono::milliseconds time)
      : last_word(std::move(word)), patience(time) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ask(Request::end); }

  void ask(Request what) noexcept;
  void set_exit_code(int code) noexcept;
  void wait(const std::stop_token& ending);
  [[noreturn]] void end(ForcedEnd why) const;
};

/// The first request stands.
void SignalStop::State::ask(Request what) noexcept {
  Request none = Request::none;
  request.compare_exchange_strong(none, what);
  request.notify_one();
}

void SignalStop::State::set_exit_code(int code) noexcept {
  int none = 0;
  exit_code.compare_exchange_strong(none, code);
}

void SignalStop::State::wait(const std::stop_token& ending) {
  Clock::time_point first;
  while (!ending.stop_requested()) {
    const int got = next_signal();
    if (signal == 0 && got != 0) {
      signal = got;
      set_exit_code(kSignalBase + got);
      ask(Request::stop);
    } else if (got != 0) {
      end(ForcedEnd::second_signal);
    }
    if (exit_code == 0) continue;
    if (first == Clock::time_point()) first = Clock::now();
    if (Clock::now() - first > patience) end(ForcedEnd::took_too_long);
  }
}

void SignalStop::State::end(ForcedEnd why) const {
  if (last_word) last_word(why);
  // Nothing is tidied up: other threads still work, and may never come back.
  std::_Exit(exit_code);
}

SignalStop::SignalStop(LastWord last_word, std::chrono::milliseconds patience)
    : state_(std::make_unique<State>(std::move(last_word), patience)) {
  const sigset_t set = stop_signals();
  State* state = state_.get();
  pthread_sigmask(SIG_BLOCK, &set, &state->blocked_before);
  state->waiter = std::jthread([state](const std::stop_token& ending) { state->wait(ending); });
  state->requester = std::jthread([state] {
    state->request.wait(State::Request::none);
    if (state->request == State::Request::stop) state->stop.request_stop();
  });
}

SignalStop::~SignalStop() {
  const sigset_t before = state_->blocked_before;
  state_.reset();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void SignalStop::request(int exit_code) noexcept {
  state_->set_exit_code(exit_code);
  state_->ask(State::Request::stop);
}

std::stop_token SignalStop::token() const noexcept { return state_->stop.get_token(); }

int SignalStop::signal() const noexcept { return state_->signal.load(); }

}  // namespace sluice::os
