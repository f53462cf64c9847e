// Servers that go away, answers that get lost, processes that freeze, and processes that work on
// one run together.
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>
#include <sys/types.h>

#include "integration/quarantine_fixture.h"
#include "integration/twins.h"
#include "support/migration.h"
#include "support/outcome.h"
#include "support/proxy.h"
#include "support/sql.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

/// Many batches in several ranges.
void make_table(Migration& migration) {
  const std::string columns = "(id int PRIMARY KEY, payload varchar(100))";
  migration.on_both("CREATE TABLE t " + columns);
  migration.source(migration.from() == From::postgresql
                       ? "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 15000) "
                         "n; ANALYZE"
                       : "INSERT INTO t SELECT seq, repeat('x', 90) FROM seq_1_to_15000");
  if (migration.from() != From::postgresql) migration.source("ANALYZE TABLE t");
  migration.move("t");
}

void check_result(const Migration& migration) {
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "15000");
  CHECK(migration.run_state() == "finished");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
}

void check_ended(Process& process, int code) {
  const RunResult result = process.wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
}

/// The target's process that flushes what was committed; 0 while the server is not there.
pid_t wal_writer_of(const Migration& migration) {
  try {
    return std::stoi(migration.target_value(
        "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE backend_type = 'walwriter'"));
  } catch (const std::runtime_error&) {
    return 0;
  }
}

/// A copy that a second process has joined, both of which stand still after a batch.
struct TwoAtWork {
  Migration migration;
  std::unique_ptr<Process> first;
  std::unique_ptr<Process> second;

  TwoAtWork() {
    make_table(migration);
    first = copy_stalled_at(migration, "after_commit:1");
    second = copy_stalled_at(migration, "after_commit:1", {"--join"});
  }
};

}  // namespace

TEST_CASE("the answer to any COMMIT may get lost") {
  // The first ones create ledger, run and tables; then come batches.
  const int nth = GENERATE(1, 4, 8, 12);
  CAPTURE(nth);
  Migration migration;
  make_table(migration);
  migration.limit("reconnect_seconds", 0);
  Proxy proxy(migration.target_database().server().port());
  migration.target_url(migration.target_url_by_port(proxy.port()));
  proxy.lose_answer_to("COMMIT", nth);
  const RunResult first = migration.copy();
  INFO(first.out << first.err);
  CHECK(proxy.lost());
  // A writer learns from the ledger what became of its batch; elsewhere a run that is not to wait
  // for its servers ends, and goes on.
  CHECK((first.exit_code == 0 || first.exit_code == 8));
  if (nth == 12) CHECK(first.exit_code == 0);
  if (first.exit_code != 0) finish(migration);
  check_result(migration);
}

TEST_CASE("the answer to each COMMIT gets lost once", "[long]") {
  for (int nth = 1; nth < 80; ++nth) {
    CAPTURE(nth);
    Migration migration;
    make_table(migration);
    Proxy proxy(migration.target_database().server().port());
    migration.target_url(migration.target_url_by_port(proxy.port()));
    proxy.lose_answer_to("COMMIT", nth);
    const RunResult first = migration.copy();
    INFO(first.out << first.err);
    CHECK((first.exit_code == 0 || first.exit_code == 8));
    if (first.exit_code != 0) finish(migration);
    check_result(migration);
    if (!proxy.lost()) break;  // there are no more of them
  }
}

TEST_CASE(
    "a target that restarts or crashes in mid-copy and is not waited for ends the run with 8, and "
    "it goes on") {
  const bool crash = GENERATE(false, true);
  CAPTURE(crash);
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  migration.limit("reconnect_seconds", 0);
  make_table(migration);
  const auto process = copy_stalled_at(migration, "after_load:5");
  if (crash) target.stop_immediately();
  target.restart();
  process->send_signal(SIGCONT);
  check_ended(*process, 8);
  finish(migration);
  check_result(migration);
}

