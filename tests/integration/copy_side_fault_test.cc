// Which of the two servers failed is said, whatever was being done when it did.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// Every hundredth name stands there twice, and the target takes each once: rows to be swept.
void make_table(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name varchar(100))");
  migration.target("CREATE UNIQUE INDEX by_name ON t (name)");
  const std::string numbers = migration.from() == From::postgresql
                                  ? "generate_series(1, 9000) AS n"
                                  : "(SELECT seq AS n FROM seq_1_to_9000) AS numbers";
  migration.source(
      "INSERT INTO t SELECT n, concat(repeat('x', 80), CASE WHEN n % 100 = 7 THEN n - "
      "1 ELSE n END) FROM " +
      numbers);
  migration.source(migration.from() == From::postgresql ? "ANALYZE" : "ANALYZE TABLE t");
  migration.move("t");
  migration.limit("reconnect_seconds", 0);
}

/// Batches of an earlier point in time, which the next start reads again. Nobody knows which five
/// were committed: either all of them hold rows that were changed, or none does.
void leave_older_batches(const Migration& migration, bool changed = true) {
  REQUIRE(migration.copy_killed_at("after_commit:5").signal == SIGKILL);
  migration.source(changed ? "UPDATE t SET name = concat('changed ', id) WHERE id % 10 = 9"
                           : "UPDATE t SET name = name");
}

template <typename Server>
void check_names_side(const Migration& migration, Server& server, const std::string& point,
                      const std::string& side) {
  CAPTURE(point, side);
  const auto process = copy_stalled_at(migration, point);
  server.stop_immediately();
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 8);
  CHECK(result.err.find("sluice: " + side + ": ") != std::string::npos);
  // Once is enough.
  CHECK(result.err.find(side + ": " + side + ": ") == std::string::npos);
}

}  // namespace

TEST_CASE("a source that goes away while older batches are read again is named") {
  SECTION("PostgreSQL") {
    PostgresServer source;
    Migration migration(source, PostgresServer::shared());
    make_table(migration);
    leave_older_batches(migration);
    check_names_side(migration, source, "after_snapshot", "source");
  }
  SECTION("MariaDB") {
    MariadbServer source;
    Migration migration(source, PostgresServer::shared());
    make_table(migration);
    leave_older_batches(migration);
    check_names_side(migration, source, "after_snapshot", "source");
  }
}

TEST_CASE("a source that is away when rows at fault are traced is named") {
  SECTION("PostgreSQL") {
    PostgresServer source;
    Migration migration(source, PostgresServer::shared());
    make_table(migration);
    check_names_side(migration, source, "before_step_commit", "source");
  }
  SECTION("MariaDB") {
    MariadbServer source;
    Migration migration(source, PostgresServer::shared());
    make_table(migration);
    check_names_side(migration, source, "before_step_commit", "source");
  }
}

TEST_CASE("a target that goes away while older batches, a sweep or the end are written is named") {
  const std::string point =
      GENERATE("before_supersede_commit", "before_confirm_commit", "before_sweep_commit",
               "before_step_commit", "before_checked_commit", "before_state_commit");
  PostgresServer target;
  Migration migration(PostgresServer::shared(), target);
  make_table(migration);
  if (point == "before_supersede_commit") leave_older_batches(migration);
  if (point == "before_confirm_commit") leave_older_batches(migration, false);
  check_names_side(migration, target, point, "target");
}

}  // namespace sluice::test
