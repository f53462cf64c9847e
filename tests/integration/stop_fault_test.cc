// A person stops a run, through the ledger or with a file: its processes end within seconds, and
// nothing goes on until somebody has continued it. Rows are compared by SQL of the test's own.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"
#include "support/proxy.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

using Clock = std::chrono::steady_clock;
/// Generous for a machine that does other work; the copies here would take longer.
constexpr std::chrono::seconds kSoon{15};

/// A copy that is under way long enough for people to stop it.
class LongCopy {
 public:
  explicit LongCopy(From from = From::postgresql) : migration(from) {
    migration.source("CREATE TABLE t (id int PRIMARY KEY, payload text)");
    migration.source(
        from == From::postgresql
            ? "INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 150000) n; ANALYZE"
            : "INSERT INTO t SELECT seq, repeat('x', 90) FROM seq_1_to_150000");
    sleep_for_each_row("PERFORM pg_sleep(0.0001);");
    migration.target(
        "CREATE DOMAIN slow_text AS text CHECK (takes_long(VALUE));"
        "CREATE TABLE t (id int PRIMARY KEY, payload slow_text)");
    migration.move("t");
  }
  void sleep_for_each_row(const std::string& how) const {
    migration.target(fmt::format(
        "CREATE OR REPLACE FUNCTION takes_long(text) RETURNS boolean LANGUAGE plpgsql AS "
        "'BEGIN {} RETURN true; END'",
        how));
  }

  void begin(const std::vector<std::string>& arguments = {}, const RunOptions& options = {}) {
    process = migration.start_copy(arguments, options);
    REQUIRE(wait_until([&] { return batches() > 5 || !process->running(); }));
    REQUIRE(process->running());
  }
  [[nodiscard]] int batches() const {
    if (migration.target_value("SELECT to_regclass('sluice.batch') IS NULL") == "t") return 0;
    return std::stoi(migration.target_value("SELECT count(*) FROM sluice.batch"));
  }
  [[nodiscard]] std::string run_id() const {
    return migration.target_value("SELECT run_id FROM sluice.run ORDER BY started_at DESC LIMIT 1");
  }
  RunResult stop(const std::string& reason = "orders are missing") const {
    return migration.sluice("stop", {"--reason", reason});
  }
  /// What is left need not take long.
  RunResult go_on() const {
    sleep_for_each_row("");
    return migration.sluice("continue", {"--run", run_id()});
  }

  /// The process ends soon, in order, and says how the run goes on.
  void check_ends(Clock::time_point asked) {
    const RunResult ended = process->wait();
    INFO(ended.out << ended.err);
    CHECK(Clock::now() - asked < kSoon);
    CHECK(ended.exit_code == 3);
    CHECK(ended.err.find("orders are missing") != std::string::npos);
    CHECK((ended.out + ended.err).find("Next: sluice continue --config ") != std::string::npos);
    CHECK(migration.target_value("SELECT count(*) < 150000 FROM t__side") == "t");
    CHECK(migration.target_value(
              "SELECT count(*) FROM sluice.range WHERE owner IS NOT NULL AND NOT done") == "0");
  }
  void check_whole() const {
    CHECK(migration.difference("SELECT id, payload FROM t ORDER BY id",
                               "SELECT id, payload::text FROM t__side ORDER BY id") == "");
  }

  Migration migration;
  std::unique_ptr<Process> process;
};

/// Ends the sessions that look for stops; true when there was one.
bool end_watches(const Migration& migration) {
  return migration.target_value(
             "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity "
             "WHERE datname = current_database() AND pid <> pg_backend_pid() "
             "AND query LIKE '%kind = $2 AND event_no > $3%'") == "t";
}

}  // namespace

TEST_CASE("a person's stop ends a copy within seconds, and only a continue lets it go on") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  LongCopy copy(from);
  copy.begin();
  const auto asked = Clock::now();
  const RunResult stopped = copy.stop();
  INFO(stopped.out << stopped.err);
  CHECK(stopped.exit_code == 0);
  CHECK(stopped.out.find("ends within seconds") != std::string::npos);
  copy.check_ends(asked);
  CHECK(copy.migration.run_state().starts_with("stopped: by "));
  // Whoever starts it again hears who has stopped it and why, and nothing is written.
  const int batches = copy.batches();
  const RunResult refused = copy.migration.copy();
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 3);
  CHECK(refused.err.find("orders are missing") != std::string::npos);
  CHECK(copy.migration.copy({"--new-run"}).exit_code == 3);
  CHECK(copy.batches() == batches);
  CHECK(copy.migration.events("run-started").size() == 1);
  const RunResult status = copy.migration.sluice("status");
  CHECK(status.out.find("orders") != std::string::npos);  // broken into lines somewhere
  CHECK(status.out.find("Next: sluice continue --config ") != std::string::npos);
  require_exit(copy.go_on(), 0);
  finish(copy.migration);
  copy.check_whole();
}

