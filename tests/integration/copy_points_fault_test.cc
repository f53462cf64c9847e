// One point in time for all rows of a run: also for kept rows of live tables, for tables that are
// copied later than others, and for rows that are taken out again when indexes are built.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// One batch after the other, so that it is known which ones a killed process leaves.
void one_by_one(Migration& migration) {
  migration.limit("readers", 1);
  migration.limit("writers", 1);
}

void kill_after_batches(const Migration& migration, int batches) {
  const RunResult killed = migration.copy_killed_at(fmt::format("after_commit:{}", batches));
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
}

/// How many points in time the rows of an origin are from.
std::string points(const Migration& migration, const std::string& origin) {
  return migration.target_value(fmt::format(
      "SELECT count(DISTINCT s.snapshot_no) || ' of ' || count(DISTINCT b.snapshot_no) FROM "
      "sluice.batch b LEFT JOIN sluice.snapshot s USING (run_id, snapshot_no, origin) WHERE NOT "
      "superseded AND origin = '{}'",
      origin));
}

/// A process whose run was taken over while it stood still, but whose sessions nobody has cut.
void end_processes(const Migration& migration) {
  migration.target("UPDATE sluice.process SET ended_at = now()");
}

void check_writes_nothing(Process& stale) {
  stale.send_signal(SIGCONT);
  const RunResult woken = stale.wait();
  INFO(woken.out << woken.err);
  CHECK(woken.exit_code == 6);
  CHECK(woken.err.find("was taken over by another process") != std::string::npos);
}

void make_kept_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, code int, payload text)");
  migration.source("INSERT INTO t SELECT n, n, 'source' FROM generate_series(1, 100) n");
  migration.target(
      "ALTER TABLE t ADD UNIQUE (code);"
      "INSERT INTO t SELECT -n, -n, repeat('k', 90) FROM generate_series(1, 4000) n");
  migration.move("t", "t", R"("existing_rows": "keep")");
  one_by_one(migration);
}

std::string kept_difference(const Migration& migration) {
  return first_difference(
      migration.target("SELECT * FROM t ORDER BY id"),
      migration.target("SELECT * FROM t__side WHERE id < 0 OR id > 1000 ORDER BY id"));
}

}  // namespace

TEST_CASE("kept rows of a live table that changed before the run went on are all as they are now") {
  Migration migration;
  make_kept_table(migration);
  kill_after_batches(migration, 3);
  migration.target(
      "UPDATE t SET payload = 'changed' WHERE id = -1; DELETE FROM t WHERE id = -2;"
      // a unique value moves from a row that is copied to one that is not
      "UPDATE t SET code = 5000 WHERE id = -3; UPDATE t SET code = -3 WHERE id = -4000");
  require_exit(migration.copy(), 0);
  CHECK(kept_difference(migration) == "");
  CHECK(
      migration.events("older-kept-rows-checked") ==
      std::vector<std::string>{R"({"confirmed":0,"replaced":0,"tables_restarted":1,"trusted":0})"});
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(points(migration, "existing") == "1 of 1");
}

TEST_CASE("kept rows of a live table that stood still are read again and stay") {
  Migration migration;
  make_kept_table(migration);
  kill_after_batches(migration, 3);
  require_exit(migration.copy(), 0);
  CHECK(kept_difference(migration) == "");
  CHECK(
      migration.events("older-kept-rows-checked") ==
      std::vector<std::string>{R"({"confirmed":3,"replaced":0,"tables_restarted":0,"trusted":0})"});
  CHECK(points(migration, "existing") == "1 of 1");
}

TEST_CASE(
    "a source that was not read at one point in time is said to be so, beside kept rows too") {
  const bool keep = GENERATE(false, true);
  CAPTURE(keep);
  // Neither a binary log nor the right to lock: two sessions stand where they stand.
  Migration migration(From::mariadb_without_binlog);
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES (1)");
  migration.limit("readers", 2);
  if (keep) migration.target("INSERT INTO t VALUES (7)");
  migration.move("t", "t", keep ? R"("existing_rows": "keep")" : "");
  const RunResult copied = migration.copy({"--json"});
  require_exit(copied, 0);
  CHECK(copied.out.find(R"("weaker_snapshot": "each session at its own point in time)") !=
        std::string::npos);
  CHECK(copied.err.find("how the source was read: each session at its own point in time") !=
        std::string::npos);
}

