#pragma once

#include <sstream>
#include <string>

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

/// One small table with rows on both sides.
inline void make_pair(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, v text);"
      "INSERT INTO t VALUES (1, 'new'), (2, 'new')");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old')");
  migration.move("t", "t", R"("existing_rows": "replace")");
}

}  // namespace sluice::test
