// kill -9 at every kill point, and at random: the same command goes on, and what arrives is what
// the source holds, each row once.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <regex>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "support/migration.h"

namespace sluice::test {
namespace {

/// Every point that a copy passes, in the order in which a copy first comes by.
const std::vector<std::string> kPoints{
    "before_start_commit", "after_create_run",    "before_side_commit", "before_snapshot",
    "after_snapshot",      "before_cut_commit",   "after_claim",        "after_read",
    "after_map",           "after_begin",         "after_load",         "after_record",
    "before_commit",       "after_commit",        "in_bisect",          "after_quarantine",
    "before_step_commit",  "before_sweep_commit", "after_step",         "before_state_commit"};
/// These come by only when the source has changed since an earlier process read it, in this order.
const std::vector<std::string> kRecheckPoints{"before_restart_commit", "before_supersede_commit"};

std::set<std::string> points_in_the_source() {
  const std::regex point("SLUICE_KILL_POINT\\(\"([a-z_]+)\"\\)");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SLUICE_SOURCE_DIR "/src/copy")) {
    // Decisions are taken by another command, which has its own tests.
    if (entry.path().filename().string().starts_with("deci")) continue;
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (std::sregex_iterator match(text.begin(), text.end(), point), end; match != end; ++match) {
      names.insert((*match)[1]);
    }
  }
  return names;
}

/// Tables with something for every point: rows that the target refuses during the load, collisions
/// and orphans later, a table that is read by heap blocks.
void make_tables(Migration& migration) {
  migration.on_both(
      "CREATE DOMAIN small AS int;"
      "CREATE TABLE parents (id int PRIMARY KEY, code int, n small, payload text);"
      "CREATE TABLE children (a int, b int, parent int, payload text, PRIMARY KEY (a, b));"
      "CREATE TABLE heap (n int, payload text)");
  migration.target(
      "ALTER DOMAIN small ADD CHECK (VALUE < 3990);"
      "ALTER TABLE parents ADD UNIQUE (code);"
      "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents;"
      "CREATE INDEX ON children (parent)");
  migration.source(
      "INSERT INTO parents SELECT n, CASE n WHEN 7 THEN 8 ELSE n END, n, repeat('p', 60) FROM "
      "generate_series(1, 4000) n;"
      "INSERT INTO children SELECT n % 10, n, n + 3, repeat('c', 60) FROM generate_series(1, 3000) "
      "n; INSERT INTO heap SELECT n % 50, repeat('h', 60) FROM generate_series(1, 2000) n; "
      "ANALYZE");
  for (const char* table : {"parents", "children", "heap"}) migration.move(table);
}

void check_result(const Migration& migration) {
  CHECK(migration.run_state() == "finished");
  // 7 and 8 collide; 3,990 and what follows is refused; children of those have no parent.
  CHECK(
      migration.difference("SELECT * FROM parents WHERE id NOT IN (7, 8) AND id < 3990 ORDER BY id",
                           "SELECT * FROM parents__side ORDER BY id") == "");
  CHECK(migration.difference("SELECT * FROM children WHERE parent NOT IN (7, 8) ORDER BY a, b",
                             "SELECT * FROM children__side ORDER BY a, b") == "");
  CHECK(migration.table_difference("heap", "n, payload") == "");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "15");
}

void finish(const Migration& migration) {
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
}

/// The source changes in rows that are copied already, without changing what check_result expects.
void change_source(const Migration& migration) {
  migration.source(
      "UPDATE parents SET payload = 'changed' WHERE id = 1; DELETE FROM parents WHERE id = 20;"
      "DELETE FROM children WHERE parent = 20; UPDATE heap SET n = n WHERE n = 0;"
      "UPDATE heap SET payload = 'changed' WHERE n = 1");
}

/// A run that is past copying holds one point in time, and does not look at the source again.
void change_source_while_copying(const Migration& migration) {
  const bool has_run =
      migration.target_value("SELECT to_regclass('sluice.run') IS NOT NULL") == "t";
  if (has_run &&
      migration.target_value("SELECT count(*) FROM sluice.run WHERE stage <> 'copying'") != "0") {
    return;
  }
  change_source(migration);
}

}  // namespace

TEST_CASE("the lists of kill points have every point of the source") {
  std::set<std::string> listed(kPoints.begin(), kPoints.end());
  listed.insert(kRecheckPoints.begin(), kRecheckPoints.end());
  CHECK(listed == points_in_the_source());
}

TEST_CASE("a run that is killed at one point after the other arrives whole") {
  Migration migration;
  make_tables(migration);
  const auto kill_at = [&migration](const std::string& point) {
    CAPTURE(point);
    const RunResult killed = migration.copy_killed_at(point);
    INFO(killed.out << killed.err);
    CHECK(killed.signal == SIGKILL);
  };
  for (const std::string& point : kPoints) {
    if (point == "before_step_commit") {
      change_source(migration);
      for (const std::string& recheck : kRecheckPoints) kill_at(recheck);
    }
    kill_at(point);
  }
  finish(migration);
  check_result(migration);
}

TEST_CASE("a run that is killed at random arrives whole") {
  std::mt19937 random(20261122);
  Migration migration;
  make_tables(migration);
  for (int i = 0; i < 5; ++i) {
    const auto process = migration.start_copy();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 800));
    process->send_signal(SIGKILL);
    process->wait();
    if (i == 2) change_source_while_copying(migration);
  }
  finish(migration);
  check_result(migration);
}

TEST_CASE("a run that is killed once, at any point in any pass, arrives whole", "[long]") {
  for (const std::string& point : kPoints) {
    for (const int pass : {1, 2, 5, 11}) {
      CAPTURE(point, pass);
      Migration migration;
      make_tables(migration);
      const RunResult killed = migration.copy_killed_at(fmt::format("{}:{}", point, pass));
      INFO(killed.out << killed.err);
      // Some points do not come by so often.
      CHECK((killed.signal == SIGKILL || killed.exit_code == 0));
      finish(migration);
      check_result(migration);
    }
  }
}

TEST_CASE("a run that is killed at random many times arrives whole", "[long]") {
  const auto seed = static_cast<unsigned>(std::random_device()());
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 25; ++round) {
    Migration migration;
    make_tables(migration);
    for (int kills = static_cast<int>(random() % 8); kills > 0; --kills) {
      const auto process = migration.start_copy();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1500));
      process->send_signal(SIGKILL);
      process->wait();
      if (random() % 4 == 0) change_source_while_copying(migration);
    }
    finish(migration);
    check_result(migration);
  }
}

}  // namespace sluice::test
