// Cutover and rollback in bad company: kills, locks, lost answers, other operators, readers.
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "integration/cutover_fixture.h"
#include "integration/kill_points.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

const std::vector<std::string> kCutoverPoints{"cutover_before_locks",  "cutover_looked",
                                              "cutover_locked",        "cutover_renamed",
                                              "cutover_before_commit", "cutover_after_commit"};
const std::vector<std::string> kRollbackPoints{"rollback_before_locks", "rollback_locked",
                                               "rollback_renamed", "rollback_before_commit",
                                               "rollback_after_commit"};
const std::vector<std::string> kDiscardPoints{"discard_dropped"};

TEST_CASE("the lists of a swap's kill points have every point of the source") {
  CHECK(points_listed({kCutoverPoints, kRollbackPoints, kDiscardPoints}) ==
        points_of("src/cutover"));
}

TEST_CASE("a cutover that is killed has happened whole, or not at all") {
  const std::string point = GENERATE(from_range(kCutoverPoints));
  CAPTURE(point);
  Migration migration;
  make_pair(migration);
  add_referrers(migration);
  copy_and_verify(migration);
  const std::string before = live_schema(migration);
  const RunResult killed = migration.sluice("cutover", {}, at("SLUICE_KILL_AT", point));
  REQUIRE(killed.signal == 9);
  const bool is_done = point == "cutover_after_commit";
  CHECK(rows_of(migration, "t") == (is_done ? kNewRows : kOldRows));
  CHECK(migration.target_value("SELECT n FROM seen") == (is_done ? "2" : "1"));
  CHECK(migration.events("cutover").size() == (is_done ? 1 : 0));
  CHECK(migration.target_value("SELECT state FROM sluice.run_table") ==
        (is_done ? "live" : "ready"));
  CHECK(migration.target_value("SELECT to_regclass('t__side') IS NULL") == (is_done ? "t" : "f"));
  if (is_done) {
    migration.target("ALTER TABLE other VALIDATE CONSTRAINT other_t_id_fkey");
  } else {
    require_exit(when_free(migration, "cutover"), 0);
  }
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(rows_of(migration, "t") == kNewRows);
}

TEST_CASE("a rollback that is killed has happened whole, or not at all") {
  const std::string point = GENERATE(from_range(kRollbackPoints));
  CAPTURE(point);
  Migration migration;
  make_pair(migration);
  add_referrers(migration);
  copy_and_verify(migration);
  const std::string before = live_schema(migration);
  require_exit(migration.sluice("cutover"), 0);
  const RunResult killed = migration.sluice("rollback", {}, at("SLUICE_KILL_AT", point));
  REQUIRE(killed.signal == 9);
  const bool is_done = point == "rollback_after_commit";
  CHECK(rows_of(migration, "t") == (is_done ? kOldRows : kNewRows));
  CHECK(migration.target_value("SELECT n FROM seen") == (is_done ? "1" : "2"));
  CHECK(migration.events("rollback").size() == (is_done ? 1 : 0));
  if (is_done) {
    migration.target("ALTER TABLE other VALIDATE CONSTRAINT other_t_id_fkey");
  } else {
    require_exit(when_free(migration, "rollback"), 0);
  }
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(rows_of(migration, "t") == kOldRows);
}

TEST_CASE("a discard that is killed has dropped everything, or nothing") {
  const std::string point = GENERATE(from_range(kDiscardPoints));
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const std::string before = live_schema(migration);
  const std::vector<std::string> run{"--run",
                                     migration.target_value("SELECT run_id FROM sluice.run")};
  REQUIRE(migration.sluice("discard", run, at("SLUICE_KILL_AT", point)).signal == SIGKILL);
  CHECK(rows_of(migration, "t__side") == kNewRows);
  CHECK(migration.events("discarded").empty());
  require_exit(when_free(migration, "discard", run), 0);
  CHECK(migration.target_value("SELECT to_regclass('t__side') IS NULL") == "t");
  CHECK(migration.events("discarded").size() == 1);
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(rows_of(migration, "t") == kOldRows);
}

TEST_CASE("a cutover gives up where a session holds the table, and names it") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  PgSql blocker(migration.target_database().conninfo());
  blocker.query("BEGIN");
  const std::string pid = single_value(blocker.query("SELECT pg_backend_pid() FROM t LIMIT 1"));
  const std::vector<std::string> patience{"--lock-timeout", "100", "--retries", "1"};
  const RunResult busy = migration.sluice("cutover", patience);
  CHECK(busy.exit_code == 6);
  CHECK(busy.err.find("process " + pid) != std::string::npos);
  CHECK(busy.err.find("2 attempts") != std::string::npos);
  CHECK(migration.events("cutover").empty());
  // One that comes free while it tries.
  const auto process = migration.start("cutover", {"--lock-timeout", "100", "--retries", "50"});
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  blocker.query("COMMIT");
  require_exit(process->wait(), 0);
  CHECK(rows_of(migration, "t") == kNewRows);
}

