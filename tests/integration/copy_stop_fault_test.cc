// Ctrl-C and SIGTERM: an orderly stop within seconds, in every part of a run; it goes on
// afterwards.
#include <csignal>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Clock = std::chrono::steady_clock;
/// Generous for a machine that does other work; without a stop every test here would take minutes.
constexpr std::chrono::seconds kSoon{15};

void check_stops(Process& process, int signal) {
  const auto asked = Clock::now();
  process.send_signal(signal);
  process.send_signal(SIGCONT);
  const RunResult stopped = process.wait();
  INFO(stopped.out << stopped.err);
  CHECK(Clock::now() - asked < kSoon);
  CHECK(stopped.exit_code == 128 + signal);
  CHECK(stopped.err.find("the same command goes on from here") != std::string::npos);
}

/// A copy whose target stops answering in the middle of a batch.
class BlackHole {
 public:
  BlackHole() {
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
    migration.source(
        "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 15000) n; ANALYZE");
    migration.move("t");
    migration.target_url(migration.target_url_by_port(proxy.port()));
    process = migration.start_copy_stalled_at("after_load:4");
    REQUIRE(wait_until_stalled(*process));
    proxy.stall();
    asked = Clock::now();
    process->send_signal(SIGINT);
    process->send_signal(SIGCONT);
  }
  /// The run goes on, row for row, when the server is back.
  void check_goes_on() {
    proxy.go_on();
    RunResult done;
    static_cast<void>(wait_until([&] {
      done = migration.copy();
      return done.exit_code != 6;  // the server has not noticed yet
    }));
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(migration.table_difference("t", "id, payload") == "");
  }

  Migration migration;
  Proxy proxy{migration.target_database().server().port()};
  std::unique_ptr<Process> process;
  Clock::time_point asked;
};

}  // namespace

TEST_CASE("a signal in mid-copy stops between batches") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  CAPTURE(signal);
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
  migration.source(
      "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 15000) n; ANALYZE");
  migration.move("t");
  const auto process = migration.start_copy_stalled_at("after_load:4");
  REQUIRE(wait_until_stalled(*process));
  check_stops(*process, signal);
  CHECK(migration.run_state() == "stopped: stopped by a signal");
  CHECK(migration.target_value("SELECT count(*) < 15000 FROM t__side") == "t");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.range WHERE owner IS NOT NULL AND NOT "
                               "done") == "0");
  finish(migration);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

TEST_CASE("a signal ends a long index build") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
  migration.target(
      "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_sleep(0.1); RETURN $1; END';"
      "CREATE INDEX by_slow ON t (slow(id))");
  migration.source("INSERT INTO t SELECT n, 'x' FROM generate_series(1, 2000) n");
  migration.move("t");
  const auto process = migration.start_copy();
  REQUIRE(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE "
               "'CREATE INDEX%slow%' AND state = 'active' AND datname = "
               "current_database()") != "0" ||
           !process->running();
  }));
  // Where nobody watches a terminal, a new stage is said too.
  CHECK(process->wait_for_output("building indexes and constraints", std::chrono::seconds(10)));
  check_stops(*process, SIGINT);
  migration.target(
      "CREATE OR REPLACE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN "
      "RETURN "
      "$1; END'");
  finish(migration);
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(migration.target_value("SELECT count(*) FROM pg_indexes WHERE tablename = 't__side'") ==
        "2");
}

TEST_CASE("a second Ctrl-C ends a copy at once and says that it goes on") {
  BlackHole hole;
  CHECK_FALSE(hole.process->wait_for_output("ended at once", std::chrono::milliseconds(1500)));
  hole.process->send_signal(SIGINT);
  const RunResult ended = hole.process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - hole.asked < std::chrono::seconds(8));
  CHECK(ended.exit_code == 130);
  CHECK(ended.err.find("asked twice") != std::string::npos);
  CHECK(ended.err.find("what was committed stays; 'sluice copy --config ") != std::string::npos);
  hole.check_goes_on();
}

TEST_CASE("a signal is obeyed within seconds when a server does not answer any more") {
  BlackHole hole;
  const RunResult ended = hole.process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - hole.asked < std::chrono::seconds(25));
  CHECK(ended.exit_code == 130);
  CHECK(ended.err.find("did not answer when it was asked to stop") != std::string::npos);
  hole.check_goes_on();
}

TEST_CASE("a signal is obeyed while a copy waits for the ledger's lock or a catalogue") {
  const bool in_catalogue = GENERATE(true, false);
  CAPTURE(in_catalogue);
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  Proxy proxy(migration.target_database().server().port());
  PgSql other(migration.target_database().conninfo());
  if (in_catalogue) {
    proxy.stall();
    migration.target_url(migration.target_url_by_port(proxy.port()));
  } else {
    other.query("SELECT pg_advisory_lock(7311145903241772)");
  }
  const auto process = migration.start_copy();
  if (in_catalogue) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
  } else {
    REQUIRE(wait_until([&] {
      return migration.target_value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
    }));
  }
  const auto asked = Clock::now();
  process->send_signal(SIGINT);
  const RunResult ended = process->wait();
  CHECK(Clock::now() - asked < std::chrono::seconds(5));
  CHECK(ended.signal == SIGINT);
}

TEST_CASE("a signal is obeyed while verify waits for a server that does not answer") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t SELECT generate_series(1, 100)");
  migration.move("t");
  Proxy proxy(migration.target_database().server().port());
  migration.target_url(migration.target_url_by_port(proxy.port()));
  finish(migration);
  // Verify reads the table's rows under a lock that it does not get.
  PgSql other(migration.target_database().conninfo());
  other.query("BEGIN; LOCK TABLE t__side IN ACCESS EXCLUSIVE MODE");
  const auto process = migration.start("verify");
  REQUIRE(wait_until([&] {
    return migration.target_value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
  }));
  proxy.stall();
  const auto asked = Clock::now();
  process->send_signal(SIGTERM);
  const RunResult ended = process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - asked < std::chrono::seconds(12));
  CHECK(ended.exit_code == 143);
}

TEST_CASE("a signal before the first batch leaves a run that goes on") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.on_both(
      "CREATE TABLE t (id int PRIMARY KEY, payload varchar(100));"
      "CREATE TABLE u (id int PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES (1, 'x')");
  migration.move("t");
  migration.move("u");
  const auto process = migration.start_copy_stalled_at("after_claim");
  REQUIRE(wait_until_stalled(*process));
  check_stops(*process, SIGTERM);
  finish(migration);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

}  // namespace sluice::test
