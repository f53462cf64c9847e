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

TEST_CASE("times of MariaDB beyond a day arrive where the target is an interval") {
  Migration migration(From::mariadb);
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, spent time(1));"
      "INSERT INTO t VALUES (1, '838:59:59.5'), (2, '-100:00:00'), (3, '12:30:00'), (4, NULL)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, spent interval)");
  migration.move("t");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.target_value("SELECT string_agg(coalesce(spent::text, 'NULL'), ' ' ORDER BY id) "
                               "FROM t__side") == "838:59:59.5 -100:00:00 12:30:00 NULL");
  CHECK(migration.sluice("verify").exit_code == 0);
}

}  // namespace sluice::test