TEST_CASE("a cutover that is ended at once names the command as it was given") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  PgSql blocker(migration.target_database().conninfo());
  blocker.query("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE");
  const auto process = migration.start("cutover", {"--operator", "Ann", "--lock-timeout", "60000"});
  REQUIRE(wait_until([&] {
    return migration.target_value(
               "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
               "'t'::regclass") != "0";
  }));
  process->send_signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  process->send_signal(SIGINT);
  const RunResult ended = process->wait();
  blocker.query("ROLLBACK");
  INFO(ended.out << ended.err);
  CHECK(ended.exit_code == 130);
  CHECK(ended.err.find("asked twice") != std::string::npos);
  CHECK(ended.err.find("'sluice cutover --config " + migration.config_file() +
                       " --operator Ann'") != std::string::npos);
  CHECK(rows_of(migration, "t") == kOldRows);
}

TEST_CASE("a second operator is refused while the first one cuts over") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const auto first = migration.start("cutover", {}, at("SLUICE_STALL_AT", "cutover_before_locks"));
  REQUIRE(wait_until_stalled(*first));
  CHECK(migration.sluice("cutover").exit_code == 6);
  first->send_signal(SIGCONT);
  require_exit(first->wait(), 0);
  CHECK(migration.events("cutover").size() == 1);
}

TEST_CASE("what is made while a cutover waits for its locks is not forgotten") {
  Migration migration;
  make_pair(migration);
  add_referrers(migration);
  copy_and_verify(migration);
  const auto process = migration.start("cutover", {}, at("SLUICE_STALL_AT", "cutover_looked"));
  REQUIRE(wait_until_stalled(*process));
  SECTION("it is bound to the new table") {
    migration.target("CREATE VIEW late AS SELECT count(*) AS n FROM t");
    process->send_signal(SIGCONT);
    require_exit(process->wait(), 0);
    CHECK(migration.target_value("SELECT n FROM late") == "2");
  }
  SECTION("it stands against the cutover") {
    migration.target("CREATE TABLE holder (one t)");
    process->send_signal(SIGCONT);
    CHECK(process->wait().exit_code == 3);
    CHECK(rows_of(migration, "t") == kOldRows);
    CHECK(migration.target_value("SELECT to_regclass('t_pkey') IS NOT NULL AND "
                                 "to_regclass('t_pkey__side') IS NOT NULL") == "t");
  }
}

TEST_CASE("a cutover whose COMMIT was not answered asks the ledger") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  Proxy proxy(PostgresServer::shared().port());
  migration.target_url(migration.target_url_by_port(proxy.port()));
  // Those before put the process on record, and end looks at the run.
  proxy.lose_answer_to("COMMIT", 4);
  const RunResult result = migration.sluice("cutover");
  CHECK(proxy.lost());
  require_exit(result, 0);
  CHECK(migration.events("cutover").size() == 1);
  CHECK(rows_of(migration, "t") == kNewRows);
}

TEST_CASE("readers see the old rows or the new ones, and wait at most") {
  Migration migration;
  make_pair(migration);
  add_referrers(migration);
  migration.target("CREATE VIEW nested AS SELECT s.n FROM seen s JOIN other o ON true");
  copy_and_verify(migration);
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> readers;
  for (const char* const sql :
       {"SELECT count(*) FROM t", "SELECT n FROM seen", "SELECT n FROM nested",
        "SELECT count(*) FROM other o RIGHT JOIN t ON t.id = o.t_id"}) {
    readers.emplace_back([&, sql] {
      PgSql session(migration.target_database().conninfo());
      while (!is_over) {
        try {
          const std::string seen = single_value(session.query(sql));
          if (seen != "1" && seen != "2") ++wrong;
        } catch (const std::exception&) {
          ++wrong;
        }
      }
    });
  }
  for (int round = 0; round < 3; ++round) {
    require_exit(migration.sluice("cutover", {"--retries", "100"}), 0);
    require_exit(migration.sluice("rollback", {"--retries", "100"}), 0);
    require_exit(migration.sluice("verify"), 0);
  }
  is_over = true;
  readers.clear();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace sluice::test
