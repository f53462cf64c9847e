// How a copy begins: what it refuses and why, and what becomes of a second start.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"

namespace sluice::test {
namespace {

void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
  migration.source("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
  migration.move("t");
}

/// The exit code and a piece of what is said.
void check_says(const RunResult& result, int code, const std::string& text) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK((result.out + result.err).find(text) != std::string::npos);
}

}  // namespace

TEST_CASE("a finished run that is started again says so and does nothing") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy(), 0, "Next: sluice verify");
  const std::string before = migration.target_value("SELECT count(*) FROM sluice.event");
  migration.source("INSERT INTO t VALUES (3, 'three')");
  check_says(migration.copy(), 0, "nothing to do");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.event") == before);
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "2");
}

TEST_CASE("a changed config is refused by name") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  migration.forget_tables();
  migration.move("t", "t", "", R"({"columns": {"id": "id"}, "drop": [{"column": "payload",
      "lossy": true, "reason": "nobody needs it"}]})");
  check_says(migration.copy(), 7, "config: ");
  migration.forget_tables();
  migration.move("t");
  check_says(migration.copy(), 0, "Next: ");
}

TEST_CASE("a changed table of the target is refused by name") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  migration.target("ALTER TABLE t ALTER payload TYPE varchar(120)");
  check_says(migration.copy(), 7, "target public.t: column payload");
  migration.target("ALTER TABLE t ALTER payload TYPE varchar(100)");
  check_says(migration.copy(), 0, "Next: ");
}

TEST_CASE("a table that changes while it is copied is found at the end") {
  Migration migration;
  make_table(migration);
  const auto process = migration.start_copy_stalled_at("after_commit");
  REQUIRE(wait_until_stalled(*process));
  migration.target("ALTER TABLE t ADD COLUMN late int");
  process->send_signal(SIGCONT);
  check_says(process->wait(), 7, "column late");
  CHECK(migration.run_state().starts_with("paused: "));
  check_says(migration.sluice("status"), 0, "put back what has changed");
  migration.target("ALTER TABLE t DROP COLUMN late");
  check_says(migration.copy(), 0, "Next: ");
}

TEST_CASE("a new run begins anew even where nothing but the rows has changed") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy(), 0, "Next: ");
  migration.source("UPDATE t SET payload = 'later'");
  check_says(migration.copy(), 0, "nothing to do");
  const std::string first = migration.target_value("SELECT run_id FROM sluice.run");
  CHECK(migration.sluice("verify").exit_code == 3);
  check_says(migration.copy({"--new-run", "--dry-run"}), 0, "DROP TABLE \"public\".\"t__side\";\n");
  CHECK(migration.target_value("SELECT payload FROM t__side WHERE id = 1") == "one");
  // Somebody who only plans learns whose table is there.
  const RunResult planned = migration.sluice("plan");
  check_says(planned, 0, "warning: public.t__side: run " + first + " has made this table already");
  check_says(planned, 0, "copy --new-run drops it");
  const RunResult anew = migration.copy({"--new-run"});
  check_says(anew, 0, "1 table(s) of run " + first + " are dropped and made anew: public.t__side");
  CHECK(anew.err.find("side-table-exists") == std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.verification") == "1");
  CHECK(migration.target_value("SELECT body::json->'tables'->>0 FROM sluice.event WHERE kind = "
                               "'side-tables-dropped' AND run_id = '" +
                               first + "'") == "public.t__side");
  // The first has no tables any more, and says so to whoever comes back to it.
  CHECK(migration.target_value("SELECT reason LIKE 'its side tables were dropped for run %' FROM "
                               "sluice.run WHERE state = 'failed' AND run_id = '" +
                               first + "'") == "t");
  CHECK(migration.run_state() == "finished");
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("a run whose side tables were being dropped is not finished any more") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy(), 0, "Next: ");
  RunOptions options;
  options.env = {{"SLUICE_KILL_AT", "after_drop"}};
  CHECK(migration.copy({"--new-run"}, options).signal == SIGKILL);
  const RunResult again = migration.copy();
  INFO(again.out << again.err);
  CHECK(again.exit_code != 0);
  CHECK(again.err.find("nothing to do") == std::string::npos);
  check_says(migration.copy({"--new-run"}), 0, "Next: ");
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("a plan whose side tables another config's run has made is told how to begin anew") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy(), 0, "Next: ");
  const std::string first = migration.target_value("SELECT run_id FROM sluice.run");
  migration.member("name", "\"other\"");
  const RunResult refused = migration.copy();
  check_says(refused, 2, "public.t__side: run " + first + " has made this table already");
  check_says(refused, 2, "copy --new-run drops it");
  CHECK(refused.err.find("DROP TABLE") == std::string::npos);
  check_says(migration.copy({"--new-run"}), 0, "Next: ");
}

