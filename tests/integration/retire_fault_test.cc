// Whatever ends a retirement, no row is lost and none goes twice; the same command goes on.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr const char* kColumns = "id, name, kind, amount, born, note";

/// Rows that are gone from the source are in the archive, each once and as they were; no others.
void check_promises(const Retirement& retirement, const Rows& before) {
  retirement.load_archive();
  const Rows archived =
      retirement.migration.target(fmt::format("SELECT {} FROM archived ORDER BY id", kColumns));
  std::vector<std::string> left;
  for (const Row& row : retirement.migration.source("SELECT id FROM t")) left.push_back(*row[0]);
  const std::set<std::string> there(left.begin(), left.end());
  Rows gone;
  for (const Row& row : before) {
    if (!there.contains(*row[0])) gone.push_back(row);
  }
  CHECK(first_difference(gone, archived) == "");
  const bool all_proved = std::all_of(gone.begin(), gone.end(), [](const Row& row) {
    return std::string(Retirement::kind_of(std::stoi(*row[0]))) == "a";
  });
  CHECK(all_proved);
}

Rows all_rows(const Retirement& retirement) {
  return retirement.migration.source(fmt::format("SELECT {} FROM t ORDER BY id", kColumns));
}

}  // namespace

TEST_CASE("killed at any point, a retirement goes on to the same end") {
  using Case = std::pair<From, const char*>;
  const auto [from, name] = GENERATE(
      Case(From::postgresql, "retire-begun"), Case(From::postgresql, "retire-archived"),
      Case(From::postgresql, "retire-archived:2"), Case(From::postgresql, "retire-marked"),
      Case(From::postgresql, "retire-deleted:2"), Case(From::postgresql, "retire-committed"),
      Case(From::postgresql, "retire-table-done"),
      Case(From::postgresql, "retire-archive-finished"), Case(From::postgresql, "retire-finished"),
      Case(From::mariadb, "retire-archived:2"), Case(From::mariadb, "retire-deleted"),
      Case(From::mariadb, "retire-committed:2"));
  const std::string point = name;
  INFO(to_string(from) << " " << point);
  Retirement retirement(from);
  retirement.make_table(1500);
  retirement.copy_and_verify();
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

TEST_CASE("an answer to COMMIT that is lost is looked up, not guessed") {
  const int nth = GENERATE(1, 2);
  Retirement retirement(From::postgresql);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  Proxy proxy(PostgresServer::shared().port());
  retirement.retire_as(retirement.migration.source_url_by_port(proxy.port()));
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  proxy.lose_answer_to("COMMIT", nth);
  const RunResult result = retirement.retire();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(proxy.lost());
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