TEST_CASE("commits that a crashed target had not on disk yet are lost with what the ledger knew") {
  PostgresServer target({"autovacuum=off", "bgwriter_lru_maxpages=0"});
  Migration migration(PostgresServer::shared(), target);
  migration.limit("reconnect_seconds", 0);
  make_table(migration);
  CHECK(migration.copy_killed_at("after_commit:3").signal == SIGKILL);
  migration.target("CHECKPOINT");
  const auto batches = [&migration] {
    return std::stoi(migration.target_value("SELECT count(*) FROM sluice.batch"));
  };
  // Nobody writes commits to disk any more; when this process dies, the server begins anew.
  const pid_t wal_writer = wal_writer_of(migration);
  REQUIRE(wal_writer > 0);
  REQUIRE(kill(wal_writer, SIGSTOP) == 0);
  const auto process = copy_stalled_at(migration, "after_load:9");
  const int before = batches();
  CAPTURE(before);
  REQUIRE(kill(wal_writer, SIGKILL) == 0);
  REQUIRE(wait_until([&] {
    const pid_t now = wal_writer_of(migration);
    return now != 0 && now != wal_writer;
  }));
  CHECK(batches() < before);
  process->send_signal(SIGCONT);
  check_ended(*process, 8);
  finish(migration);
  check_result(migration);
}

TEST_CASE(
    "a source that goes away in mid-copy and is not waited for ends the run with 8, and it goes "
    "on") {
  const auto crash = [](auto&& source) {
    Migration migration(source, PostgresServer::shared());
    migration.limit("reconnect_seconds", 0);
    make_table(migration);
    const auto process = copy_stalled_at(migration, "after_read:5");
    source.stop_immediately();
    source.start();
    process->send_signal(SIGCONT);
    check_ended(*process, 8);
    finish(migration);
    check_result(migration);
  };
  SECTION("PostgreSQL") { crash(PostgresServer()); }
  SECTION("MariaDB") { crash(MariadbServer()); }
}

TEST_CASE("a server that cannot be reached is said to be so") {
  Migration migration;
  make_table(migration);
  migration.target_url("postgresql:///nowhere?host=/nonexistent&user=nobody");
  const RunResult result = migration.copy();
  INFO(result.err);
  CHECK(result.exit_code == 8);
}

TEST_CASE("a session that is led to another server than the plan's writes nothing") {
  PostgresServer target;
  PostgresServer other;
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  const Twins twins(target, other, target.user(), migration.target_database().name());
  Proxy proxy(target.port());
  migration.target_url(twins.url(proxy));
  const auto process = copy_stalled_at(migration, "before_cut_commit");
  proxy.lead_to(other.port());
  process->send_signal(SIGCONT);
  const RunResult led = process->wait();
  INFO(led.out << led.err);
  CHECK(led.exit_code == 7);
  CHECK(led.err.find("which the plan was made with") != std::string::npos);
  CHECK(PgSql(other.conninfo(migration.target_database().name()))
            .query("SELECT FROM pg_class WHERE relname LIKE '%side'")
            .empty());
  proxy.lead_to(target.port());
  finish(migration);
  check_result(migration);
}

TEST_CASE("decisions go to the server that the plan was made with, or nowhere") {
  PostgresServer target;
  PostgresServer other;
  Migration migration(PostgresServer::shared(), target);
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name varchar(20))");
  migration.target("ALTER TABLE t ALTER name TYPE varchar(3)");
  migration.source("INSERT INTO t VALUES (1, 'far too long')");
  migration.move("t");
  finish(migration);
  const Twins twins(target, other, target.user(), migration.target_database().name());
  Proxy proxy(target.port());
  migration.target_url(twins.url(proxy));
  const TempDir dir;
  const auto file = dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                                            about("t", 1, R"({"set": {"name": "one"}})") + "]}");
  // The first connection finds the run, the second takes it.
  proxy.lead_one_to(other.port(), 2);
  const RunResult led = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(led.out << led.err);
  CHECK(led.exit_code == 7);
  CHECK(led.err.find("which the plan was made with") != std::string::npos);
  const RunResult decided = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK(to_text(migration.target("SELECT * FROM t__side")) == "1 | one\n");
}

