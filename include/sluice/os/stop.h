#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace sluice::os {

/// Why SignalStop ends the program at once.
enum class ForcedEnd { second_signal, took_too_long };

/// Turns SIGINT, SIGTERM and SIGHUP, and request(), into a stop request, on a thread of its own so
/// that callbacks may do anything. Make one before any other thread starts (it blocks the signals
/// for all threads that follow). The first signal requests the stop; what is running finishes or
/// rolls back. A second one, or an orderly stop that takes longer than `patience` because a server
/// does not answer, ends the program with 128 + signal: as safe as a kill, and as sudden. Before
/// and after its life the signals end the process at once.
class SignalStop {
 public:
  /// Called before a forced end, on another thread than the one that works.
  using LastWord = std::function<void(ForcedEnd)>;
  /// Longer than any batch or cancelled statement takes, shorter than a person waits.
  static constexpr std::chrono::seconds kPatience{12};

  explicit SignalStop(LastWord last_word = {}, std::chrono::milliseconds patience = kPatience);
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();

  /// The same stop for another reason than a signal, such as a stop file: the first request stands.
  /// `exit_code` is what the program ends with where the stop takes too long. From any thread.
  void request(int exit_code) noexcept;

  [[nodiscard]] std::stop_token token() const noexcept;
  /// The first signal received, or 0.
  [[nodiscard]] int signal() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::os
