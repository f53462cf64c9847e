// The chain of events: shown, checked, exported, and held against the ledger again. Whoever edits,
// removes or moves an event in SQL is found out, and the place is named.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// A finished run with some events, among them a person's stop.
class Logged {
 public:
  Logged() {
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
    migration.source("INSERT INTO t SELECT generate_series(1, 10)");
    migration.move("t");
    migration.limit("min_free_bytes", 1ULL << 50);
    CHECK(migration.copy().exit_code == 9);
    migration.limit("min_free_bytes", 0);
    run = migration.target_value("SELECT run_id FROM sluice.run");
    require_exit(migration.sluice("stop", {"--reason", "look\x1b[2J at 'this'"}), 0);
    require_exit(migration.sluice("continue", {"--run", run}), 0);
    finish(migration);
    file = (dir.path() / "events.json").string();
  }
  void check_broken(int event, const std::string& what) const {
    const RunResult result = migration.sluice("log");
    INFO(result.out << result.err);
    CHECK(result.exit_code == 3);
    CHECK(result.err.find(fmt::format("is broken at event {}", event)) != std::string::npos);
    CHECK(result.err.find(what) != std::string::npos);
    CHECK(migration.sluice("verify").exit_code == 3);
  }

  Migration migration;
  TempDir dir;
  std::string run;
  std::string file;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a log says who did what, when and from where, in 80 columns") {
  const Logged logged;
  const RunResult result = logged.migration.sluice("log");
  require_exit(result, 0);
  INFO(result.out);
  for (const char* word :
       {"run-started", "run-paused", "stop-requested", "run-continued", "run-resumed",
        "run-finished", "look\\x1b[2J at 'this'", "unsigned: no policy"}) {
    CAPTURE(word);
    CHECK(result.out.find(word) != std::string::npos);
  }
  CHECK(result.out.find(logged.migration.target_value("SELECT current_user")) != std::string::npos);
  CHECK(result.out.find('\x1b') == std::string::npos);
  CHECK(result.out.find("head: " + logged.migration.target_value(
                                       "SELECT sha256 FROM sluice.event ORDER BY event_no DESC "
                                       "LIMIT 1")) != std::string::npos);
}

TEST_CASE("an event that was edited, removed, moved or invented in SQL is named") {
  const Logged logged;
  const Migration& migration = logged.migration;
  SECTION("edited") {
    migration.target(
        "UPDATE sluice.event SET body = replace(body, 'look', 'loop') "
        "WHERE kind = 'stop-requested'");
    logged.check_broken(3, "it was changed");
  }
  SECTION("removed") {
    migration.target("DELETE FROM sluice.event WHERE event_no = 3");
    logged.check_broken(4, "should be");
  }
  SECTION("removed, the others moved up") {
    migration.target(
        "DELETE FROM sluice.event WHERE event_no = 3;"
        "UPDATE sluice.event SET event_no = event_no - 1 WHERE event_no > 3");
    logged.check_broken(3, "it was changed");
  }
  SECTION("reordered") {
    migration.target(
        "UPDATE sluice.event SET event_no = 100 WHERE event_no = 3;"
        "UPDATE sluice.event SET event_no = 3 WHERE event_no = 4;"
        "UPDATE sluice.event SET event_no = 4 WHERE event_no = 100");
    logged.check_broken(3, "it was changed");
  }
  SECTION("all removed") {
    migration.target("DELETE FROM sluice.event");
    logged.check_broken(1, "removed");
  }
}

TEST_CASE("an exported log is checked without the ledger, and shows where the ledger parts") {
  const Logged logged;
  const Migration& migration = logged.migration;
  const RunResult written = migration.sluice("log", {"--export", logged.file});
  require_exit(written, 0);
  CHECK(written.out.find("Next: sluice log --check ") != std::string::npos);
  require_exit(run_sluice({"log", "--check", logged.file}), 0);
  require_exit(migration.sluice("log", {"--check", logged.file}), 0);
  const std::string head =
      migration.target_value("SELECT sha256 FROM sluice.event ORDER BY event_no DESC LIMIT 1");
  SECTION("the ledger goes on") {
    require_exit(migration.sluice("stop", {"--reason", "later"}), 0);
    const RunResult result = migration.sluice("log", {"--check", logged.file});
    require_exit(result, 0);
    CHECK(result.out.find("goes on with event 7") != std::string::npos);
    require_exit(migration.sluice("log", {"--head", head}), 0);
  }
  SECTION("its end was cut off: nothing else shows that") {
    migration.target("DELETE FROM sluice.event WHERE event_no > 4");
    require_exit(migration.sluice("log"), 0);
    CHECK(migration.sluice("log", {"--head", head}).exit_code == 3);
    const RunResult result = migration.sluice("log", {"--check", logged.file});
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("no event 5 any more") != std::string::npos);
  }
  SECTION("an event of the ledger is another one") {
    migration.target("UPDATE sluice.event SET at = '2020-01-01T00:00:00Z' WHERE event_no = 2");
    const RunResult result = migration.sluice("log", {"--check", logged.file});
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("part at event 2") != std::string::npos);
    require_exit(run_sluice({"log", "--check", logged.file}), 0);
  }
  SECTION("the file was edited") {
    std::string text = text_of(logged.file);
    text.replace(text.find("at 'this'"), 9, "at 'that'");
    const RunResult result = run_sluice({"log", "--check", logged.dir.write("edited.json", text)});
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("is broken at event 3") != std::string::npos);
  }
  SECTION("the file is no log") {
    CHECK(run_sluice({"log", "--check", logged.dir.write("other.json", "{}")}).exit_code == 3);
    CHECK(run_sluice({"log", "--check", "/nowhere/events.json"}).exit_code == 2);
    CHECK(run_sluice({"log"}).exit_code == 2);
  }
}

TEST_CASE("all runs of a target are exported into one file") {
  const Logged logged;
  require_exit(logged.migration.copy({"--new-run"}), 0);
  require_exit(logged.migration.sluice("log", {"--all", "--export", logged.file}), 0);
  const RunResult result = logged.migration.sluice("log", {"--check", logged.file});
  require_exit(result, 0);
  CHECK(result.out.find("run " + logged.run) != std::string::npos);
  CHECK(result.out.find("side-tables-dropped") != std::string::npos);
}

}  // namespace sluice::test
