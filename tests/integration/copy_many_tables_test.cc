// Many tables in one run: bad ones sink only themselves, and the largest come first.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {

TEST_CASE("two bad tables of thirty are named with their reasons, and the others are whole") {
  Migration migration;
  for (int i = 1; i <= 30; ++i) {
    migration.on_both(fmt::format("CREATE TABLE t{} (id int PRIMARY KEY, v int)", i));
    migration.source(fmt::format("INSERT INTO t{} SELECT n, n FROM generate_series(1, 20) n", i));
    migration.move(fmt::format("t{}", i));
  }
  // No row is at fault where a plain index cannot be built.
  migration.target(
      "CREATE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
      "$$ BEGIN IF n > 1 THEN RAISE EXCEPTION 'no half of %', n; END IF; RETURN n / 2; END $$;"
      "CREATE INDEX ON t20 (public.half(v))");
  // Gone between plan and read.
  const auto copying = copy_stalled_at(migration, "before_snapshot");
  migration.source("DROP TABLE t10");
  copying->send_signal(SIGCONT);
  const RunResult copied = copying->wait();
  INFO(copied.out << copied.err);
  CHECK(copied.exit_code == 3);
  for (const char* reason : {"public.t10 failed: ", "\"public.t10\" does not exist",
                             "public.t20 failed: ", "no half of 2"}) {
    CHECK(copied.err.find(reason) != std::string::npos);
  }
  CHECK(migration.run_state() == "paused: tables failed");
  CHECK(migration.target_value(
            "SELECT string_agg(table_no || ' ' || state, ', ' ORDER BY table_no) "
            "FROM sluice.run_table WHERE state <> 'ready'") == "10 failed, 20 failed");
  for (int i = 1; i <= 30; ++i) {
    if (i == 10 || i == 20) continue;
    CHECK(migration.table_difference(fmt::format("t{}", i), "id, v") == "");
  }
}

TEST_CASE("the largest tables are read and built first") {
  Migration migration;
  // One after the other, so that the order can be seen.
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  const std::vector<std::pair<std::string, int>> tables = {
      {"small", 10}, {"huge", 20000}, {"middle", 5000}, {"large", 10000}};
  for (const auto& [name, rows] : tables) {
    migration.on_both(fmt::format("CREATE TABLE {} (id int PRIMARY KEY)", name));
    migration.source(fmt::format("INSERT INTO {} SELECT generate_series(1, {})", name, rows));
    migration.move(name);
  }
  migration.source("ANALYZE");
  finish(migration);
  CHECK(migration.target_value(
            "SELECT string_agg(table_no::text, ' ' ORDER BY first) FROM (SELECT table_no, "
            "min(committed_at) AS first FROM sluice.batch GROUP BY 1) firsts") == "2 4 3 1");
  // Catalogue numbers grow.
  CHECK(migration.target_value(
            "SELECT string_agg(indrelid::regclass::text, ' ' ORDER BY indexrelid) FROM pg_index "
            "WHERE indrelid::regclass::text LIKE '%\\_\\_side'") ==
        "huge__side large__side middle__side small__side");
}

TEST_CASE("a new run drops the many tables of the one before, whichever refers to which") {
  Migration migration;
  // More than are dropped at once, each referring to one that is dropped later, the last to the
  // first.
  constexpr int kTables = 60;
  for (int i = 1; i <= kTables; ++i) {
    migration.on_both(fmt::format("CREATE TABLE t{} (id int PRIMARY KEY, other int)", i));
    migration.source(fmt::format("INSERT INTO t{} VALUES (1, 1)", i));
    migration.move(fmt::format("t{}", i));
  }
  for (int i = 1; i <= kTables; ++i) {
    migration.target(
        fmt::format("ALTER TABLE t{} ADD CONSTRAINT other FOREIGN KEY (other) REFERENCES t{}", i,
                    i % kTables + 1));
  }
  finish(migration);
  const RunResult anew = migration.copy({"--new-run"});
  require_exit(anew, 0);
  CHECK(anew.err.find("60 table(s) of run ") != std::string::npos);
  CHECK(migration.target_value("SELECT count(DISTINCT obj_description(oid, 'pg_class')) FROM "
                               "pg_class WHERE relname LIKE 't%\\_\\_side' AND relkind = 'r'") ==
        "1");
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND "
                               "conrelid::regclass::text LIKE '%\\_\\_side'") == "60");
}

}  // namespace sluice::test
