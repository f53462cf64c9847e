#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace sluice::os {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request, on a thread of its own so that callbacks
/// may do anything. Make one in main before any other thread starts (it blocks the signals for all
/// threads that follow). The first signal requests the stop; what is running finishes or rolls
/// back. Before and after its life the signals end the process at once.
class SignalStop {
 public:
  SignalStop();
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();

  [[nodiscard]] std::stop_token token() const noexcept;
  /// The first signal received, or 0.
  [[nodiscard]] int signal() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::os
