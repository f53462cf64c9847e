// Tables of the source that somebody alters while a run is under way: each concerns itself alone,
// and nobody once its rows are read.
#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "keys_fixture.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

constexpr const char* kAlter = "ALTER TABLE small ADD COLUMN extra int";
constexpr const char* kPutBack = "ALTER TABLE small DROP COLUMN extra";

/// The larger one is far from its end when its first batch is written.
void make_tables(Migration& migration) {
  migration.on_both(
      "CREATE TABLE big (id int PRIMARY KEY, payload varchar(100));"
      "CREATE TABLE small (id int PRIMARY KEY)");
  migration.source(fmt::format("INSERT INTO big SELECT n, {} FROM {}", kPayload,
                               numbers(migration.from(), 20000)));
  migration.source("INSERT INTO small VALUES (1), (2)");
  analyze(migration, "big, small");
  migration.move("big");
  migration.move("small");
}

void check_failed(const Migration& migration, const RunResult& copied) {
  require_exit(copied, 3);
  CHECK(copied.err.find("small failed: it is not what the plan was made from: column extra") !=
        std::string::npos);
  CHECK(migration.table_difference("big", "id, payload") == "");
}

/// Two tables with one row each that goes to quarantine; all rows of both are read, the run is not
/// past copying, and one table is not what it was.
struct AlteredInTime {
  explicit AlteredInTime(From from) : migration(from) {
    for (const char* const table : {"dates", "small"}) {
      migration.on_both(
          fmt::format("CREATE TABLE {} (id int PRIMARY KEY, born varchar(20))", table));
      migration.source(fmt::format("INSERT INTO {} VALUES (1, '1970-01-31'), (2, '?')", table));
      migration.target(fmt::format("ALTER TABLE {} ALTER born TYPE date USING NULL", table));
      migration.move(table, table, "", R"({"same_names": true, "columns": {"born":
          {"from": "born", "steps": [{"date": "%Y-%m-%d"}]}}})");
    }
    analyze(migration, "dates, small");
    migration.limit("quarantine_rows", 1);
    REQUIRE(migration.copy_killed_at("before_copied_commit").signal == SIGKILL);
    migration.source(kAlter);
  }
  [[nodiscard]] RunResult decide(const std::string& tables) const {
    std::string entries;
    for (const char* const table : {"dates", "small"}) {
      if (tables.find(table) == std::string::npos) continue;
      entries += fmt::format(
          R"({}{{"table": "{}", "source_key": ["2"], "decision": {{"set": {{"born": null}}}},
              "person": "Ann", "reason": "asked"}})",
          entries.empty() ? "" : ", ", table);
    }
    const auto file =
        dir.write("decisions.json",
                  fmt::format(R"({{"schema": "sluice.decisions/1", "decisions": [{}]}})", entries));
    return migration.sluice("quarantine", {"decide", "--file", file.string()});
  }
  [[nodiscard]] std::string rows_of(const std::string& table) const {
    return migration.target_value("SELECT count(*) FROM " + table + "__side");
  }
  Migration migration;
  TempDir dir;
};

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// A statement of somebody else's session, which waits as long as it has to.
class InBackground {
 public:
  InBackground(const Migration& migration, std::string sql)
      : session_(migration.source_session()),
        thread_([this, text = std::move(sql)] { session_(text); }) {}
  InBackground(const InBackground&) = delete;
  InBackground& operator=(const InBackground&) = delete;
  ~InBackground() { thread_.join(); }

 private:
  std::function<Rows(const std::string&)> session_;
  std::thread thread_;  // after what it uses
};

/// Whether the statement `like` waits for a lock of the source.
bool waits_at_source(const Migration& migration, const std::string& like) {
  const std::string sql =
      migration.from() == From::postgresql
          ? fmt::format(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query "
                "LIKE '{}%'",
                like)
          : fmt::format(
                "SELECT count(*) FROM information_schema.processlist WHERE state LIKE '%metadata "
                "lock%' AND info LIKE '{}%'",
                like);
  return migration.source_value(sql) != "0";
}

}  // namespace

TEST_CASE("a statement that waits to alter a table while it is read does not hold up the run") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_tables(migration);
  const bool is_postgresql = migration.from() == From::postgresql;
  // What the catalogue's functions open a table for.
  migration.source(is_postgresql
                       ? "ALTER TABLE big ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) STORED;"
                         "CREATE UNIQUE INDEX ON big ((id + 1))"
                       : "ALTER TABLE big ADD COLUMN bytes binary(4) DEFAULT 'a\\0'");
  migration.target(is_postgresql
                       ? "ALTER TABLE big ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) STORED"
                       : "ALTER TABLE big ADD COLUMN bytes bytea");
  const auto copy = copy_stalled_at(migration, "after_commit");
  {
    const InBackground alter(migration, "ALTER TABLE big ADD COLUMN extra int");
    REQUIRE(wait_until([&] { return waits_at_source(migration, "ALTER TABLE big"); }));
    copy->send_signal(SIGCONT);
    require_exit(copy->wait(), 0);
  }
  CHECK(migration.table_difference("big", "id, payload") == "");
}

