// A state and the event that tells of it are one; a chain of events, or a plan, that was tampered
// with is found.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"

namespace sluice::test {
namespace {

void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t SELECT generate_series(1, 100)");
  migration.move("t");
}

void require_killed_at(const Migration& migration, const char* point) {
  const RunResult killed = migration.copy_killed_at(point);
  CAPTURE(point);
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
}

}  // namespace

TEST_CASE("a run that is killed between its state and the event has neither") {
  Migration migration;
  make_table(migration);
  require_killed_at(migration, "before_start_commit");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "0");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.event") == "0");
  require_killed_at(migration, "after_create_run");
  CHECK(migration.events("run-started").size() == 1);
  require_killed_at(migration, "before_state_commit");
  CHECK(migration.run_state() == "running");
  CHECK(migration.events("run-resumed").size() == 1);
  CHECK(migration.events("run-finished").empty());
  CHECK(migration.copy().exit_code == 0);
  CHECK(migration.run_state() == "finished");
  CHECK(migration.events("run-finished").size() == 1);
}

TEST_CASE("a paused run whose next start is killed is still paused") {
  Migration migration;
  migration.on_both("CREATE TABLE bad (id int, payload text)");
  migration.source("INSERT INTO bad VALUES (1, 'one')");
  migration.move("bad");
  const auto first = migration.start_copy_stalled_at("after_claim");
  REQUIRE(wait_until_stalled(*first));
  migration.source("REVOKE SELECT ON bad FROM sluice_reader");
  first->send_signal(SIGCONT);
  REQUIRE(first->wait().exit_code == 3);
  REQUIRE(migration.run_state() == "paused: tables failed");
  CHECK(migration.events("table-failed").size() == 1);
  require_killed_at(migration, "before_start_commit");
  CHECK(migration.run_state() == "paused: tables failed");
  CHECK(migration.events("run-resumed").empty());
  CHECK(migration.target_value("SELECT state FROM sluice.run_table") == "failed");
}

TEST_CASE("verify refuses a run whose events were changed, removed or added") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy().exit_code == 0);
  REQUIRE(migration.sluice("verify").exit_code == 0);
  migration.target("CREATE TABLE whole AS SELECT * FROM sluice.event");
  const auto refused_after = [&migration](const std::string& sql) {
    migration.target("DELETE FROM sluice.event; INSERT INTO sluice.event SELECT * FROM whole");
    migration.target(sql);
    const RunResult verified = migration.sluice("verify");
    INFO(verified.out);
    CHECK(verified.exit_code == 3);
    return verified.err;
  };
  const auto is_named = [](const std::string& said, const std::string& what) {
    INFO(said);
    CHECK(said.find(what) != std::string::npos);
  };
  is_named(refused_after("UPDATE sluice.event SET body = replace(body, 'operator', 'anybody') "
                         "WHERE event_no = 1"),
           "event 1 of run ");
  is_named(refused_after("DELETE FROM sluice.event WHERE event_no = 1"), "event 2 of run ");
  is_named(refused_after("DELETE FROM sluice.event"), "has no events");
  is_named(refused_after("INSERT INTO sluice.event SELECT run_id, 4, at, 'run-resumed', '{}', "
                         "sha256, repeat('0', 64) FROM sluice.event WHERE event_no = 3"),
           "event 4 of run ");
}

TEST_CASE("nothing is read from a plan that somebody has changed in the ledger") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy().exit_code == 0);
  // A lost row that the plan's filter would leave out.
  migration.target("DELETE FROM t__side WHERE id = 1");
  REQUIRE(migration.sluice("verify").exit_code == 3);
  migration.target(R"(UPDATE sluice.run SET plan = replace(plan, '"same_names":',
      '"filter":{"column":"id","op":"<>","value":{"number":"1"}},"same_names":'))");
  const auto refuses = [&migration](const char* verb) {
    const RunResult refused = migration.sluice(verb);
    INFO(verb << "\n" << refused.out << refused.err);
    CHECK(refused.exit_code == 7);
    CHECK(refused.err.find("is not the one that the run was started with") != std::string::npos);
  };
  for (const char* verb : {"verify", "quarantine", "status", "copy"}) refuses(verb);
  // With a digest that fits, the first event still tells of another plan.
  migration.target(
      "UPDATE sluice.run SET plan_sha256 = encode(sha256(convert_to(plan, 'UTF8')), 'hex')");
  refuses("verify");
}

}  // namespace sluice::test
