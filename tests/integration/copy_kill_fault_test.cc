// kill -9 at every kill point, and at random, on either engine: the same command goes on, and what
// arrives is what the source holds, each row once.
#include <csignal>
#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "kill_points.h"
#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

using Points = std::vector<std::string>;

/// Every point that a copy passes, in the order in which a copy first comes by. Kept rows go first
/// and pass those of a batch too; only the source's rows pass before_rest, so it stands early.
const Points kBeginning{"before_start_commit", "after_create_run", "before_side_commit",
                        "before_snapshot",     "after_snapshot",   "before_cut_commit",
                        "before_claim",        "after_claim",      "before_rest"};
const Points kBatch{"after_read",   "after_map",    "after_begin",
                    "after_load",   "after_record", "before_commit",
                    "after_commit", "in_bisect",    "after_quarantine"};
const Points kEnd{"before_copied_commit", "after_copied_commit", "before_step_commit",
                  "before_sweep_commit",  "after_step",          "before_checked_commit",
                  "after_checked_commit", "before_name_commit",  "after_name_commit",
                  "before_state_commit",  "after_state_commit"};
/// These come by only when the source has changed since an earlier process read it.
const Points kRecheck{"before_restart_commit", "before_supersede_commit", "before_confirm_commit"};

Points all_of(const std::vector<Points>& parts) {
  Points all;
  for (const Points& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A table of the numbers 1 to `last` as n, for either engine.
std::string numbers(const Migration& migration, int last) {
  return fmt::format(
      fmt::runtime(migration.from() == From::postgresql ? "generate_series(1, {}) n"
                                                        : "(SELECT seq AS n FROM seq_1_to_{}) s"),
      last);
}

/// Only PostgreSQL's tables may lack a key.
bool has_heap(const Migration& migration) { return migration.from() == From::postgresql; }

void make_heap(Migration& migration) {
  migration.on_both("CREATE TABLE heap (n int, payload varchar(60))");
  migration.source(
      "INSERT INTO heap SELECT n % 50, repeat('h', 60) FROM generate_series(1, 2000) n; ANALYZE");
  migration.move("heap");
}

/// A table that the target lacks.
void make_fresh(Migration& migration) {
  migration.source(
      "CREATE TABLE fresh (id int PRIMARY KEY, code int UNIQUE, payload varchar(60));"
      "INSERT INTO fresh SELECT n, -n, repeat('f', 60) FROM " +
      numbers(migration, 1500));
  migration.move("fresh", "fresh", R"("create": {})");
}

/// Tables with something for every point: rows that the target refuses during the load, collisions
/// and orphans later, a table without a key, old values that are kept in a companion table, rows of
/// the live table that stay.
void make_tables(Migration& migration) {
  for (const bool target : {false, true}) {
    const std::string sql = fmt::format(
        "CREATE TABLE parents (id int PRIMARY KEY, code int, n {}, payload varchar(60));"
        "CREATE TABLE children (a int, b int, parent int, payload varchar(60), PRIMARY KEY (a, b));"
        "CREATE TABLE notes (id int PRIMARY KEY, code int, title varchar(60){});"
        "CREATE TABLE kept (id int PRIMARY KEY, payload varchar(60))",
        target ? "small" : "int", target ? "" : ", old varchar(20)");
    target ? migration.target("CREATE DOMAIN small AS int CHECK (VALUE < 3990);" + sql)
           : migration.source(sql);
  }
  migration.target(
      "ALTER TABLE parents ADD UNIQUE (code); ALTER TABLE notes ADD UNIQUE (code);"
      "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents;"
      "CREATE INDEX ON children (parent);"
      "INSERT INTO kept SELECT -n, repeat('k', 60) FROM generate_series(1, 1500) n;"
      "INSERT INTO kept VALUES (5, 'kept')");
  const auto from = [&migration](int last) { return " FROM " + numbers(migration, last) + ";"; };
  migration.source(
      "INSERT INTO parents SELECT n, CASE n WHEN 7 THEN 8 ELSE n END, n, repeat('p', 60)" +
      from(4000) + "INSERT INTO children SELECT n % 10, n, n + 3, repeat('c', 60)" + from(3000) +
      "INSERT INTO notes SELECT n, CASE n WHEN 7 THEN 8 ELSE n END, repeat('t', n % 60), "
      "CASE n % 3 WHEN 0 THEN concat('old ', n) END" +
      from(1500) + "INSERT INTO kept SELECT n, repeat('s', 60)" + from(1500));
  if (has_heap(migration)) make_heap(migration);
  for (const char* table : {"parents", "children"}) migration.move(table);
  migration.move("notes", "notes", "", R"({"columns": {"id": "id", "code": "code", "title": {
      "from": "title", "steps": [{"truncate": 20}], "lossy": true, "keep_rest": true}},
      "drop": [{"column": "old", "lossy": true, "keep_rest": true, "reason": "nobody reads it"}]})");
  migration.move("kept", "kept", R"("existing_rows": "keep")");
  make_fresh(migration);
}

void check_rest(const Migration& migration) {
  CHECK(migration.difference("SELECT id, code, left(title, 20) FROM notes WHERE id NOT IN (7, 8) "
                             "ORDER BY id",
                             "SELECT id, code, title FROM notes__side ORDER BY id") == "");
  CHECK(migration.difference(
            "SELECT id, 'old', old FROM notes WHERE id NOT IN (7, 8) AND old IS NOT NULL UNION ALL "
            "SELECT id, 'title', title FROM notes WHERE id NOT IN (7, 8) AND char_length(title) > "
            "20 ORDER BY 1, 2",
            "SELECT (source_key::json->>0)::int, column_name, value FROM notes__rest ORDER BY 1, "
            "2") == "");
}

