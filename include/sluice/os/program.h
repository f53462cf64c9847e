#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::os {

struct ProgramResult {
  int exit_code = -1;  // -1 where a signal ended it
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// Longer than any of the programs takes that sluice asks something.
inline constexpr std::chrono::seconds kProgramPatience{10};

/// Runs another program to its end: argv[0] is its absolute path, no shell is asked. It inherits
/// nothing but what it is given: standard input from `input`, PATH=/usr/bin:/bin, LC_ALL=C and
/// TZ=UTC. After `patience` it is killed, and `timed_out`. Throws Error{not_comparable} where it
/// cannot be started.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& argv,
                                        std::string_view input = {},
                                        std::chrono::milliseconds patience = kProgramPatience);

}  // namespace sluice::os