TEST_CASE("a new run drops nothing that others use, hold, or have made") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy(), 0, "Next: ");
  const auto check_refused = [&](int code, const std::string& said) {
    check_says(migration.copy({"--new-run"}), code, said);
    CHECK(migration.target_value("SELECT count(*) FROM t__side") == "2");
    CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
  };
  migration.target("CREATE VIEW report AS SELECT * FROM t__side");
  check_refused(2, "public.report needs this table");
  migration.target("DROP VIEW report; CREATE TABLE mine (t int REFERENCES t__side)");
  check_refused(2, "public.mine needs this table");
  migration.target("DROP TABLE mine; CREATE TABLE mine () INHERITS (t__side)");
  check_refused(2, "public.mine needs this table");
  migration.target(
      "DROP TABLE mine; CREATE FUNCTION mine(t__side) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  check_refused(2, "function public.mine(public.t__side) needs this table");
  migration.target("DROP FUNCTION mine");
  migration.target(
      "DO $$ BEGIN EXECUTE format('COMMENT ON TABLE t__side IS %L', 'sluice run 20200101'); END "
      "$$");
  check_refused(2, R"(DROP TABLE "public"."t__side")");
}

TEST_CASE("a new run waits for nobody who works on an earlier one, and leaves it alone") {
  Migration migration;
  make_table(migration);
  const auto process = migration.start_copy_stalled_at("after_commit");
  REQUIRE(wait_until_stalled(*process));
  check_says(migration.copy({"--new-run"}), 6, "is held by another process");
  process->send_signal(SIGCONT);
  check_says(process->wait(), 0, "Next: ");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
}

TEST_CASE("another server in the place of the planned one is refused") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  const Migration other;
  other.source("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
  migration.source_url(other.config_json().substr(
      other.config_json().find("postgresql:///"),
      other.config_json().find("\"", other.config_json().find("postgresql:///")) -
          other.config_json().find("postgresql:///")));
  check_says(migration.copy(), 7, "source server: database");
}

TEST_CASE("a source role that can delete is refused, or the override is on record") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_table(migration);
  migration.read_as_superuser();
  check_says(migration.copy(), 4, "the source role can change the rows");
  CHECK(migration.target_value("SELECT to_regclass('sluice.run') IS NULL") == "t");
  migration.member("allow",
                   R"({"source_can_delete": {"reason": "no other role", "person": "Ada"}})");
  check_says(migration.copy(), 0, "Next: ");
  const auto overrides = migration.events("override-source-can-delete");
  REQUIRE(overrides.size() == 1);
  CHECK(overrides.front().find(R"("person":"Ada")") != std::string::npos);
  CHECK(overrides.front().find(R"("reason":"no other role")") != std::string::npos);
}

TEST_CASE("too little room on the target's disk pauses the run") {
  Migration migration;
  make_table(migration);
  migration.limit("min_free_bytes", 1ULL << 49);
  check_says(migration.copy(), 9, "MiB free");
  CHECK(migration.run_state().starts_with("paused: "));
  check_says(migration.sluice("status"), 0, "make room on the target's disk");
  check_says(migration.sluice("status"), 0, "Next: sluice copy ");
  migration.limit("min_free_bytes", 1);
  check_says(migration.copy(), 0, "Next: ");
}

TEST_CASE("where the target's disk cannot be watched, the run says how much room it needs") {
  Migration migration;
  make_table(migration);
  migration.limit("min_free_bytes", 5ULL << 20);
  const RunResult seen = migration.copy();
  check_says(seen, 0, "Next: ");
  CHECK(seen.err.find("see to it") == std::string::npos);

  Migration over_tcp;
  make_table(over_tcp);
  over_tcp.limit("min_free_bytes", 5ULL << 20);
  over_tcp.target_url(over_tcp.target_url_by_port(over_tcp.target_database().server().port()));
  const RunResult unseen = over_tcp.copy();
  check_says(unseen, 0, "the target's disk cannot be watched from here: see to it that");
  check_says(unseen, 0, "Next: ");
}

TEST_CASE("tables that are not there, and tables that nobody named, are findings") {
  Migration migration;
  make_table(migration);
  migration.source("CREATE TABLE forgotten (id int PRIMARY KEY)");
  check_says(migration.copy(), 2, "unmapped-source-table");
  migration.leave("forgotten");
  migration.move("nowhere", "t2");
  check_says(migration.copy(), 2, "unknown-source-table");
}