TEST_CASE("what a source role may do is asked of the server that the plan was made with") {
  PostgresServer source;
  PostgresServer other;
  Migration migration(source, PostgresServer::shared());
  make_table(migration);
  migration.read_as_superuser();
  const std::string database = migration.source_value("SELECT current_database()");
  const Twins twins(source, other, source.user(), database);
  PgSql(other.conninfo(database)).query("CREATE TABLE t (id int)");
  Proxy proxy(source.port());
  migration.source_url(twins.url(proxy));
  // The first connection reads the catalogue, the second asks what the role may do.
  proxy.lead_one_to(other.port(), 2);
  const RunResult led = migration.copy();
  INFO(led.out << led.err);
  CHECK(led.exit_code == 7);
  CHECK(led.err.find("which the plan was made with") != std::string::npos);
}

TEST_CASE("a process that wakes up after it was taken over writes nothing and says so") {
  const std::string point =
      GENERATE("after_claim", "after_map:3", "before_commit:4", "before_step_commit");
  CAPTURE(point);
  Migration migration;
  make_table(migration);
  const auto stale = copy_stalled_at(migration, point);
  // What keepalives do when a machine is frozen: the server lets its sessions go.
  migration.cut_target_sessions();
  finish(migration);
  const std::string events = migration.target_value("SELECT count(*) FROM sluice.event");
  stale->send_signal(SIGCONT);
  const RunResult woken = stale->wait();
  INFO(woken.out << woken.err);
  CHECK(woken.exit_code == 6);
  CHECK(woken.err.find("was taken over by another process") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.event") == events);
  check_result(migration);
}

TEST_CASE("a run that somebody works on is refused, and its holder is named") {
  Migration migration;
  make_table(migration);
  const auto first = copy_stalled_at(migration, "after_commit:2");
  const RunResult second = migration.copy();
  INFO(second.err);
  CHECK(second.exit_code == 6);
  CHECK(second.err.find(fmt::format("process {} of", first->pid())) != std::string::npos);
  CHECK(second.err.find("--join") != std::string::npos);
  first->send_signal(SIGCONT);
  check_ended(*first, 0);
  check_result(migration);
}

TEST_CASE("two processes copy one run together") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_table(migration);
  const auto first = copy_stalled_at(migration, "after_commit:3");
  const auto second = migration.start_copy({"--join"});
  // The second takes what the first has not begun, and waits for the rest.
  REQUIRE(wait_until([&] {
    return migration.target_value("SELECT count(DISTINCT process_id) FROM sluice.batch") == "2";
  }));
  first->send_signal(SIGCONT);
  check_ended(*second, 0);
  check_ended(*first, 0);
  check_result(migration);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.process WHERE ended_at IS NULL") ==
        "0");
}

TEST_CASE("a process that joins when the point in time has gone reads at one of its own") {
  Migration migration;
  make_table(migration);
  // One writer, which stands between two transactions: another could hold its range for a minute.
  migration.limit("writers", 1);
  const auto first = copy_stalled_at(migration, "after_map:3");
  // What held the exported snapshot ends; the run is still held in the target.
  migration.source(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = "
      "current_database() AND pid <> pg_backend_pid()");
  migration.source("UPDATE t SET payload = 'changed' WHERE id % 100 = 0");
  migration.age_leases();
  const RunResult second = migration.copy({"--join"});
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.range WHERE NOT done") == "0");
  // The first connects again, and has the last word on what is of which time.
  first->send_signal(SIGCONT);
  check_ended(*first, 0);
  check_result(migration);
  CHECK(migration.target_value("SELECT count(DISTINCT snapshot_no) FROM sluice.batch WHERE NOT "
                               "superseded") == "1");
}