TEST_CASE("a person's stop ends all processes of a run") {
  LongCopy copy;
  copy.begin();
  const auto joined = copy.migration.start_copy({"--join"});
  REQUIRE(wait_until([&] {
    return copy.migration.target_value("SELECT count(DISTINCT process_id) FROM sluice.batch") ==
           "2";
  }));
  const auto asked = Clock::now();
  require_exit(copy.stop(), 0);
  const RunResult helper = joined->wait();
  INFO(helper.out << helper.err);
  CHECK(helper.exit_code == 3);
  copy.check_ends(asked);
  CHECK(copy.migration.run_state().starts_with("stopped: by "));
  require_exit(copy.go_on(), 0);
  finish(copy.migration);
  copy.check_whole();
}

TEST_CASE("a continue is of one stop and works once") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  const auto process = copy_stalled_at(migration, "after_claim");
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  const std::vector<std::string> go_on{"--run", run};
  CHECK(migration.sluice("continue", go_on).exit_code == 2);  // nobody has stopped it
  // Those who see it first and those who see it later: one continue is for all that was said.
  require_exit(migration.sluice("stop", {"--reason", "first"}), 0);
  require_exit(migration.sluice("stop", {"--reason", "second", "--run", run}), 0);
  process->send_signal(SIGCONT);
  CHECK(process->wait().exit_code == 3);
  const std::string head = migration.target_value(
      "SELECT sha256 FROM sluice.event WHERE kind = 'stop-requested' ORDER BY event_no DESC "
      "LIMIT 1");
  require_exit(migration.sluice("continue", go_on), 0);
  const std::vector<std::string> continued = migration.events("run-continued");
  REQUIRE(continued.size() == 1);
  CHECK(continued[0].find(head) != std::string::npos);
  const RunResult again = migration.sluice("continue", go_on);
  INFO(again.err);
  CHECK(again.exit_code == 4);
  CHECK(again.err.find("was continued at") != std::string::npos);
  // The next stop is another one.
  require_exit(migration.sluice("stop", {"--reason", "third"}), 0);
  CHECK(migration.run_state().find("third") != std::string::npos);
  CHECK(migration.copy().exit_code == 3);
  require_exit(migration.sluice("continue", go_on), 0);
  finish(migration);
}

TEST_CASE("a dry run of stop and continue is the SQL that they run, and writes nothing") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  migration.target("ALTER TABLE t ADD CHECK (id <> 7)");
  migration.source("INSERT INTO t VALUES (7)");
  migration.limit("quarantine_rows", 0);
  CHECK(migration.copy().exit_code == 3);
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  const auto events = [&] { return migration.target_value("SELECT count(*) FROM sluice.event"); };
  const std::string before = events();
  const RunResult stop = migration.sluice("stop", {"--reason", "it's enough", "--dry-run"});
  require_exit(stop, 0);
  CHECK(events() == before);
  // A person may run it by hand: it is in the chain then as if sluice had.
  migration.target(stop.out);
  CHECK(migration.copy().exit_code == 3);
  const RunResult status = migration.sluice("status");
  CHECK(status.out.find("it's enough") != std::string::npos);
  CHECK(migration.run_state().starts_with("paused"));  // by what it was, which stays to be settled
  const RunResult go_on = migration.sluice("continue", {"--run", run, "--dry-run"});
  require_exit(go_on, 0);
  migration.target(go_on.out);
  CHECK(migration.sluice("continue", {"--run", run}).exit_code == 4);
}

TEST_CASE("decisions wait while a person's stop is in force, verify does not") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t SELECT generate_series(1, 9)");
  migration.target("ALTER TABLE t ADD CHECK (id <> 7)");
  migration.move("t");
  finish(migration);
  require_exit(migration.sluice("stop", {"--reason", "wait"}), 0);
  const TempDir dir;
  const std::string file =
      dir.write("decisions.json", R"({"schema": "sluice.decisions/1", "decisions": [{"table": "t",
          "source_key": ["7"], "decision": "leave_behind", "person": "Ann", "reason": "old"}]})");
  const RunResult refused = migration.sluice("quarantine", {"decide", "--file", file});
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 3);
  CHECK(migration.target_value("SELECT state FROM sluice.quarantine") == "open");
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("continue",
                                {"--run", migration.target_value("SELECT run_id FROM sluice.run")}),
               0);
  require_exit(migration.sluice("quarantine", {"decide", "--file", file}), 0);
}

TEST_CASE("a stop file ends a copy, and its first line says why") {
  LongCopy copy;
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "stop";
  copy.begin({"--stop-file", file.string()});
  const auto asked = Clock::now();
  dir.write("stop", "orders are missing \x1b[31m\r\nand more\n");
  copy.check_ends(asked);
  const std::vector<std::string> stops = copy.migration.events("stop-requested");
  REQUIRE(stops.size() == 1);
  CHECK(stops[0].find("orders are missing \\\\x1b[31m") != std::string::npos);
  CHECK(stops[0].find("and more") == std::string::npos);
  CHECK(copy.migration.copy({"--stop-file", file.string()}).exit_code == 3);
  std::filesystem::remove(file);
  CHECK(copy.migration.copy({"--stop-file", file.string()}).exit_code == 3);
  require_exit(copy.go_on(), 0);
  require_exit(copy.migration.copy({"--stop-file", file.string()}), 0);
  copy.check_whole();
}

