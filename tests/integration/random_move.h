#pragma once

#include <csignal>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kill_points.h"
#include "support/random.h"
#include "support/whole_database.h"

namespace sluice::test {

/// Small batches, so that some rows are many, and room for every row that cannot be moved.
inline void set_limits(const WholeDatabase& move) {
  move.edit_config("{", R"({"limits": {"batch_bytes": 65536, "min_free_bytes": 0,
                           "quarantine_rows": 100000},)");
}

/// Up to two places at which a copy is killed: "after_step:3".
inline std::vector<std::string> random_kills(Random& random) {
  const std::set<std::string> found = points_in_the_source();
  const std::vector<std::string> points(found.begin(), found.end());
  std::vector<std::string> kills;
  for (int left = random.between(0, 2); left > 0; --left) {
    const std::string point = random.pick(points);
    kills.push_back(fmt::format("{}:{}", point, random.one_in(2) ? 1 : random.between(1, 12)));
  }
  return kills;
}

/// Killed at all of these, as far as it comes by so often, then to the end.
inline RunResult copy_killed_at(const WholeDatabase& move, const std::vector<std::string>& kills) {
  for (const std::string& kill : kills) {
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", kill}};
    const RunResult killed = move.sluice("copy", {}, options);
    if (killed.signal != SIGKILL && killed.exit_code != 0) return killed;
  }
  return move.sluice("copy");
}

}  // namespace sluice::test
