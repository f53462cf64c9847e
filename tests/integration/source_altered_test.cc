// Tables of the source that somebody alters while a run is under way: each concerns itself alone,
// and nobody once its rows are read.
#include <csignal>

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

}  // namespace

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
