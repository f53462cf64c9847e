// Two operators: whoever wants a run that somebody has is told who, where and since when; a restore
// into the source has the run for itself, and hears of stops.

#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "integration/cutover_fixture.h"
#include "integration/quarantine_fixture.h"
#include "integration/retire_fixture.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

constexpr int kStopRule = 3;
constexpr int kLocked = 6;

RunOptions stalled_at(const std::string& point) {
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", point}};
  return options;
}

bool says(const RunResult& result, const std::string& text) {
  return (result.out + result.err).find(text) != std::string::npos;
}

/// Who (operating system's user and process), where (host), since when (a time of today).
void check_named(const RunResult& result, const Process& holder) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == kLocked);
  CHECK(says(result, fmt::format("being worked on by process {} of ", holder.pid())));
  CHECK(says(result, " on "));
  CHECK(says(result, "since 20"));
}

void check_shown(const Migration& migration, const Process& holder) {
  const RunResult status = migration.sluice("status");
  INFO(status.out);
  CHECK(says(status, fmt::format("process {} of ", holder.pid())));
}

std::string open_processes(const Migration& migration) {
  return migration.target_value("SELECT count(*) FROM sluice.process WHERE ended_at IS NULL");
}

/// A source whose proved rows are in an archive and nowhere else.
class Retired : public Retirement {
 public:
  explicit Retired(int rows) : Retirement(From::postgresql) {
    make_table(rows);
    copy_and_verify();
    propose_and_sign();
    require_exit(retire(), 0);
  }
  [[nodiscard]] std::unique_ptr<Process> start_restore(const std::string& point,
                                                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = restore_words();
    words.insert(words.begin(), sluice_binary());
    words.insert(words.end(), more.begin(), more.end());
    auto process = std::make_unique<Process>(words, stalled_at(point));
    REQUIRE(wait_until_stalled(*process));
    return process;
  }
};

}  // namespace

TEST_CASE("who cuts over or rolls back is named to all others, and by status") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  const TempDir dir;
  const auto decisions =
      dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": []})").string();
  {
    const auto holder = migration.start("cutover", {}, stalled_at("cutover_before_locks"));
    REQUIRE(wait_until_stalled(*holder));
    check_shown(migration, *holder);
    check_named(migration.sluice("cutover"), *holder);
    check_named(migration.sluice("discard", {"--run", run}), *holder);
    check_named(migration.sluice("quarantine", {"decide", "--file", decisions}), *holder);
    const RunResult json = migration.sluice("cutover", {"--json"});
    CHECK(json.exit_code == kLocked);
    CHECK(json.out.find(fmt::format("\"process {} of ", holder->pid())) != std::string::npos);
    holder->send_signal(SIGCONT);
    require_exit(holder->wait(), 0);
  }
  CHECK(open_processes(migration) == "0");
  const auto holder = migration.start("rollback", {}, stalled_at("rollback_before_locks"));
  REQUIRE(wait_until_stalled(*holder));
  check_named(migration.sluice("rollback"), *holder);
  // One that dies without a word is not named any more, and stands in nobody's way.
  holder->send_signal(SIGKILL);
  static_cast<void>(holder->wait());
  RunResult next;
  REQUIRE(wait_until([&] {
    next = migration.sluice("rollback");
    return next.exit_code != kLocked;
  }));
  require_exit(next, 0);
  CHECK(open_processes(migration) == "0");
}

TEST_CASE("a run that a session holds without being on record is held by that session") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  PgSql session(migration.target_database().conninfo());
  const std::string pid = single_value(session.query(
      "SELECT pg_backend_pid() FROM sluice.run, pg_advisory_lock(1936487779, hashtext(run_id))"));
  const RunResult held = migration.sluice("cutover");
  INFO(held.out << held.err);
  CHECK(held.exit_code == kLocked);
  CHECK(says(held, "session " + pid + " of role "));
  CHECK(says(held, "since 20"));
}

TEST_CASE("who retires is named to whoever retires or restores rows of the run") {
  Retirement retirement(From::postgresql);
  retirement.make_table(1000);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  // An archive to restore from.
  CHECK(retirement.retire_killed_at("retire-deleted:2").signal == SIGKILL);
  const auto holder = retirement.start_retire(stalled_at("retire-archived"));
  REQUIRE(wait_until_stalled(*holder));
  check_shown(retirement.migration, *holder);
  check_named(retirement.retire(), *holder);
  const std::string there = retirement.count("true");
  check_named(run_sluice(retirement.restore_words()), *holder);
  CHECK(retirement.count("true") == there);
  holder->send_signal(SIGCONT);
  require_exit(holder->wait(), 0);
  CHECK(retirement.count(Retirement::kGoes) == "0");
  CHECK(open_processes(retirement.migration) == "0");
}