TEST_CASE("a run whose point in time died with its process goes on with those that joined") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_table(migration);
  // One writer, which stands between two transactions: another could hold its range for a minute.
  migration.limit("writers", 1);
  const auto exporter = copy_stalled_at(migration, "after_map:3");
  const auto joined = copy_stalled_at(migration, "after_commit:1", {"--join"});
  exporter->send_signal(SIGKILL);
  CHECK(exporter->wait().signal == SIGKILL);
  migration.source(
      "UPDATE t SET payload = 'changed' WHERE id % 100 = 0; DELETE FROM t WHERE id = 7;"
      "INSERT INTO t VALUES (15001, 'new')");
  // What it held is free at once for this test, and in a minute otherwise.
  migration.target(fmt::format(
      "UPDATE sluice.range SET lease_until = now() - interval '1 second' WHERE owner = (SELECT "
      "process_id FROM sluice.process WHERE pid = {})",
      exporter->pid()));
  const auto late = migration.start_copy({"--join"});
  REQUIRE(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM sluice.batch WHERE snapshot_no = (SELECT max(snapshot_no) "
               "FROM sluice.snapshot) AND snapshot_no > 1") != "0";
  }));
  joined->send_signal(SIGCONT);
  check_ended(*joined, 0);
  check_ended(*late, 0);
  // Every range is copied, and nobody is left who could say what is of which time.
  CHECK(migration.target_value("SELECT count(*) FROM sluice.range WHERE NOT done") == "0");
  CHECK(migration.run_state() == "running");
  CHECK(migration.copy({"--join"}).exit_code == 2);
  finish(migration);
  check_result(migration);
  CHECK(migration.target_value("SELECT count(DISTINCT snapshot_no) FROM sluice.batch WHERE NOT "
                               "superseded") == "1");
}

TEST_CASE("a process that joins while the other finishes ends in good order") {
  Migration migration;
  make_table(migration);
  const auto first = copy_stalled_at(migration, "after_commit:3");
  const auto second = copy_stalled_at(migration, "before_snapshot", {"--join"});
  first->send_signal(SIGCONT);
  check_ended(*first, 0);
  second->send_signal(SIGCONT);
  check_ended(*second, 0);
  CHECK(second->err().find("which is finished") != std::string::npos);
  check_result(migration);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.process WHERE ended_at IS NULL") ==
        "0");
}

TEST_CASE("the ranges of a process that died are copied by the other") {
  Migration migration;
  make_table(migration);
  // One writer, which stands between two transactions: another could hold its range for a minute.
  migration.limit("writers", 1);
  const auto first = copy_stalled_at(migration, "after_commit:1");
  RunOptions options;
  options.env = {{"SLUICE_KILL_AT", "after_load:2"}};
  const RunResult dead = migration.copy({"--join"}, options);
  INFO(dead.out << dead.err);
  REQUIRE(dead.signal == SIGKILL);
  migration.age_leases();
  first->send_signal(SIGCONT);
  check_ended(*first, 0);
  check_result(migration);
}

TEST_CASE("a frozen process whose lease ran out loses its ranges and no row") {
  Migration migration;
  make_table(migration);
  // One writer, which stands between two transactions: others would hold theirs for a minute.
  migration.limit("readers", 1);
  migration.limit("writers", 1);
  const auto frozen = copy_stalled_at(migration, "after_map:3");
  migration.age_leases();
  const RunResult helper = migration.copy({"--join"});
  INFO(helper.out << helper.err);
  CHECK(helper.exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.range WHERE NOT done") == "0");
  frozen->send_signal(SIGCONT);
  check_ended(*frozen, 0);
  check_result(migration);
}

TEST_CASE("a process that joined and is asked to stop leaves the run to the other") {
  const TwoAtWork two;
  const auto& [migration, first, second] = two;
  second->send_signal(SIGINT);
  second->send_signal(SIGCONT);
  check_ended(*second, 130);
  CHECK(migration.run_state() == "running");
  first->send_signal(SIGCONT);
  check_ended(*first, 0);
  check_result(migration);
}

TEST_CASE("a process that joined says that nobody builds the indexes when the other has stopped") {
  const TwoAtWork two;
  const auto& [migration, first, second] = two;
  first->send_signal(SIGINT);
  first->send_signal(SIGCONT);
  check_ended(*first, 130);
  second->send_signal(SIGCONT);
  check_ended(*second, 0);
  CHECK(second->err().find("which is stopped: nobody builds the indexes") != std::string::npos);
  CHECK(second->out().find("Next: sluice copy") != std::string::npos);
  finish(migration);
  check_result(migration);
}

}  // namespace sluice::test
