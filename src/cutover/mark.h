#pragma once

#include <string>

namespace sluice::cutover {

/// The comment that a side table bears, by which copy and verify know it as the run's.
/// DO NOT CHANGE: it stands in comments of tables.
[[nodiscard]] inline std::string mark_of(const std::string& run_id) {
  return "sluice run " + run_id;
}

}  // namespace sluice::cutover
