#pragma once

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {

/// Numbers 1 to `count` as column n of a row source.
inline std::string numbers(From from, int count) {
  return from == From::postgresql
             ? fmt::format("(SELECT generate_series(1, {})::bigint AS n) numbers", count)
             : fmt::format("(SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_{}) numbers", count);
}

/// About 100 bytes that depend on n: some hundred rows are several batches.
inline constexpr const char* kPayload = "repeat(md5(concat('x', n)), 3)";

/// Tables are cut by what the server has counted.
inline void analyze(const Migration& migration, const std::string& mysql_table) {
  migration.source(migration.from() == From::postgresql ? "ANALYZE"
                                                        : "ANALYZE TABLE " + mysql_table);
}

/// Copies, is killed with a batch committed, goes on, and is proved by sluice itself. What arrived
/// is for the test to compare.
inline void copy_in_two_lives(const Migration& migration) {
  const RunResult killed = migration.copy_killed_at("after_commit");
  INFO(killed.err);
  REQUIRE(killed.exit_code != 0);
  require_exit(migration.copy(), 0);
  require_exit(migration.sluice("verify"), 0);
}

/// A name of any characters as a part of a table name in a config's JSON.
inline std::string config_part(std::string_view name) {
  std::string text = "\\\"";
  for (const char c : name) {
    switch (c) {
      case '"':
        text += "\\\"\\\"";
        break;
      case '\\':
        text += "\\\\";
        break;
      case '\n':
        text += "\\n";
        break;
      default:
        text += c;
    }
  }
  return text + "\\\"";
}

}  // namespace sluice::test