void check_fresh(const Migration& migration) {
  CHECK(migration.difference("SELECT * FROM fresh ORDER BY id",
                             "SELECT * FROM fresh ORDER BY id") == "");
  // Its keys; how that of the code is named depends on the source.
  CHECK(migration.target_value(
            "SELECT count(*) FROM pg_index WHERE indrelid = 'fresh'::regclass AND indisunique") ==
        "2");
}

void check_kept(const Migration& migration) {
  CHECK(migration.difference("SELECT * FROM kept WHERE id <> 5 ORDER BY id",
                             "SELECT * FROM kept__side WHERE id > 0 AND id <> 5 ORDER BY id") ==
        "");
  CHECK(first_difference(
            migration.target("SELECT * FROM kept ORDER BY id"),
            migration.target("SELECT * FROM kept__side WHERE id < 0 OR id = 5 ORDER BY id")) == "");
}

void check_result(const Migration& migration) {
  CHECK(migration.run_state() == "finished");
  // 7 and 8 collide; 3,990 and what follows is refused; children of those have no parent.
  CHECK(
      migration.difference("SELECT * FROM parents WHERE id NOT IN (7, 8) AND id < 3990 ORDER BY id",
                           "SELECT * FROM parents__side ORDER BY id") == "");
  CHECK(migration.difference("SELECT * FROM children WHERE parent NOT IN (7, 8) ORDER BY a, b",
                             "SELECT * FROM children__side ORDER BY a, b") == "");
  if (has_heap(migration)) CHECK(migration.table_difference("heap", "n, payload") == "");
  check_rest(migration);
  check_kept(migration);
  check_fresh(migration);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "18");
}

/// The source changes in rows that are copied already, without changing what check_result expects.
void change_source(const Migration& migration) {
  migration.source(
      "UPDATE parents SET payload = 'changed' WHERE id = 1; DELETE FROM parents WHERE id = 20;"
      "DELETE FROM children WHERE parent = 20;"
      "UPDATE notes SET title = repeat('u', 50), old = NULL WHERE id = 30;"
      "UPDATE kept SET payload = 'changed' WHERE id = 6");
  if (has_heap(migration)) {
    migration.source(
        "UPDATE heap SET n = n WHERE n = 0; UPDATE heap SET payload = 'changed' WHERE n = 1");
  }
}

/// Every batch of these tables that is copied already is another one now.
void change_copied_rows(const Migration& migration) {
  migration.source(
      "UPDATE parents SET payload = 'again'; UPDATE children SET payload = 'again';"
      "UPDATE notes SET title = 'again'; UPDATE fresh SET payload = 'again'");
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

/// Several processes of one run, started and killed at random.
void kill_any(const Migration& migration, std::mt19937& random, int deaths) {
  std::vector<std::unique_ptr<Process>> processes;
  while (deaths > 0) {
    if (processes.size() < 3 && random() % 3 != 0) {
      processes.push_back(random() % 2 == 0 ? migration.start_copy()
                                            : migration.start_copy({"--join"}));
    } else if (!processes.empty()) {
      const auto dying = processes.begin() + static_cast<int>(random() % processes.size());
      (*dying)->send_signal(SIGKILL);
      (*dying)->wait();
      processes.erase(dying);
      --deaths;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 600));
  }
}

}  // namespace

TEST_CASE("the lists of kill points have every point of the source") {
  const Points listed = all_of({kBeginning, kBatch, kEnd, kRecheck});
  CHECK(std::set(listed.begin(), listed.end()) == points_in_the_source());
}

TEST_CASE("a run that is killed at one point after the other arrives whole") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_tables(migration);
  const auto kill_at = [&migration](const std::string& point) {
    CAPTURE(point);
    const RunResult killed = migration.copy_killed_at(point);
    INFO(killed.out << killed.err);
    CHECK(killed.signal == SIGKILL);
  };
  for (const std::string& point : kBeginning) kill_at(point);
  for (const std::string& point : kBatch) {
    // However much the processes before have copied, there are batches of parents to come.
    migration.source(fmt::format("UPDATE parents SET payload = '{}'", point));
    kill_at(point);
  }
  // The last moment at which the source is looked at again.
  change_source(migration);
  for (const std::string& point : kRecheck) {
    // What the process before has taken out is not there to be taken out again.
    if (point == "before_supersede_commit") change_copied_rows(migration);
    kill_at(point);
  }
  for (const std::string& point : kEnd) kill_at(point);
  finish(migration);
  check_result(migration);
  const RunResult verified = migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("a run that is killed at random arrives whole") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  std::mt19937 random(20261122);
  Migration migration(from);
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
  const From from = GENERATE(From::postgresql, From::mariadb);
  for (const std::string& point : all_of({kBeginning, kBatch, kEnd})) {
    for (const int pass : {1, 2, 5, 11, 29}) {
      CAPTURE(to_string(from), point, pass);
      Migration migration(from);
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
  const From from = GENERATE(From::postgresql, From::mariadb);
  const auto seed = static_cast<unsigned>(std::random_device()());
  CAPTURE(to_string(from), seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 25; ++round) {
    Migration migration(from);
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

TEST_CASE("a run of several processes that are killed at random arrives whole", "[long]") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const auto seed = static_cast<unsigned>(std::random_device()());
  CAPTURE(to_string(from), seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 15; ++round) {
    Migration migration(from);
    make_tables(migration);
    kill_any(migration, random, 4);
    change_source_while_copying(migration);
    kill_any(migration, random, 4);
    finish(migration);
    check_result(migration);
  }
}

}  // namespace sluice::test
