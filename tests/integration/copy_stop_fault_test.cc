// Ctrl-C and SIGTERM: an orderly stop within seconds, in every part of a run; it goes on
// afterwards.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"

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

void finish(const Migration& migration) {
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
}

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
