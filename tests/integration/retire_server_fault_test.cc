// Servers that go away while rows are deleted or put back, and processes that sleep meanwhile: no
// row is lost, and none is deleted by whom nobody knows of any more.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Clock = std::chrono::steady_clock;

void prepare(Retirement& retirement) {
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
}

RunOptions stall_at(const std::string& point) {
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", point}};
  return options;
}

std::unique_ptr<Process> stalled_at(const Retirement& retirement, const std::string& point) {
  auto process = retirement.start_retire(stall_at(point));
  INFO(process->out() << process->err());
  REQUIRE(wait_until_stalled(*process));
  return process;
}

RunResult go_on(Process& process) {
  process.send_signal(SIGCONT);
  return process.wait();
}

/// Ends every session that sluice has on either server.
void end_sessions(const Retirement& retirement) {
  const Migration& migration = retirement.migration;
  const char* const postgresql =
      "FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()";
  const auto end = [&](const auto& query) {
    query(std::string("SELECT pg_terminate_backend(pid) ") + postgresql);
    REQUIRE(wait_until(
        [&] { return single_value(query(std::string("SELECT count(*) ") + postgresql)) == "0"; }));
  };
  end([&](const std::string& sql) { return migration.target(sql); });
  if (!retirement.is_mysql()) {
    return end([&](const std::string& sql) { return migration.source(sql); });
  }
  const std::string own =
      "FROM information_schema.PROCESSLIST WHERE USER = '" + retirement.role() + "'";
  for (const Row& row : migration.source("SELECT ID " + own)) migration.source("KILL " + *row[0]);
  REQUIRE(wait_until([&] { return migration.source_value("SELECT count(*) " + own) == "0"; }));
}

/// A process that was ended may hold its locks for a moment.
RunResult retire_when_free(const Retirement& retirement) {
  RunResult result;
  CHECK(wait_until([&] {
    result = retirement.retire();
    return result.exit_code != 6;
  }));
  return result;
}

void check_end(const Retirement& retirement, const Rows& before) {
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

/// With the source's server on its knees while rows go, and while they come back.
template <typename Server>
void check_source_goes_away() {
  Server server;
  Retirement retirement(server);
  prepare(retirement);
  const Rows before = all_rows(retirement);
  const auto go_away = [&](bool crash) {
    if (crash) server.stop_immediately();
    server.restart();
  };
  int code = 8;
  for (const char* const point : {"retire-deleted:2", "retire-committed"}) {
    if (code == 0) break;
    const auto process = stalled_at(retirement, point);
    go_away(point != std::string("retire-deleted:2"));
    const RunResult result = go_on(*process);
    INFO(point << result.out << result.err);
    code = result.exit_code;
    // It deletes on by itself where all was read before; whoever reads ends.
    CHECK((code == 0 || code == 8));
  }
  if (code != 0) require_exit(retirement.retire(), 0);
  check_end(retirement, before);
  std::vector<std::string> words = retirement.restore_words();
  words.insert(words.begin(), sluice_binary());
  Process restore(words, stall_at("restore-inserted:2"));
  REQUIRE(wait_until_stalled(restore));
  const std::string there = retirement.count("true");
  CHECK(std::stoi(there) > 300);
  go_away(true);
  CHECK(go_on(restore).exit_code == 8);
  CHECK(retirement.count("true") == there);
  require_exit(run_sluice(retirement.restore_words()), 0);
  CHECK(first_difference(before, all_rows(retirement)) == "");
}

}  // namespace

TEST_CASE("a source that restarts or crashes while rows go, or come back, has lost none") {
  SECTION("PostgreSQL") { check_source_goes_away<PostgresServer>(); }
  SECTION("MariaDB") { check_source_goes_away<MariadbServer>(); }
}

TEST_CASE("a retirement that has lost its hold of the run deletes nothing more") {
  PostgresServer target;
  Retirement retirement(PostgresServer::shared(), target);
  prepare(retirement);
  const Rows before = all_rows(retirement);
  const auto process = stalled_at(retirement, "retire-archived:2");
  const std::string left = retirement.count("true");
  target.restart();
  const RunResult result = go_on(*process);
  INFO(result.out << result.err);
  CHECK(result.exit_code == 8);
  CHECK_THAT(result.err, ContainsSubstring("is not held any more"));
  CHECK(retirement.count("true") == left);
  require_exit(retirement.retire(), 0);
  check_end(retirement, before);
}

