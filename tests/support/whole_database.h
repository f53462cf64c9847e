#pragma once

#include <string>
#include <vector>

#include "support/postgres_server.h"
#include "support/reader.h"
#include "support/run_process.h"
#include "support/temp_dir.h"

namespace sluice::test {

/// A database moved in three commands, as a stranger would: from a URL into an empty PostgreSQL
/// database, as a role that owns nothing there and may create.
class WholeDatabase {
 public:
  explicit WholeDatabase(std::string source_url)
      : source_url_(std::move(source_url)), target_url_(creator_url(target_)) {}

  [[nodiscard]] const PostgresDatabase& target() const noexcept { return target_; }
  [[nodiscard]] std::string config() const { return (dir_.path() / "move.json").string(); }
  [[nodiscard]] std::string config_text() const;
  /// As people would: whatever stands in the file once becomes something else.
  void edit_config(const std::string& old, const std::string& now) const;
  void forget_config() const { std::filesystem::remove(config()); }

  /// `sluice init` with these options besides the three that it needs.
  [[nodiscard]] RunResult init(const std::vector<std::string>& options = {}) const;
  /// `sluice <verb> --config FILE`.
  [[nodiscard]] RunResult sluice(const std::string& verb,
                                 const std::vector<std::string>& arguments = {},
                                 const RunOptions& options = {}) const;
  /// All three, each only where the one before ended with 0: "copy: exit 3" and what it said; empty
  /// when all is done.
  [[nodiscard]] std::string move(const std::vector<std::string>& init_options = {}) const;

 private:
  TempDir dir_;
  PostgresDatabase target_;
  std::string source_url_;
  std::string target_url_;
};

}  // namespace sluice::test
