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

}  // namespace sluice::test
