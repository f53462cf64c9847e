#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "kill_points.h"
#include "support/outcome.h"
#include "support/random_schema.h"

namespace sluice::test {

/// What the three commands are told, and what they said.
class RandomMove {
 public:
  RandomMove(const std::string& source_url, const std::string& target_url) {
    init_ = run_sluice(
        {"init", "--all", "--source", source_url, "--target", target_url, "--out", file_.string()});
  }

  [[nodiscard]] const RunResult& init() const noexcept { return init_; }

  /// Small batches, so that some rows are many, and room for every row that cannot be moved.
  void set_limits() const {
    std::ifstream in(file_);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.insert(1, R"("limits": {"batch_bytes": 65536, "min_free_bytes": 0,
                       "quarantine_rows": 100000},)");
    std::ofstream(file_) << text;
  }

  /// Killed up to twice where chance will have it, then to the end.
  [[nodiscard]] RunResult copy(Random& random) {
    const std::set<std::string> found = points_in_the_source();
    const std::vector<std::string> points(found.begin(), found.end());
    for (int left = random.between(0, 2); left > 0; --left) {
      const std::string point = random.pick(points);
      kills_.push_back(fmt::format("{}:{}", point, random.one_in(2) ? 1 : random.between(1, 12)));
      RunOptions options;
      options.env = {{"SLUICE_KILL_AT", kills_.back()}};
      const RunResult killed = run_sluice({"copy", "--config", file_.string()}, options);
      // Many points do not come by so often.
      if (killed.signal != SIGKILL && killed.exit_code != 0) return killed;
    }
    return run_sluice({"copy", "--config", file_.string()});
  }

  [[nodiscard]] RunResult verify() const {
    return run_sluice({"verify", "--config", file_.string()});
  }

  [[nodiscard]] std::string kills() const { return fmt::format("{}", fmt::join(kills_, ", ")); }

 private:
  TempDir dir_;
  std::filesystem::path file_ = dir_.path() / "random.json";
  RunResult init_;
  std::vector<std::string> kills_;
};

}  // namespace sluice::test
