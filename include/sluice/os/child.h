#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "sluice/os/sealed_file.h"

namespace sluice::os {

/// A program to run to its end, without a shell, with nothing of this process but what is named.
struct ChildCommand {
  std::string program;                 ///< absolute path
  std::vector<std::string> arguments;  ///< without the program's name
  const SealedFile* input = nullptr;   ///< its stdin; none: /dev/null
  std::vector<int> inherited;          ///< descriptors that it keeps, under their numbers
  std::size_t max_output = 65536;      ///< of stdout, and of stderr: one byte more ends it
  /// Zero: as long as it takes, and with the terminal as its stderr: a person is asked.
  std::chrono::milliseconds timeout{10'000};
};

struct ChildResult {
  int exit_code = -1;  ///< -1: it did not end by itself
  bool timed_out = false;
  bool too_much = false;  ///< wrote more than it may
  std::string out;
  std::string err;  ///< empty where that is the terminal
};

/// Its environment is PATH=/usr/bin:/bin LC_ALL=C TZ=UTC, its folder /, its signals as at a login;
/// it is killed with its parent, or when time or space runs out. A program that cannot be started
/// ends with 127. Throws Error{internal} where the system gives no process.
[[nodiscard]] ChildResult run_child(const ChildCommand& command);

}  // namespace sluice::os
