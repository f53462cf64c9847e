// Locks that somebody else has, and locks that the server has no room for.
#include <catch2/catch_test_macros.hpp>

#include "integration/cutover_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Arguments = std::vector<std::string>;

/// Exit code 6, and who holds it.
void check_held(const RunResult& result, const std::string& pid) {
  CAPTURE(result.out, result.err);
  CHECK(result.exit_code == 6);
  CHECK(result.err.find("process " + pid) != std::string::npos);
}

TEST_CASE("who holds a table is named by whatever has to wait for it") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  PgSql blocker(migration.target_database().conninfo());
  const std::string pid = single_value(blocker.query("SELECT pg_backend_pid()"));
  const Arguments quick{"--lock-timeout", "100", "--retries", "0"};
  // A writer of the side table stands against looking at it, before the locks of the swap.
  blocker.query("BEGIN; LOCK TABLE t__side IN ROW EXCLUSIVE MODE");
  check_held(migration.sluice("cutover", quick), pid);
  blocker.query("ROLLBACK");
  require_exit(migration.sluice("cutover"), 0);
  blocker.query("BEGIN; LOCK TABLE t");
  check_held(migration.sluice("rollback", quick), pid);
  blocker.query("ROLLBACK");
  require_exit(migration.sluice("rollback"), 0);
}

TEST_CASE("a discard whose COMMIT was not answered asks the ledger") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  Proxy proxy(PostgresServer::shared().port());
  migration.target_url(migration.target_url_by_port(proxy.port()));
  // Those before end looks at the catalogue and at whether the run was stopped.
  for (int nth = 1; migration.events("discarded").empty() && nth < 10; ++nth) {
    CAPTURE(nth);
    proxy.lose_answer_to("COMMIT", nth);
    const RunResult result = migration.sluice("discard", {"--run", run});
    const bool is_dropped = migration.target_value("SELECT to_regclass('t__side') IS NULL") == "t";
    // Whatever got lost, what it says is what is there.
    CHECK((result.exit_code == 0) == is_dropped);
    CHECK(proxy.lost());
  }
  CHECK(migration.events("discarded").size() == 1);
}

TEST_CASE("locks that the target has no room for are found at plan time, and refused") {
  // 10 x 12 entries by the server's own formula.
  PostgresServer small({"max_locks_per_transaction=10", "max_connections=12"});
  Migration migration(From::postgresql, small);
  for (int i = 0; i < 9; ++i) {
    const std::string name = "t" + std::to_string(i);
    migration.source("CREATE TABLE " + name + " (id int PRIMARY KEY)");
    migration.target("CREATE TABLE " + name +
                     " (id int PRIMARY KEY, a int, b int); CREATE INDEX ON " + name +
                     " (a); CREATE INDEX ON " + name + " (b); CREATE VIEW v" + name +
                     " AS SELECT id FROM " + name);
    migration.move(name);
  }
  const RunResult planned = migration.sluice("plan");
  require_exit(planned, 0);
  CHECK((planned.out + planned.err).find("and the target has room for 120") != std::string::npos);
  copy_and_verify(migration);
  const RunResult refused = migration.sluice("cutover");
  CHECK(refused.exit_code == 3);
  CHECK((refused.out + refused.err).find("raise max_locks_per_transaction") != std::string::npos);
  CHECK(migration.events("cutover").empty());
}

}  // namespace
}  // namespace sluice::test
