// Copies that cannot get on, because somebody holds a lock or a server does not answer: another
// process is told why, and they go on by themselves.
#include "integration/stall_fixture.h"

namespace sluice::test {

TEST_CASE("a lock on the side table is named with its holder, and the copy goes on without it") {
  Migration migration;
  make_long_table(migration);
  const auto copy = copy_that_stands_at(migration, "after_claim");
  PgSql other(migration.target_database().conninfo());
  const std::string pid = single_value(other.query("SELECT pg_backend_pid()"));
  other.query("SET application_name = 'nightly'; BEGIN");
  other.query("LOCK TABLE t__side IN SHARE MODE");
  copy->send_signal(SIGCONT);
  REQUIRE(waits_for(
      migration, "waits for the target: a lock on public.t__side, held by session " + pid + " ("));
  const std::string said = waiting_for(migration);
  CAPTURE(said);
  CHECK(said.find("nightly, idle in transaction since 20") != std::string::npos);
  CHECK(said.find("LOCK TABLE t__side IN SHARE MODE") != std::string::npos);
  const RunResult status = migration.sluice("status");
  CHECK(status.out.find("nothing moves since 20") != std::string::npos);
  CHECK(copy->wait_for_output("waits for the target: a lock on public.t__side"));
  // One event, however long it lasts.
  CHECK(wait_until([&] { return !migration.events("stalled").empty(); }));
  other.query("ROLLBACK");
  CHECK(copy->wait_for_output("goes on after "));
  check_ended_well(migration, *copy);
  const auto events = migration.events("stalled");
  REQUIRE(events.size() == 1);
  CHECK(events[0].find("held by session " + pid) != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.process WHERE waiting_for IS NOT NULL "
                               "OR waiting_since IS NOT NULL") == "0");
}

TEST_CASE("a source that gives no rows is what the copy waits for") {
  Migration migration;
  make_long_table(migration);
  const auto copy = copy_that_stands_at(migration, "after_claim");
  PgSql other(migration.target_database().conninfo());
  other.query("BEGIN; LOCK TABLE t__side IN SHARE MODE");
  copy->send_signal(SIGCONT);
  // In the middle of the table, with all memory taken.
  REQUIRE(waits_for(migration, "waits for the target: a lock"));
  {
    const Frozen readers(migration.source(readers_sql(migration)));
    REQUIRE_FALSE(readers.empty());
    other.query("ROLLBACK");
    CHECK(waits_for(migration, "waits for the source: reading public.t (the server"));
  }
  check_ended_well(migration, *copy);
}

TEST_CASE("a build that waits for a lock says so") {
  Migration migration;
  make_long_table(migration);
  migration.target("CREATE INDEX by_payload ON t (payload)");
  const auto copy = copy_that_stands_at(migration, "before_copied_commit");
  PgSql other(migration.target_database().conninfo());
  other.query("BEGIN");
  other.query("INSERT INTO t__side VALUES (20001, 'not ours')");
  copy->send_signal(SIGCONT);
  CHECK(waits_for(migration, "waits for the target: a lock on public.t__side, held by session "));
  CHECK(waiting_for(migration).find("INSERT INTO t__side VALUES (?, ?)") != std::string::npos);
  other.query("ROLLBACK");
  check_ended_well(migration, *copy);
}

TEST_CASE("a table of MariaDB that somebody has locked is what the copy waits for") {
  check_waits_for_locked_table(From::mariadb);
}

}  // namespace sluice::test
