// A verification that cannot get on, because a server gives no rows, says so and goes on by itself.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "integration/standstill_fixture.h"
#include "support/outcome.h"

namespace sluice::test {

TEST_CASE("a verification that waits for the source's rows says so") {
  Migration migration;
  make_long_table(migration);
  require_exit(migration.copy(), 0);
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "after_verify_read"}, {"SLUICE_STALL_AFTER_MS", kStallAfter}};
  const auto verify = migration.start("verify", {}, options);
  // In the middle of the table.
  REQUIRE(wait_until_stalled(*verify));
  {
    const Frozen readers(
        migration.source("SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                         "AND application_name = 'sluice'"));
    REQUIRE_FALSE(readers.empty());
    verify->send_signal(SIGCONT);
    CHECK(verify->wait_for_output("waits for the source: reading public.t (the server"));
  }
  CHECK(verify->wait_for_output("goes on after "));
  const RunResult result = verify->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
}

}  // namespace sluice::test
