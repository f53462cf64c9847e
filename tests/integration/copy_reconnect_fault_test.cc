// Servers that go away for a while: the same process goes on when they are back.
#include <chrono>
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"

namespace sluice::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Many batches in several ranges.
void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload varchar(100))");
  migration.source(migration.from() == From::postgresql
                       ? "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 15000) "
                         "n; ANALYZE"
                       : "INSERT INTO t SELECT seq, repeat('x', 90) FROM seq_1_to_15000; "
                         "ANALYZE TABLE t");
  migration.move("t");
}

void check_went_on(const Migration& migration, Process& process) {
  const RunResult result = process.wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("tries again in 1 s") != std::string::npos);
  CHECK(result.err.find("goes on where it stopped") != std::string::npos);
  CHECK(migration.table_difference("t", "id, payload") == "");
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == "15000");
  CHECK(migration.run_state() == "finished");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run") == "1");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.process WHERE ended_at IS NULL") ==
        "0");
}

void check_finishes(const Migration& migration) {
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  CHECK(done.exit_code == 0);
  CHECK(migration.table_difference("t", "id, payload") == "");
}

}  // namespace

TEST_CASE("a copy goes on by itself when its target is back after a restart or a crash") {
  const std::string point = GENERATE("after_load:5", "before_step_commit");
  const bool crash = GENERATE(false, true);
  CAPTURE(point, crash);
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  const auto process = migration.start_copy_stalled_at(point);
  REQUIRE(wait_until_stalled(*process));
  if (crash) target.stop_immediately();
  target.restart();
  process->send_signal(SIGCONT);
  check_went_on(migration, *process);
}

TEST_CASE("a copy goes on by itself when its source is back, with what the source holds then") {
  const auto go_away = [](auto& server) {
    Migration migration(server, PostgresServer::shared());
    make_table(migration);
    const auto process = migration.start_copy_stalled_at("after_read:5");
    REQUIRE(wait_until_stalled(*process));
    server.restart();
    // Among others rows that were copied before the restart.
    migration.source("UPDATE t SET payload = 'new' WHERE id % 100 = 7");
    process->send_signal(SIGCONT);
    check_went_on(migration, *process);
    CHECK(migration.target_value("SELECT count(*) FROM t__side WHERE payload = 'new'") == "150");
  };
  SECTION("MariaDB") {
    MariadbServer server;
    go_away(server);
  }
  SECTION("PostgreSQL") {
    PostgresServer server;
    go_away(server);
  }
}

TEST_CASE("a server that stays away ends the copy with 8 after the agreed time") {
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  migration.limit("reconnect_seconds", 3);
  make_table(migration);
  const auto process = migration.start_copy_stalled_at("after_load:5");
  REQUIRE(wait_until_stalled(*process));
  target.stop();
  const auto begin = Clock::now();
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 8);
  CHECK(Clock::now() - begin >= std::chrono::seconds(3));
  CHECK(result.err.find("tries again in 1 s, gives up after 3 s") != std::string::npos);
  CHECK(result.err.find("target: cannot connect") != std::string::npos);
  CHECK(result.err.find("waited 3 s for it") != std::string::npos);
  CHECK(result.err.find("'sluice copy --config ") != std::string::npos);
  target.start();
  check_finishes(migration);
}

TEST_CASE("a person who does not want to wait for a server ends the copy at once") {
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  const auto process = migration.start_copy_stalled_at("after_load:5");
  REQUIRE(wait_until_stalled(*process));
  target.stop();
  process->send_signal(SIGCONT);
  REQUIRE(process->wait_for_output("tries again in 4 s"));
  const auto begin = Clock::now();
  process->send_signal(SIGINT);
  const RunResult result = process->wait();
  CHECK(Clock::now() - begin < std::chrono::seconds(1));
  CHECK(result.signal == SIGINT);  // 130 in a shell
  target.start();
  check_finishes(migration);
}

TEST_CASE("a run that goes on after a lost connection still stops in order") {
  Migration migration;
  make_table(migration);
  migration.target(
      "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM "
      "pg_sleep(0.1); RETURN $1; END';"
      "CREATE INDEX by_slow ON t (slow(id))");
  const auto process = migration.start_copy_stalled_at("after_load:5");
  REQUIRE(wait_until_stalled(*process));
  migration.cut_target_sessions();
  process->send_signal(SIGCONT);
  REQUIRE(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%slow%' AND "
               "state = 'active' AND datname = current_database()") != "0" ||
           !process->running();
  }));
  process->send_signal(SIGTERM);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 143);
  CHECK(result.err.find("tries again in 1 s") != std::string::npos);
  CHECK(result.out.find("Next: sluice copy --config ") != std::string::npos);
  migration.target(
      "CREATE OR REPLACE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN "
      "RETURN $1; END'");
  check_finishes(migration);
}

TEST_CASE("a server that is down from the start is not waited for") {
  Migration migration;
  make_table(migration);
  migration.target_url("postgresql:///nowhere?host=/nonexistent&user=nobody");
  const auto begin = Clock::now();
  const RunResult result = migration.copy();
  INFO(result.err);
  CHECK(result.exit_code == 8);
  CHECK(Clock::now() - begin < std::chrono::seconds(5));
  CHECK(result.err.find("sluice: target: cannot connect") != std::string::npos);
  CHECK(result.err.find("hint: see whether the server runs") != std::string::npos);
  CHECK(result.err.find("tries again") == std::string::npos);
}

}  // namespace sluice::test
