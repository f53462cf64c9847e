#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"
#include "support/outcome.h"
#include "support/run_process.h"

namespace sluice::test {

/// What pg_dump writes, without the lines that are others each time.
inline std::string without_tokens(const std::string& dump) {
  std::string text;
  std::istringstream lines(dump);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) text += line + "\n";
  }
  return text;
}

/// What pg_dump writes of the target's definitions, of the names that applications know: without
/// the ledger and without what cutovers leave beside them. Owners and privileges are in it.
inline std::string live_schema(const Migration& migration) {
  const RunResult dump =
      run_process({"pg_dump", "-s", "--exclude-schema=sluice", "--exclude-table=*.*_before_*",
                   "--exclude-table=*.*__side", "--exclude-table=*.*_lost*",
                   migration.target_database().conninfo()});
  require_exit(dump, 0);
  return without_tokens(dump.out);
}

/// The first lines in which two such dumps differ; empty when none do.
inline std::string schema_difference(const std::string& before, const std::string& now) {
  std::istringstream old_lines(before);
  std::istringstream new_lines(now);
  for (std::string old_line, new_line;;) {
    const bool is_old = static_cast<bool>(std::getline(old_lines, old_line));
    const bool is_new = static_cast<bool>(std::getline(new_lines, new_line));
    if (!is_old && !is_new) return "";
    if (is_old != is_new || old_line != new_line) return old_line + "\n" + new_line;
  }
}

/// Copied, verified, and not cut over.
inline void copy_and_verify(const Migration& migration) {
  finish(migration);
  require_exit(migration.sluice("verify"), 0);
}

/// Which rows bear the live name, as text.
inline std::string rows_of(const Migration& migration, const std::string& table) {
  return to_text(migration.target("SELECT * FROM " + table + " ORDER BY 1"));
}

inline constexpr const char* kOldRows = "1 | old\n";
inline constexpr const char* kNewRows = "1 | new\n2 | new\n";

/// One small table with rows on both sides.
inline void make_pair(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, v text);"
      "INSERT INTO t VALUES (1, 'new'), (2, 'new')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old')");
  migration.move("t", "t", R"("existing_rows": "replace")");
}

/// One of everything that the swap of such a table touches beside the table itself.
inline void add_referrers(const Migration& migration) {
  migration.target(
      "CREATE VIEW seen AS SELECT count(*) AS n FROM t;"
      "CREATE TABLE other (t_id int REFERENCES t); INSERT INTO other VALUES (1);"
      "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
      "CREATE TRIGGER fires BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION nothing()");
}

/// With SLUICE_KILL_AT or SLUICE_STALL_AT.
inline RunOptions at(const std::string& variable, const std::string& point) {
  RunOptions options;
  options.env = {{variable, point}};
  return options;
}

/// Dead clients hold their locks for a second at most.
inline RunResult when_free(const Migration& migration, const std::string& verb,
                           const std::vector<std::string>& arguments = {}) {
  RunResult result;
  const bool is_free = wait_until([&] {
    result = migration.sluice(verb, arguments);
    return result.exit_code != 6;
  });
  CHECK(is_free);
  return result;
}

}  // namespace sluice::test