TEST_CASE("a retirement that slept while its sessions were ended deletes nothing when it wakes") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  prepare(retirement);
  const Rows before = all_rows(retirement);
  SECTION("before it opened its archive: another one does it all") {
    const auto zombie = stalled_at(retirement, "retire-begun");
    end_sessions(retirement);
    require_exit(retire_when_free(retirement), 0);
    const RunResult woken = go_on(*zombie);
    INFO(woken.out << woken.err);
    CHECK(woken.exit_code == 8);
  }
  SECTION("with rows in its archive: another one waits until it has ended") {
    const auto zombie = stalled_at(retirement, "retire-archived:2");
    end_sessions(retirement);
    const std::string left = retirement.count("true");
    const RunResult other = retirement.retire();
    INFO(other.out << other.err);
    CHECK(other.exit_code == 6);
    CHECK_THAT(other.err, ContainsSubstring("another process writes to this archive"));
    const RunResult woken = go_on(*zombie);
    INFO(woken.out << woken.err);
    CHECK(woken.exit_code == 8);
    CHECK(retirement.count("true") == left);
    require_exit(retire_when_free(retirement), 0);
  }
  check_end(retirement, before);
}

TEST_CASE("a lost COMMIT of a restore is not taken for one, and the same command goes on") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(1000);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  require_exit(retirement.retire(), 0);
  Proxy proxy(retirement.source_port());
  std::vector<std::string> words = retirement.restore_words();
  words.insert(words.begin(), sluice_binary());
  std::replace(words.begin(), words.end(), retirement.migration.superuser_url(),
               retirement.superuser_url_by_port(proxy.port()));
  const auto losing = [&](bool arrives) {
    Process restore(words, stall_at("restore-inserted"));
    REQUIRE(wait_until_stalled(restore));
    arrives ? proxy.lose_answer_to("COMMIT") : proxy.cut_before("COMMIT");
    const RunResult lost = go_on(restore);
    INFO(lost.out << lost.err);
    CHECK(proxy.lost());
    CHECK(lost.exit_code == 8);
    return std::stoi(retirement.count("true"));
  };
  CHECK(losing(false) == 200);
  const int some = losing(true);
  CHECK(some > 200);
  CHECK(some < 1000);
  require_exit(run_sluice(retirement.restore_words()), 0);
  CHECK(first_difference(before, all_rows(retirement)) == "");
}

TEST_CASE("a retirement that is told to end obeys though its source does not answer") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  Proxy proxy(retirement.source_port());
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.retire_as(retirement.retire_url_by_port(proxy.port()));
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  const auto process = stalled_at(retirement, "retire-deleted:2");
  proxy.stall();
  process->send_signal(SIGCONT);
  process->send_signal(SIGTERM);
  const auto asked = Clock::now();
  // An orderly end may take its time; a second signal ends it at once.
  CHECK_FALSE(process->wait_for_output("ended at once", std::chrono::milliseconds(1500)));
  process->send_signal(SIGTERM);
  const RunResult ended = process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - asked < std::chrono::seconds(8));
  CHECK(ended.exit_code == 143);
  CHECK_THAT(ended.err, ContainsSubstring("'sluice retire --config "));
  // What it had sent arrives late: the COMMIT of one whom nobody asks any more.
  proxy.go_on();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  proxy.cut_all();
  require_exit(retire_when_free(retirement), 0);
  check_end(retirement, before);
}

TEST_CASE("one signal is enough for a retirement whose source does not answer", "[long]") {
  Retirement retirement(From::postgresql);
  Proxy proxy(retirement.source_port());
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.retire_as(retirement.retire_url_by_port(proxy.port()));
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  const auto process = stalled_at(retirement, "retire-deleted:2");
  proxy.stall();
  process->send_signal(SIGCONT);
  process->send_signal(SIGTERM);
  const auto asked = Clock::now();
  const RunResult ended = process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - asked < std::chrono::seconds(25));
  CHECK(ended.exit_code == 143);
  CHECK_THAT(ended.err, ContainsSubstring("did not answer when it was asked to stop"));
  // What it had sent never arrives.
  proxy.cut_all();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  proxy.go_on();
  require_exit(retire_when_free(retirement), 0);
  check_end(retirement, before);
}

}  // namespace sluice::test