TEST_CASE("a side table that belongs to somebody else is not touched") {
  Migration migration;
  make_table(migration);
  migration.target("CREATE TABLE t__side (mine int)");
  const RunResult refused = migration.copy();
  check_says(refused, 2, "side-table-exists");
  check_says(refused, 2, "no run that is known here has made it");
  check_says(refused, 2, R"(DROP TABLE "public"."t__side")");
  CHECK(refused.err.find("--new-run") == std::string::npos);
  check_says(migration.sluice("plan"), 0, "no run that is known here has made it");
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "0");
  migration.target("DROP TABLE t__side");
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  migration.target("DROP TABLE t__side");
  check_says(migration.copy(), 7, "t__side is gone");
}

TEST_CASE("comments that change before the side tables are made do not stop the run") {
  Migration migration;
  make_table(migration);
  migration.target("COMMENT ON COLUMN t.id IS 'old words'");
  REQUIRE(migration.copy_killed_at("before_side_commit").signal == SIGKILL);
  migration.target("COMMENT ON COLUMN t.id IS 'new words'");
  check_says(migration.copy(), 0, "Next: ");
  CHECK(migration.target_value("SELECT col_description('t__side'::regclass, 1)") == "old words");
}

TEST_CASE("joining needs a run that somebody works on") {
  Migration migration;
  make_table(migration);
  check_says(migration.copy({"--join"}), 2, "there is no run to join");
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  check_says(migration.copy({"--join"}), 2, "there is no run to join");
  check_says(migration.copy(), 0, "Next: ");
  check_says(migration.copy({"--join"}), 0, "nothing to do");
}

TEST_CASE("whoever goes on with a run, or helps it, is on record, not who began it") {
  Migration migration;
  make_table(migration);
  RunOptions killed;
  killed.env = {{"SLUICE_KILL_AT", "after_commit"}};
  REQUIRE(migration.copy({"--operator", "Alice"}, killed).signal == SIGKILL);
  const auto second = migration.start_copy_stalled_at("before_step_commit", {"--operator", "Bob"});
  REQUIRE(wait_until_stalled(*second));
  const auto third = migration.start_copy({"--join", "--operator", "Cid"});
  REQUIRE(wait_until([&] { return !migration.events("process-joined").empty(); }));
  second->send_signal(SIGCONT);
  check_says(second->wait(), 0, "Next: ");
  check_says(third->wait(), 0, "Next: ");
  CHECK(
      to_text(migration.target("SELECT kind, body::json->>'operator', (body::json->>"
                               "'tool_version') = tool_version FROM sluice.event JOIN sluice.run "
                               "USING (run_id) WHERE body LIKE '%operator%' ORDER BY event_no")) ==
      "run-started | Alice | t\nrun-resumed | Bob | t\nprocess-joined | Cid | t\n");
}

TEST_CASE("two first starts at the same moment are one run") {
  Migration migration;
  make_table(migration);
  const auto one = migration.start_copy_stalled_at("before_start_commit");
  REQUIRE(wait_until_stalled(*one));
  const auto two = migration.start_copy();
  // The second looks for a run while the first, which nobody can see yet, is being made.
  REQUIRE(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = "
               "current_database() AND wait_event = 'advisory'") == "1";
  }));
  one->send_signal(SIGCONT);
  const int first = one->wait().exit_code;
  const int second = two->wait().exit_code;
  CAPTURE(first, second);
  CHECK(first == 0);
  CHECK((second == 0 || second == 6));
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
  CHECK(migration.table_difference("t", "id, payload") == "");
}

TEST_CASE("a dry run prints the SQL and writes nothing") {
  Migration migration;
  make_table(migration);
  const RunResult dry = migration.copy({"--dry-run"});
  CHECK(dry.exit_code == 0);
  CHECK(dry.out.find("CREATE TABLE \"public\".\"t__side\"") != std::string::npos);
  CHECK(
      migration.target_value("SELECT to_regclass('sluice.run') IS NULL AND to_regclass('t__side') "
                             "IS NULL") == "t");
}

TEST_CASE("the event chain of a run is whole and tells its story") {
  Migration migration;
  make_table(migration);
  REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
  check_says(migration.copy(), 0, "Next: ");
  CHECK(to_text(migration.target("SELECT string_agg(kind, ' ' ORDER BY event_no) FROM "
                                 "sluice.event")) ==
        "run-started run-resumed older-batches-checked run-finished\n");
  // Each event holds the hash of the one before.
  CHECK(
      migration.target_value(
          "SELECT count(*) FROM sluice.event e LEFT JOIN sluice.event b ON b.run_id = e.run_id AND "
          "b.event_no = e.event_no - 1 WHERE e.previous_sha256 <> coalesce(b.sha256, '')") == "0");
}

}  // namespace sluice::test
