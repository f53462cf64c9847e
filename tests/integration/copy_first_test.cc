// The smallest whole copies, through the program.
#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"

namespace sluice::test {

TEST_CASE("a small table arrives from PostgreSQL") {
  const RunResult version = run_sluice({"--version"});
  REQUIRE(version.exit_code == 0);
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, at timestamp)");
  migration.source("INSERT INTO t VALUES (1, 'one', '2020-02-29 12:30:00'), (2, 'two', NULL)");
  migration.move("t");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.table_difference("t", "id, name, at") == "");
  CHECK(migration.target_value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a small table arrives from MariaDB") {
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, name varchar(20) NOT NULL, at datetime);"
      "INSERT INTO t VALUES (1, 'one', '2020-02-29 12:30:00'), (2, 'zw\u00f6lf', NULL)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(20) NOT NULL, at timestamp)");
  migration.move("t");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.table_difference("t", "id, name, at") == "");
}

}  // namespace sluice::test
