#pragma once

#include "sluice/model/error.h"

namespace sluice::cli {

/// What the program returns: an interface that scripts rely on, documented in README.md. DO NOT
/// CHANGE THE NUMBERS.
enum ExitCode : int {
  kDone = 0,
  kInternal = 1,
  kUsage = 2,     // arguments, config, plan or decision file
  kStopRule = 3,  // a limit was crossed, an account does not close, data differ
  kApproval = 4,
  kWindow = 5,
  kLocked = 6,
  kDrift = 7,
  kConnection = 8,
  kStorage = 9,
  kNotComparable = 10,
  kInterrupted = 130,  // 128 + SIGINT; 143 for SIGTERM
};

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