TEST_CASE("a lock on a table that is left behind does not hold up the run") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_tables(migration);
  const bool is_postgresql = migration.from() == From::postgresql;
  migration.source("CREATE TABLE other (id int PRIMARY KEY, bytes " +
                   std::string(is_postgresql ? "bytea DEFAULT 'a')" : "binary(4) DEFAULT 'a')"));
  migration.leave("other");
  const auto copy = copy_stalled_at(migration, "after_commit");
  const auto session = migration.source_session();
  session(is_postgresql ? "BEGIN" : "SET autocommit = 1");
  session(is_postgresql ? "LOCK TABLE other IN ACCESS EXCLUSIVE MODE" : "LOCK TABLES other WRITE");
  copy->send_signal(SIGCONT);
  require_exit(copy->wait(), 0);
}

TEST_CASE("a source table that is altered once all rows are read concerns nobody") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_tables(migration);
  SECTION("while indexes are built") {
    const auto copy = copy_stalled_at(migration, "after_copied_commit");
    migration.source(kAlter);
    copy->send_signal(SIGCONT);
    require_exit(copy->wait(), 0);
  }
  SECTION("before the run goes on") {
    REQUIRE(migration.copy_killed_at("after_copied_commit").signal == SIGKILL);
    migration.source(kAlter);
    finish(migration);
  }
  CHECK(migration.table_difference("big", "id, payload") == "");
  CHECK(migration.table_difference("small", "id") == "");
}

TEST_CASE("a source table that is altered before its rows are read fails alone") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_tables(migration);
  SECTION("after the plan was made") {
    const auto copy = copy_stalled_at(migration, "before_snapshot");
    migration.source(kAlter);
    copy->send_signal(SIGCONT);
    check_failed(migration, copy->wait());
  }
  SECTION("before the run goes on") {
    REQUIRE(migration.copy_killed_at("after_commit:1").signal == SIGKILL);
    migration.source(kAlter);
    check_failed(migration, migration.copy());
  }
  // Not even when all others are done.
  check_failed(migration, migration.copy());
  migration.source(kPutBack);
  finish(migration);
  CHECK(migration.table_difference("big", "id, payload") == "");
  CHECK(migration.table_difference("small", "id") == "");
}

TEST_CASE("rows of other tables are decided and verified though a source table was altered") {
  const AlteredInTime run(GENERATE(From::postgresql, From::mariadb));
  const Migration& migration = run.migration;
  CAPTURE(to_string(migration.from()));
  // Before a copy has looked at the table, and when it has failed it.
  if (GENERATE(false, true)) {
    const RunResult copied = migration.copy();
    require_exit(copied, 3);
    CHECK(says(copied.err, "small failed: it is not what the plan was made from: column extra"));
  }
  const RunResult both = run.decide("dates small");
  require_exit(both, 3);
  CHECK(says(both.out, "its source table is not what the plan was made from: column extra"));
  CHECK(run.rows_of("dates") == "2");
  CHECK(run.rows_of("small") == "1");
  require_exit(run.decide("dates"), 0);  // for the second time
  require_exit(migration.copy(), 3);
  const RunResult verified = migration.sluice("verify");
  require_exit(verified, 10);
  CHECK(says(verified.out, "dates  equal: 2 rows, 1 decided"));
  CHECK(
      says(verified.out, "could not check: 0 rows; its copy failed: it is not what the plan was"));
  migration.source(kPutBack);
  require_exit(run.decide("dates small"), 0);
  finish(migration);
  require_exit(migration.sluice("verify"), 0);
  CHECK(run.rows_of("small") == "2");
}

TEST_CASE("rows of a table that was altered once all of them were read are decided") {
  const AlteredInTime run(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(run.migration.from()));
  run.migration.source(kPutBack);
  finish(run.migration);
  run.migration.source(kAlter);
  require_exit(run.decide("dates small"), 0);
  CHECK(run.rows_of("small") == "2");
}

TEST_CASE("limits are raised though a source table was altered") {
  AlteredInTime run(GENERATE(From::postgresql, From::mariadb));
  Migration& migration = run.migration;
  CAPTURE(to_string(migration.from()));
  if (GENERATE(false, true)) {
    migration.source("DROP TABLE small");
  }
  migration.limit("quarantine_rows", 7);
  const RunResult copied = migration.copy();
  require_exit(copied, 3);
  CHECK(says(copied.err, "small failed: it is not what the plan was made from: "));
  CHECK(says(copied.err, "dates failed") == false);
  CHECK(run.rows_of("dates") == "1");
  require_exit(run.decide("dates"), 0);
}

TEST_CASE("other rules are not taken because a source table was altered") {
  AlteredInTime run(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(run.migration.from()));
  const std::string table = GENERATE("dates", "small");
  run.migration.forget_tables();
  for (const std::string name : {"dates", "small"}) {
    run.migration.move(name, name, "",
                       fmt::format(R"({{"same_names": true, "columns": {{"born": {{"from": "born",
            "steps": [{{"date": "{}"}}]}}}}}})",
                                   name == table ? "%d.%m.%Y" : "%Y-%m-%d"));
  }
  const RunResult copied = run.migration.copy();
  require_exit(copied, 7);
  CHECK(says(copied.err, table + ": rules"));
}

}  // namespace sluice::test
