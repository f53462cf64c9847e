#pragma once

#include "sluice/model/error.h"

namespace sluice::cli {

// What the program returns: an interface that scripts rely on, documented in README.md. DO NOT
// CHANGE THE NUMBERS.
inline constexpr int kDone = 0;
inline constexpr int kInternal = 1;
inline constexpr int kUsage = 2;     // arguments, config, plan or decision file
inline constexpr int kStopRule = 3;  // a limit was crossed, an account does not close, data differ
inline constexpr int kApproval = 4;
inline constexpr int kWindow = 5;
inline constexpr int kLocked = 6;
inline constexpr int kDrift = 7;
inline constexpr int kConnection = 8;
inline constexpr int kStorage = 9;
inline constexpr int kNotComparable = 10;
inline constexpr int kInterrupted = 130;  // 128 + SIGINT; 143 for SIGTERM

[[nodiscard]] constexpr int exit_code_of(model::ErrorKind kind) noexcept {
  using model::ErrorKind;
  switch (kind) {
    case ErrorKind::internal:
      return kInternal;
    case ErrorKind::usage:
    case ErrorKind::config:
      return kUsage;
    case ErrorKind::data:
    case ErrorKind::stop_rule:
      return kStopRule;
    case ErrorKind::approval:
      return kApproval;
    case ErrorKind::window:
      return kWindow;
    case ErrorKind::locked:
      return kLocked;
    case ErrorKind::drift:
      return kDrift;
    case ErrorKind::connection:
      return kConnection;
    case ErrorKind::storage:
      return kStorage;
    case ErrorKind::not_comparable:
      return kNotComparable;
    case ErrorKind::interrupted:
      return kInterrupted;
  }
  return kInternal;
}

/// Ends a command after it has said why. Thrown and caught in cli only.
struct Exit {
  int code;
};

}  // namespace sluice::cli