TEST_CASE("a table that is copied after it had failed is of the same time as the others") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE parents (id int PRIMARY KEY, name text);"
      "CREATE TABLE tags (id int PRIMARY KEY, parent int, name text);"
      "CREATE TABLE still (id int PRIMARY KEY, name text);"
      "CREATE TABLE children (id int PRIMARY KEY, parent int, name text)");
  migration.target(
      "ALTER TABLE tags ADD FOREIGN KEY (parent) REFERENCES parents ON DELETE CASCADE;"
      "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents");
  migration.source(
      "INSERT INTO parents SELECT n, 'p' FROM generate_series(1, 500) n;"
      "INSERT INTO tags SELECT n, n, 't' FROM generate_series(1, 500) n;"
      "INSERT INTO still SELECT n, 's' FROM generate_series(1, 500) n;"
      "INSERT INTO children SELECT n, n, 'c' FROM generate_series(1, 500) n");
  for (const char* table : {"parents", "tags", "still", "children"}) migration.move(table);
  const auto first = migration.start_copy_stalled_at("after_claim");
  REQUIRE(wait_until_stalled(*first));
  migration.source("REVOKE SELECT ON children FROM sluice_reader");
  first->send_signal(SIGCONT);
  require_exit(first->wait(), 3);
  REQUIRE(migration.run_state() == "paused: tables failed");
  migration.source(
      "GRANT SELECT ON children TO sluice_reader;"
      "INSERT INTO parents VALUES (501, 'new'); INSERT INTO children VALUES (501, 501, 'new');"
      "DELETE FROM children WHERE id = 7; DELETE FROM tags WHERE id = 7;"
      "DELETE FROM parents WHERE id = 7; UPDATE tags SET name = 'changed' WHERE id = 9");
  require_exit(migration.copy(), 0);
  for (const char* table : {"parents", "still"}) {
    CHECK(migration.table_difference(table, "id, name") == "");
  }
  for (const char* table : {"tags", "children"}) {
    CHECK(migration.table_difference(table, "id, parent, name") == "");
  }
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(points(migration, "source") == "1 of 1");
  // What did not change was read again, and stays.
  CHECK(
      migration.events("older-batches-checked") ==
      std::vector<std::string>{R"({"confirmed":1,"replaced":0,"tables_restarted":2,"trusted":0})"});
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND "
                               "convalidated AND conrelid::regclass::text LIKE '%side' AND "
                               "confrelid::regclass::text LIKE '%side'") == "2");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("rows set aside for an orphan's sake are looked at again when a run comes back") {
  Migration migration;
  migration.on_both(
      "CREATE TABLE parents (id int PRIMARY KEY); CREATE TABLE orphans (id int PRIMARY KEY, "
      "parent int); CREATE TABLE late (id int PRIMARY KEY)");
  migration.target("ALTER TABLE orphans ADD FOREIGN KEY (parent) REFERENCES parents");
  migration.source(
      "INSERT INTO parents VALUES (1); INSERT INTO orphans VALUES (1, 1), (2, 2); INSERT INTO late "
      "VALUES (1)");
  for (const char* table : {"parents", "orphans", "late"}) migration.move(table);
  const auto first = migration.start_copy_stalled_at("after_claim");
  REQUIRE(wait_until_stalled(*first));
  migration.source("REVOKE SELECT ON late FROM sluice_reader");
  first->send_signal(SIGCONT);
  require_exit(first->wait(), 3);
  REQUIRE(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "1");
  migration.source("GRANT SELECT ON late TO sluice_reader; INSERT INTO parents VALUES (2)");
  require_exit(migration.copy(), 0);
  CHECK(migration.table_difference("orphans", "id, parent") == "");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("a row that is set aside is the row that was copied, or the table is copied again") {
  // Types without a binary form come back in another spelling.
  const bool staged = GENERATE(false, true);
  CAPTURE(staged);
  Migration migration;
  const std::string extra = staged ? ", moods mood[]" : "";
  if (staged) migration.on_both("CREATE TYPE mood AS ENUM ('good', 'bad')");
  migration.on_both("CREATE TABLE people (id int PRIMARY KEY, email text, note text" + extra + ")");
  migration.target("ALTER TABLE people ADD UNIQUE (email)");
  migration.source(
      "INSERT INTO people (id, email, note) VALUES (1, 'a@x', 'old'), (2, 'b@x', 'old'), "
      "(3, 'a@x', 'old')");
  migration.move("people", "people", "", R"({"same_names": true, "columns": {
      "note": {"from": "note", "steps": ["lower"], "lossy": true}}})");
  const auto first = migration.start_copy_stalled_at("before_step_commit");
  REQUIRE(wait_until_stalled(*first));
  // Everything is copied, and the duplicates are not found yet. What becomes of the row stays the
  // same.
  migration.source("UPDATE people SET note = 'OLD' WHERE id = 1");
  first->send_signal(SIGCONT);
  const RunResult failed = first->wait();
  require_exit(failed, 3);
  CHECK(failed.err.find("the source has changed since they were copied") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");

  require_exit(migration.copy(), 0);
  CHECK(migration.quarantine("people") ==
        "[\"1\"] | email | key_collision | open\n[\"3\"] | email | key_collision | open\n");
  CHECK(to_text(migration.target("SELECT id FROM people__side")) == "2\n");
  CHECK(
      migration.target_value("SELECT count(*) FROM sluice.quarantine WHERE source_key = '[\"1\"]' "
                             "AND position('OLD'::bytea IN row_form) > 0") == "1");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("a row whose batch stood still is set aside though the source is busy elsewhere") {
  Migration migration;
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, code int, payload text);"
      "INSERT INTO t SELECT n, CASE n WHEN 2 THEN 1 ELSE n END, repeat('x', 90) FROM "
      "generate_series(1, 4000) n");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE, payload text)");
  migration.move("t");
  const auto first = migration.start_copy_stalled_at("before_step_commit");
  REQUIRE(wait_until_stalled(*first));
  migration.source("UPDATE t SET payload = 'changed' WHERE id > 3900");
  first->send_signal(SIGCONT);
  require_exit(first->wait(), 0);
  CHECK(migration.quarantine("t") ==
        "[\"1\"] | code | key_collision | open\n[\"2\"] | code | key_collision | open\n");
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "3998");
}

TEST_CASE("a process that wakes up before it looks at older batches takes out nothing") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int, payload text)");
  migration.source("INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 4000) n");
  migration.move("t");
  one_by_one(migration);
  kill_after_batches(migration, 3);
  migration.source("UPDATE t SET payload = 'changed' WHERE id = 2");
  const auto stale = migration.start_copy_stalled_at("after_snapshot");
  REQUIRE(wait_until_stalled(*stale));
  end_processes(migration);
  check_writes_nothing(*stale);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.batch WHERE NOT superseded") == "3");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.batch WHERE snapshot_no = 1") == "3");
  require_exit(migration.copy(), 0);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

TEST_CASE("a process that wakes up after the last batch does not end the copying") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int, payload text)");
  migration.source("INSERT INTO t VALUES (1, 'one')");
  migration.move("t");
  const auto stale = migration.start_copy_stalled_at("after_commit");
  REQUIRE(wait_until_stalled(*stale));
  end_processes(migration);
  check_writes_nothing(*stale);
  CHECK(migration.target_value("SELECT stage || state FROM sluice.run") == "copyingrunning");
  CHECK(migration.target_value("SELECT state FROM sluice.run_table") == "pending");
  require_exit(migration.copy(), 0);
}

}  // namespace sluice::test
