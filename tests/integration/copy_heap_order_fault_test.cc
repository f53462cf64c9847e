// A table without a key is cut where its blocks say: it must be read from its first block on,
// wherever other scans of it are.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"

namespace sluice::test {

TEST_CASE("a scan of somebody else in the middle of a table loses none of its rows") {
  // Servers let a scan begin where another one is when a table is larger than a quarter of this.
  PostgresServer source({"shared_buffers=4MB"});
  Migration migration(source, PostgresServer::shared());
  migration.on_both("CREATE TABLE heap (n int, payload text, long_text text)");
  migration.source(
      "ALTER TABLE heap ALTER long_text SET STORAGE EXTERNAL;"
      "INSERT INTO heap SELECT n, repeat('x', 400), CASE WHEN n % 500 = 0 THEN repeat('y', 4000) "
      "END FROM generate_series(1, 8000) n");
  migration.move("heap");
  // All of it is one range, which begins at no block in particular.
  migration.limit("batch_bytes", 512 << 10);
  migration.limit("readers", 1);
  migration.limit("writers", 1);

  PgSql other(migration.source_conninfo());
  other.query("BEGIN; DECLARE scan CURSOR FOR SELECT n FROM heap; MOVE 4000 FROM scan");
  const RunResult killed = migration.copy_killed_at("after_commit:4");
  INFO(killed.out << killed.err);
  REQUIRE(killed.signal == SIGKILL);
  REQUIRE(migration.target_value("SELECT count(*) FROM sluice.range") == "1");
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(migration.table_difference("heap", "n, payload, long_text") == "");
}

}  // namespace sluice::test
