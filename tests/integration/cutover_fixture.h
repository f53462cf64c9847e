#pragma once

#include <sstream>
#include <string>

#include "support/migration.h"
#include "support/outcome.h"
#include "support/run_process.h"

namespace sluice::test {

/// What pg_dump writes of the target's definitions, of the names that applications know: without
/// the ledger and without what cutovers leave beside them. Owners and privileges are in it.
inline std::string live_schema(const Migration& migration) {
  const RunResult dump = run_process(
      {"pg_dump", "-s", "--exclude-schema=sluice", "--exclude-table=*_before_*",
       "--exclude-table=*.*__side", "--exclude-table=*_lost*", migration.target_database().conninfo()});
  require_exit(dump, 0);
  std::string text;
  std::istringstream lines(dump.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) text += line + "\n";
  }
  return text;
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
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old')");
  migration.move("t", "t", R"("existing_rows": "replace")");
}

}  // namespace sluice::test
