// Tables without a key: equal rows are all there, and pairs of them do not cancel each other.
#include <catch2/generators/catch_generators.hpp>

#include "keys_none_fixture.h"

namespace sluice::test {

TEST_CASE("a table without a key arrives with all its equal rows, and twins are not exchanged") {
  check_twins_arrive(GENERATE(From::postgresql, From::mariadb));
}

TEST_CASE("a MariaDB table without a key that changed after a kill is copied anew") {
  Migration migration(From::mariadb);
  migration.on_both("CREATE TABLE t (a int, b varchar(200))");
  migration.source(
      fmt::format("INSERT INTO t SELECT n, repeat('x', 90) FROM {}", numbers(From::mariadb, 1500)));
  migration.move("t");
  REQUIRE(migration.copy_killed_at("after_commit").exit_code != 0);
  REQUIRE(migration.target_value("SELECT count(*) FROM t__side") != "0");
  // Every row after the first is at another place now.
  migration.source("DELETE FROM t WHERE a = 1; INSERT INTO t VALUES (1501, 'late')");
  require_exit(migration.copy(), 0);
  CHECK(migration.table_difference("t", "a, b") == "");
  CHECK(migration.target_value("SELECT count(*) > 0 FROM sluice.batch WHERE superseded") == "t");
  require_exit(migration.sluice("verify"), 0);
}

}  // namespace sluice::test
