#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/postgres_server.h"
#include "support/run_process.h"
#include "support/source_tree.h"

namespace sluice::test {

/// Runs scripts/demo_data with `arguments`, which name the servers PG1 and MARIA1. Throws
/// std::runtime_error with what it said where it fails.
inline void load_demo_data(std::vector<std::string> arguments, const PostgresServer& postgres,
                           const std::string& mariadb_option_file = {}) {
  arguments.insert(arguments.begin(), in_source_tree("scripts/demo_data"));
  RunOptions options;
  options.env = {{"SLUICE_DEMO_DATA", SLUICE_DEMO_DATA},
                 {"MARIA1_OPTION_FILE", mariadb_option_file},
                 {"PG1_SOCKET_DIR", postgres.socket_dir()},
                 {"PG1_PORT", std::to_string(postgres.port())},
                 {"PG1_USER", postgres.user()},
                 {"PG1_PASSFILE", postgres.pass_file()}};
  const RunResult loaded = run_process(arguments, options);
  if (loaded.exit_code != 0) throw std::runtime_error(loaded.out + loaded.err);
}

}  // namespace sluice::test
