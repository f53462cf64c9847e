#pragma once

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"

/// What must have come of a program for a test to go on; where it did not, the test says what the
/// program said.
namespace sluice::test {

inline void require_exit(const RunResult& result, int code) {
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == code);
}

/// A copy that runs through.
inline void finish(const Migration& migration) { require_exit(migration.copy(), 0); }

/// A copy in the background that stands still at SLUICE_STALL_AT=`point`.
[[nodiscard]] inline std::unique_ptr<Process> copy_stalled_at(
    const Migration& migration, const std::string& point,
    const std::vector<std::string>& arguments = {}) {
  auto process = migration.start_copy_stalled_at(point, arguments);
  INFO(process->out() << process->err());
  REQUIRE(wait_until_stalled(*process));
  return process;
}

}  // namespace sluice::test
