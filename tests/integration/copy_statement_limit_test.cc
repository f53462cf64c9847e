// "source_statement_seconds": how long a statement on the source may take.
#include <chrono>
#include <csignal>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

/// `slow` is far more than lies in buffers between a server and a reader who stands still; `quick`
/// is read by one statement that has ended by then.
void make_tables(Migration& migration) {
  for (const std::string table : {"slow", "quick"}) {
    migration.on_both("CREATE TABLE " + table + " (id int PRIMARY KEY, payload varchar(1000))");
    migration.move(table);
  }
  const std::string numbers = migration.from() == From::postgresql
                                  ? "generate_series(1, 6000) AS n"
                                  : "(SELECT seq AS n FROM seq_1_to_6000) AS numbers";
  migration.source("INSERT INTO slow SELECT n, repeat('x', 1000) FROM " + numbers);
  migration.source("INSERT INTO quick VALUES (1, 'one')");
  migration.source(migration.from() == From::postgresql ? "ANALYZE" : "ANALYZE TABLE slow, quick");
  migration.limit("batch_bytes", 1 << 20);
  migration.limit("readers", 1);
}

void check_finishes(Migration& migration) {
  migration.limit("source_statement_seconds", 0);
  finish(migration);
  CHECK(migration.table_difference("slow", "id, payload") == "");
  CHECK(migration.table_difference("quick", "id, payload") == "");
}

}  // namespace

TEST_CASE("a statement on the source that takes too long fails its table, which names the limit") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_tables(migration);
  migration.limit("source_statement_seconds", 1);
  const auto process = copy_stalled_at(migration, "after_read:1");
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  const std::string reason =
      migration.target_value("SELECT reason FROM sluice.run_table WHERE state = 'failed'");
  CHECK(reason.starts_with("source: "));
  CHECK(reason.find("\"source_statement_seconds\" is 1") != std::string::npos);
  CHECK(migration.target_value("SELECT count(*) FROM quick__side") == "1");
  check_finishes(migration);
}

TEST_CASE("a lock on the source that is not given in time ends the copy, which names the limit") {
  Migration migration;
  make_tables(migration);
  migration.limit("source_statement_seconds", 1);
  const auto process = copy_stalled_at(migration, "before_snapshot");
  const auto other = migration.source_session();
  other("BEGIN");
  other("LOCK TABLE slow IN ACCESS EXCLUSIVE MODE");
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("sluice: source: ") != std::string::npos);
  CHECK(result.err.find("\"source_statement_seconds\" is 1") != std::string::npos);
  // It ends where the point in time is opened: a table that may not be read is another matter.
  CHECK(migration.target_value("SELECT count(*) FROM sluice.run_table WHERE state = 'failed'") ==
        "0");
  other("ROLLBACK");
  check_finishes(migration);
}

TEST_CASE("a statement that somebody else ends is not taken for one that took too long") {
  Migration migration;
  make_tables(migration);
  migration.limit("source_statement_seconds", 3600);
  const auto process = copy_stalled_at(migration, "after_read:1");
  migration.source(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND datname = "
      "current_database() AND pid <> pg_backend_pid()");
  process->send_signal(SIGCONT);
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 130);
  CHECK(result.err.find("source_statement_seconds") == std::string::npos);
  check_finishes(migration);
}

}  // namespace sluice::test