TEST_CASE("a restore into the source has the run for itself; into a scratch database anybody may") {
  Retired retired(50);
  const auto holder = retired.start_restore("restore-inserted");
  check_shown(retired.migration, *holder);
  check_named(run_sluice(retired.restore_words()), *holder);
  const PostgresDatabase scratch;
  require_exit(run_sluice({"restore", "--archive", retired.archive(), "--into",
                           url_of(scratch, scratch.server().user())}),
               0);
  CHECK(scratch.value("SELECT count(*) FROM t") == "40");
  holder->send_signal(SIGCONT);
  require_exit(holder->wait(), 0);
  CHECK(retired.count("true") == "50");
  CHECK(open_processes(retired.migration) == "0");
}

TEST_CASE("a restore into the source ends by a person's stop or a stop file, and stays ended") {
  Retired retired(1000);
  const std::vector<std::string> more = {"--stop-file", retired.dir.file("stop")};
  std::vector<std::string> again = retired.restore_words();
  again.insert(again.end(), more.begin(), more.end());
  const auto rows = [&] { return std::stoi(retired.count(Retirement::kGoes)); };
  const auto check_stopped = [&](const std::function<void()>& stop) {
    const int before = rows();
    const auto process = retired.start_restore("restore-committed", more);
    stop();
    // The next batch waits until the stop has been heard.
    PgSql door(retired.migration.source_conninfo());
    door.query("BEGIN; LOCK TABLE t IN SHARE MODE");
    process->send_signal(SIGCONT);
    REQUIRE(wait_until([&] { return process->err().find("asked to stop") != std::string::npos; }));
    door.query("COMMIT");
    const RunResult ended = process->wait();
    INFO(ended.out << ended.err);
    CHECK(ended.exit_code == kStopRule);
    CHECK(says(ended, "orders are missing"));
    const int back = rows();
    CHECK(back > before);
    CHECK(back < 800);
    // It stays so until somebody says otherwise.
    const RunResult refused = run_sluice(again);
    CHECK(refused.exit_code == kStopRule);
    CHECK(says(refused, "orders are missing"));
    CHECK(rows() == back);
  };
  check_stopped([&] {
    require_exit(retired.migration.sluice("stop", {"--reason", "orders are missing"}), 0);
  });
  require_exit(
      retired.migration.sluice(
          "continue", {"--run", retired.migration.target_value("SELECT run_id FROM sluice.run")}),
      0);
  check_stopped([&] { retired.dir.put("stop", "orders are missing\n"); });
  std::filesystem::remove(retired.dir.file("stop"));
  require_exit(run_sluice(again), 0);
  CHECK(retired.count("true") == "1000");
}

TEST_CASE("a restore into another database does not pretend to hear a stop file") {
  const Retired retired(50);
  const PostgresDatabase scratch;
  const RunResult refused =
      run_sluice({"restore", "--archive", retired.archive(), "--into",
                  url_of(scratch, scratch.server().user()), "--stop-file", "stop"});
  CHECK(refused.exit_code == 2);
  CHECK(says(refused, "--stop-file"));
  CHECK(scratch.value("SELECT to_regclass('t') IS NULL") == "t");
}

TEST_CASE("a rehearsal that was timed is on record, and in the manifest that people sign next") {
  Retired retired(50);
  const PostgresDatabase scratch;
  std::vector<std::string> rehearse = {"restore", "--archive", retired.archive(), "--into",
                                       url_of(scratch, scratch.server().user())};
  const std::vector<std::string> to_record = {"--config", retired.migration.config_file(),
                                              "--window", "3600"};
  // Nobody asked for it.
  require_exit(run_sluice(rehearse), 0);
  CHECK(retired.migration.events("restore-rehearsed").empty());
  scratch.query("TRUNCATE t");
  rehearse.insert(rehearse.end(), to_record.begin(), to_record.end());
  std::vector<std::string> by_another = rehearse;
  by_another.insert(by_another.end(), {"--operator", "alice@corp"});
  CHECK(run_sluice(by_another).exit_code == 4);
  require_exit(run_sluice(rehearse), 0);
  const auto events = retired.migration.events("restore-rehearsed");
  REQUIRE(events.size() == 1);
  CHECK(events[0].find(R"("window_seconds":3600)") != std::string::npos);
  CHECK(events[0].find(R"("restored":40)") != std::string::npos);
  // The rows are back, so the run can be verified anew.
  require_exit(run_sluice(retired.restore_words()), 0);
  require_exit(retired.migration.sluice("verify", {"--manifest", retired.dir.file("next")}), 0);
  const auto next = manifest::from_json(document::from_text(retired.dir.bytes("next")).body);
  REQUIRE(next.rehearsals.size() == 1);
  CHECK(next.rehearsals[0].what.starts_with("restore of 40 rows that run "));
  CHECK(next.rehearsals[0].what.ends_with("into database " + scratch.name()));
  CHECK(next.rehearsals[0].window_seconds == 3600);
  CHECK(next.rehearsals[0].seconds >= 1);
  CHECK(next.rehearsals[0].finished_at.starts_with("20"));
  CHECK(manifest::from_json(document::from_text(retired.dir.bytes()).body).rehearsals.empty());
  // Which program wrote it, by stock sha256sum.
  const RunResult sum = run_process({"sha256sum", sluice_binary()});
  CHECK(next.tool.find("SHA-256 " + sum.out.substr(0, 64)) != std::string::npos);
}

}  // namespace sluice::test
