// Keys that are texts, under collations to which different texts are the same.
#include <catch2/generators/catch_generators.hpp>

#include "keys_fixture.h"

namespace sluice::test {
namespace {

/// Four spellings that some collation takes for one, and one more: as SQL, by n.
constexpr const char* kSpellings =
    "CASE n % 5 WHEN 0 THEN 'aa' WHEN 1 THEN 'AA' WHEN 2 THEN 'aa  ' WHEN 3 THEN 'Aa ' ELSE 'b' "
    "END";

}  // namespace

TEST_CASE("texts that a collation of MariaDB takes for one arrive each as it is") {
  const std::string collation =
      GENERATE("utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_bin", "utf8mb4_nopad_bin");
  CAPTURE(collation);
  Migration migration(From::mariadb);
  migration.source(
      fmt::format("CREATE TABLE t (name varchar(20) COLLATE {}, n int, payload text, "
                  "PRIMARY KEY (name, n));"
                  "INSERT INTO t SELECT {}, n, {} FROM {}; ANALYZE TABLE t",
                  collation, kSpellings, kPayload, numbers(From::mariadb, 1500)));
  migration.target("CREATE TABLE t (name text, n int, payload text, PRIMARY KEY (name, n))");
  migration.move("t");
  copy_in_two_lives(migration);
  CHECK(migration.difference("SELECT n, hex(name), payload FROM t ORDER BY n",
                             "SELECT n, upper(encode(name::bytea, 'hex')), payload FROM t__side "
                             "ORDER BY n") == "");
  CHECK(migration.target_value("SELECT count(DISTINCT name) FROM t__side") == "5");
  CHECK(migration.target_value("SELECT count(*) > 2 FROM sluice.batch") == "t");
}

TEST_CASE("texts that an ICU collation of PostgreSQL takes for one arrive each as it is") {
  Migration migration;
  const std::string collation =
      "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1-ka-shifted', "
      "deterministic = false);";
  const std::string table =
      "CREATE TABLE t (name text COLLATE blind, n int, payload text, PRIMARY KEY (name, n))";
  migration.source(collation + table);
  migration.target(collation + table);
  migration.source(fmt::format("INSERT INTO t SELECT {}, n, {} FROM {}; ANALYZE", kSpellings,
                               kPayload, numbers(From::postgresql, 1500)));
  // Otherwise nothing would be tried here.
  REQUIRE(migration.source_value("SELECT count(DISTINCT name) FROM t") == "2");
  migration.move("t");
  copy_in_two_lives(migration);
  const std::string rows = " ORDER BY n";
  CHECK(migration.difference(
            "SELECT n, encode(convert_to(name, 'UTF8'), 'hex'), payload FROM t" + rows,
            "SELECT n, encode(convert_to(name, 'UTF8'), 'hex'), payload FROM t__side" + rows) ==
        "");
  CHECK(migration.target_value("SELECT count(*) > 2 FROM sluice.batch") == "t");
}

TEST_CASE("two texts that only the target takes for one cost a row, not the table") {
  Migration migration;
  migration.source("CREATE TABLE t (name text COLLATE \"C\" PRIMARY KEY)");
  migration.target(
      "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
      "CREATE TABLE t (name text COLLATE blind PRIMARY KEY)");
  migration.source("INSERT INTO t VALUES ('aa'), ('AA'), ('b')");
  migration.move("t");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "2");
  CHECK(migration.target_value("SELECT string_agg(name, ',') FROM t__side") == "b");
}

}  // namespace sluice::test
