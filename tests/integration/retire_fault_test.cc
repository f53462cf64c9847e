// Whatever ends a retirement, no row is lost and none goes twice; the same command goes on.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/kill_points.h"
#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

const std::vector<std::string> kPoints{
    "retire-begun",      "retire-archived",         "retire-archived:2",
    "retire-marked",     "retire-deleted:2",        "retire-committed:2",
    "retire-table-done", "retire-archive-finished", "retire-finished"};
/// What kills at these is in the tests of lost answers, and of restores.
const std::vector<std::string> kElsewhere{"retire-in-doubt", "restore-inserted",
                                          "restore-committed"};

}  // namespace

TEST_CASE("the lists of a retirement's kill points have every point of the source") {
  CHECK(points_listed({kPoints, kElsewhere}) == points_of("src/retire"));
}

TEST_CASE("killed at any point, a retirement goes on to the same end") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const std::string point = GENERATE(from_range(kPoints));
  INFO(to_string(from) << " " << point);
  Retirement retirement(from);
  retirement.make_table(1500);
  retirement.copy_decide_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  REQUIRE(retirement.retire_killed_at(point).signal == SIGKILL);
  const RunResult again = retirement.retire();
  INFO(again.out << again.err);
  // Killed after the very last step, it had ended.
  CHECK(again.exit_code == (point == "retire-finished" ? 4 : 0));
  CHECK(retirement.count(Retirement::kGoes) == "0");
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

TEST_CASE("a row that changes between reading and deleting is not deleted") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(300);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "retire-archived"}};
  const auto process = retirement.start_retire(options);
  REQUIRE(wait_until_stalled(*process));
  retirement.migration.source("UPDATE t SET note = 'changed' WHERE id = 5");
  retirement.migration.source(
      "INSERT INTO t SELECT 100000 + id, name, kind, amount, born, note "
      "FROM t WHERE id = 6");
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring("[\"5\"]"));
  CHECK_THAT(result.out, ContainsSubstring("in note"));
  CHECK(retirement.count("id IN (5, 100006)") == "2");
}

TEST_CASE("a cascade that is made while rows go takes no row along") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "retire-marked"}};
  const auto process = retirement.start_retire(options);
  REQUIRE(wait_until_stalled(*process));
  retirement.migration.source(
      "CREATE TABLE child (t_id int REFERENCES t ON DELETE CASCADE); INSERT INTO child VALUES (5)");
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring("ON DELETE CASCADE"));
  CHECK(retirement.migration.source_value("SELECT count(*) FROM child") == "1");
  CHECK(retirement.count("true") == "50");
  retirement.migration.source("DROP TABLE child");
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "10");
}

TEST_CASE("a look at the rows that is told to end writes nothing, and says how to begin anew") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  PgSql holder(retirement.migration.target_database().conninfo());
  const auto propose_until_signal = [&] {
    holder.query("BEGIN; LOCK TABLE t");
    auto process = retirement.migration.start(
        "retire", retirement.arguments({"--archive", retirement.archive(), "--propose",
                                        retirement.dir.file("r.json")}));
    REQUIRE(wait_until([&] {
      return retirement.migration.target_value(
                 "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass") !=
             "0";
    }));
    process->send_signal(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return process;
  };
  const auto once = propose_until_signal();
  holder.query("ROLLBACK");
  const RunResult stopped = once->wait();
  INFO(stopped.out << stopped.err);
  CHECK(stopped.exit_code == 130);
  CHECK_THAT(stopped.err, ContainsSubstring("the look at the rows was stopped"));
  const auto twice = propose_until_signal();
  twice->send_signal(SIGINT);
  const RunResult ended = twice->wait();
  INFO(ended.out << ended.err);
  CHECK(ended.exit_code == 130);
  CHECK_THAT(ended.err, ContainsSubstring("asked twice"));
  CHECK_THAT(ended.err, ContainsSubstring(" --archive " + retirement.archive()));
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("two at once: the second is told that the first works") {
  Retirement retirement(From::mariadb);
  retirement.make_table(300);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "retire-archived"}};
  const auto process = retirement.start_retire(options);
  REQUIRE(wait_until_stalled(*process));
  CHECK(retirement.retire().exit_code == 6);
  process->send_signal(SIGCONT);
  CHECK(process->wait().exit_code == 0);
  CHECK(retirement.count("true") == "60");
}

TEST_CASE("what an archive has no room for is not deleted") {
  Retirement retirement(From::postgresql);
  retirement.make_incompressible(300);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  std::string command = fmt::format("ulimit -f 64; trap '' XFSZ; exec {} retire --config {}",
                                    sluice_binary(), retirement.migration.config_file());
  for (const std::string& word :
       retirement.arguments({"--approved", retirement.dir.file("r.json")})) {
    command += " '" + word + "'";
  }
  const RunResult result = run_process({"bash", "-c", command});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 9);
  CHECK(retirement.count(Retirement::kGoes) != "0");
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "60");
  check_promises(retirement, before);
}

}  // namespace sluice::test
