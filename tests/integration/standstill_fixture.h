#pragma once

#include <csignal>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"

/// What tests of standstills share.
namespace sluice::test {

/// Long enough not to be met by work that goes on, short enough to wait for.
constexpr const char* kStallAfter = "1000";

/// Of 20 MB: more than lies in the memory of the process and in sockets.
inline void make_long_table(Migration& migration) {
  const bool postgresql = migration.from() == From::postgresql;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload varchar(1100))");
  migration.source(fmt::format(
      "INSERT INTO t SELECT n, repeat('x', 1000) FROM {}",
      postgresql ? "generate_series(1, 20000) n" : "(SELECT seq AS n FROM seq_1_to_20000) s"));
  if (postgresql) migration.source("ANALYZE");
  migration.move("t");
}

/// Stops server processes while it lives.
class Frozen {
 public:
  explicit Frozen(const Rows& pids) {
    for (const Row& row : pids) pids_.push_back(std::stoi(row.at(0).value()));
    for (const pid_t pid : pids_) REQUIRE(::kill(pid, SIGSTOP) == 0);
  }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;
  ~Frozen() {
    for (const pid_t pid : pids_) ::kill(pid, SIGCONT);
  }
  [[nodiscard]] bool empty() const { return pids_.empty(); }

 private:
  std::vector<pid_t> pids_;
};

/// Sessions of the program that read rows of the source.
inline std::string readers_sql(const Migration& migration) {
  return fmt::format(
      "SELECT pid FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'sluice' "
      "AND query LIKE 'COPY%' AND state = 'active'",
      migration.source_value("SELECT current_database()"));
}

}  // namespace sluice::test