TEST_CASE("a stop file is obeyed when the target does not answer any more") {
  LongCopy copy;
  Proxy proxy(copy.migration.target_database().server().port());
  copy.migration.target_url(copy.migration.target_url_by_port(proxy.port()));
  const TempDir dir;
  copy.begin({"--stop-file", (dir.path() / "stop").string()});
  proxy.stall();
  const auto asked = Clock::now();
  dir.write("stop", "");
  const RunResult ended = copy.process->wait();
  INFO(ended.out << ended.err);
  CHECK(Clock::now() - asked < std::chrono::seconds(25));
  CHECK(ended.exit_code == 3);
  CHECK(ended.err.find("did not answer when it was asked to stop") != std::string::npos);
  proxy.go_on();
  copy.sleep_for_each_row("");
  RunResult done;
  REQUIRE(wait_until([&] {
    done = copy.migration.copy();
    return done.exit_code != 6;  // the server has not noticed yet
  }));
  require_exit(done, 0);
  copy.check_whole();
}

TEST_CASE("a stop is heard by a watch whose session was lost") {
  LongCopy copy;
  copy.begin();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(wait_until([&] { return end_watches(copy.migration); }));
  }
  const auto asked = Clock::now();
  require_exit(copy.stop(), 0);
  copy.check_ends(asked);
}

TEST_CASE("a copy does not go on unwatched") {
  LongCopy copy;
  const Migration& migration = copy.migration;
  migration.target(
      "DROP ROLE IF EXISTS watched_writer; CREATE ROLE watched_writer SUPERUSER LOGIN");
  copy.migration.target_url(url_of(migration.target_database(), "watched_writer"));
  copy.migration.limit("reconnect_seconds", 1);
  RunOptions options;
  options.env = {{"SLUICE_UNWATCHED_AFTER_MS", "1000"}};
  copy.begin({}, options);
  // Sessions that are open go on; nobody can open another one.
  migration.target("ALTER ROLE watched_writer NOLOGIN");
  REQUIRE(wait_until([&] { return end_watches(migration); }));
  const RunResult ended = copy.process->wait();
  INFO(ended.out << ended.err);
  CHECK(ended.err.find("whether somebody has stopped the run") != std::string::npos);
  CHECK(ended.exit_code != 0);
  CHECK(migration.target_value("SELECT count(*) < 150000 FROM t__side") == "t");
  migration.target("ALTER ROLE watched_writer LOGIN");
  copy.sleep_for_each_row("");
  finish(migration);
  copy.check_whole();
}

TEST_CASE("a frozen copy that wakes up after a stop and a takeover writes nothing") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, payload text)");
  migration.source("INSERT INTO t SELECT n, repeat('x', 90) FROM generate_series(1, 15000) n");
  migration.move("t");
  const auto frozen = copy_stalled_at(migration, "after_load:4");
  migration.cut_target_sessions();
  require_exit(migration.sluice("stop", {"--reason", "it hangs"}), 0);
  CHECK(migration.run_state().find("it hangs") != std::string::npos);
  const bool is_continued = GENERATE(true, false);
  CAPTURE(is_continued);
  if (is_continued) {
    require_exit(
        migration.sluice("continue",
                         {"--run", migration.target_value("SELECT run_id FROM sluice.run")}),
        0);
    finish(migration);
  }
  const std::string before = migration.target_value("SELECT count(*) FROM t__side");
  frozen->send_signal(SIGCONT);
  const RunResult woken = frozen->wait();
  INFO(woken.out << woken.err);
  CHECK(woken.exit_code == (is_continued ? 6 : 3));
  CHECK(migration.target_value("SELECT count(*) FROM t__side") == before);
  if (!is_continued) return;
  CHECK(migration.table_difference("t", "id, payload") == "");
}

TEST_CASE("a verification is stopped by a person, and may begin again") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.source("INSERT INTO t SELECT generate_series(1, 100)");
  migration.move("t");
  finish(migration);
  const bool by_file = GENERATE(true, false);
  CAPTURE(by_file);
  const TempDir dir;
  std::unique_ptr<Process> process;
  {
    // Verify reads the table's rows under a lock that it does not get.
    PgSql other(migration.target_database().conninfo());
    other.query("BEGIN; LOCK TABLE t__side IN ACCESS EXCLUSIVE MODE");
    process = migration.start("verify", {"--stop-file", (dir.path() / "stop").string()});
    REQUIRE(wait_until([&] {
      return migration.target_value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
    }));
    const auto asked = Clock::now();
    if (by_file) {
      dir.write("stop", "moratorium");
    } else {
      require_exit(migration.sluice("stop", {"--reason", "moratorium"}), 0);
    }
    const RunResult ended = process->wait();
    INFO(ended.out << ended.err);
    CHECK(Clock::now() - asked < kSoon);
    CHECK(ended.exit_code == 3);
    CHECK(ended.err.find("moratorium") != std::string::npos);
  }
  CHECK(migration.target_value("SELECT count(*) FROM sluice.verification") == "0");
  require_exit(migration.sluice("verify"), 0);
}

}  // namespace sluice::test
