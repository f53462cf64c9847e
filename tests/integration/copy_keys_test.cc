// Whole copies of tables of every key shape, compared by the test's own SQL.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "support/migration.h"

namespace sluice::test {
namespace {

/// Numbers 1 to `count` as column n.
std::string numbers(From from, int count) {
  return from == From::postgresql
             ? fmt::format("(SELECT generate_series(1, {})::bigint AS n) numbers", count)
             : fmt::format("(SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_{}) numbers", count);
}

/// About 100 bytes that depend on n.
constexpr const char* kPayload = "repeat(md5(concat('x', n)), 3)";

void check_copied(const Migration& migration, const RunResult& copied) {
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.run_state() == "finished");
}

}  // namespace

TEST_CASE("tables of every key shape arrive whole") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  const std::string uuid = from == From::postgresql ? "uuid" : "char(36)";
  migration.on_both(
      "CREATE TABLE dense (id int PRIMARY KEY, payload text);"
      "CREATE TABLE sparse (id bigint PRIMARY KEY, payload text);"
      "CREATE TABLE composite (a int, b smallint, c bigint, payload text, PRIMARY KEY (a, b, c));"
      "CREATE TABLE empty (id int PRIMARY KEY, payload text);"
      "CREATE TABLE one (id int PRIMARY KEY, payload text);");
  migration.source(fmt::format("CREATE TABLE ids (id {} PRIMARY KEY, payload text)", uuid));
  migration.target("CREATE TABLE ids (id uuid PRIMARY KEY, payload text)");
  migration.source(
      fmt::format("INSERT INTO dense SELECT n, {0} FROM {1};"
                  // 1,000 rows over a range of 5 x 10^15 keys, below and above zero
                  "INSERT INTO sparse SELECT (n - 500) * 5000000000000 + n % 7, {0} FROM {2};"
                  "INSERT INTO composite SELECT n % 13, n % 7 - 3, n, {0} FROM {2};"
                  "INSERT INTO one VALUES (-1, NULL);",
                  kPayload, numbers(from, 12000), numbers(from, 1500)));
  const std::string hex = "md5(concat('u', n))";
  migration.source(fmt::format(
      "INSERT INTO ids SELECT {}, {} FROM {}",
      from == From::postgresql
          ? hex + "::uuid"
          : fmt::format("concat(substr({0}, 1, 8), '-', substr({0}, 9, 4), '-', substr({0}, 13, 4),"
                        " '-', substr({0}, 17, 4), '-', substr({0}, 21))",
                        hex),
      kPayload, numbers(from, 1500)));
  if (from == From::postgresql) {
    migration.source("ANALYZE");
  } else {
    migration.source("ANALYZE TABLE dense, sparse, composite, ids");
  }
  for (const char* table : {"dense", "sparse", "composite", "empty", "one", "ids"}) {
    migration.move(table);
  }
  check_copied(migration, migration.copy());
  for (const char* table : {"dense", "sparse", "empty", "one"}) {
    CAPTURE(table);
    CHECK(migration.table_difference(table, "id, payload") == "");
  }
  CHECK(migration.table_difference("composite", "a, b, c, payload") == "");
  CHECK(migration.table_difference("ids", "id, payload") == "");
  // Enough batches and ranges for the comparison to mean something.
  CHECK(migration.target_value("SELECT count(*) > 10 FROM sluice.batch") == "t");
  CHECK(migration.target_value("SELECT max(range_no) > 1 FROM sluice.range") == "t");
  // Keys and indexes are back.
  CHECK(migration.target_value("SELECT count(*) FROM pg_index WHERE indisprimary AND "
                               "indrelid::regclass::text LIKE '%\\_\\_side'") == "6");
}

TEST_CASE("a MariaDB table with a uuid key is read in the server's own order") {
  Migration migration(From::mariadb);
  migration.source("CREATE TABLE ids (id uuid PRIMARY KEY, n int, ref uuid, payload text)");
  migration.target("CREATE TABLE ids (id uuid PRIMARY KEY, n int, ref uuid, payload text)");
  // Of version 1, whose parts MariaDB swaps when it orders them, and of random bytes.
  migration.source(
      fmt::format("INSERT INTO ids SELECT UUID(), n, UUID(), {0} FROM {1};"
                  "INSERT INTO ids SELECT concat(left(h, 8), '-', substr(h, 9, 4), '-4', substr(h, "
                  "14, 3), '-8', "
                  "substr(h, 18, 3), '-', substr(h, 21)), n + 10000, NULL, payload FROM "
                  "(SELECT md5(concat('u', n)) AS h, n, {0} AS payload FROM {1}) hashes",
                  kPayload, numbers(From::mariadb, 3000)));
  migration.move("ids");
  check_copied(migration, migration.copy());
  CHECK(migration.target_value("SELECT count(*) > 3 FROM sluice.batch") == "t");
  CHECK(migration.table_difference("ids", "n, id, ref, payload") == "");
  CHECK(migration.sluice("verify").exit_code == 0);
  // The batches are read again by their bounds.
  migration.source("UPDATE ids SET payload = 'changed' LIMIT 5");
  CHECK(migration.sluice("verify").exit_code == 3);
}

TEST_CASE("a PostgreSQL table without a key arrives with all its equal rows") {
  Migration migration;
  migration.on_both("CREATE TABLE heap (a int, b text)");
  migration.source(
      "INSERT INTO heap SELECT n % 100, repeat(md5((n % 100)::text), 3) FROM generate_series(1, "
      "6000) n; INSERT INTO heap SELECT NULL, NULL FROM generate_series(1, 5);"
      "DELETE FROM heap WHERE a BETWEEN 20 AND 29; ANALYZE");
  migration.move("heap");
  check_copied(migration, migration.copy());
  CHECK(migration.table_difference("heap", "a, b") == "");
  CHECK(migration.target_value("SELECT count(*) FROM heap__side") == "5405");
}

TEST_CASE("rows of several columns go through a mapping") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.source(
      "CREATE TABLE people (id int PRIMARY KEY, first_name varchar(40), last_name varchar(40), "
      "status varchar(20), secret varchar(40))");
  migration.source(fmt::format(
      "INSERT INTO people SELECT n, concat(' first', n), concat('last', n, ' '), CASE n % 3 WHEN 0 "
      "THEN 'trial' ELSE 'active' END, 's' FROM {}",
      numbers(from, 3000)));
  migration.target(
      "CREATE TABLE persons (key bigint PRIMARY KEY, full_name text NOT NULL, state text, origin "
      "text NOT NULL)");
  migration.move("people", "persons", "",
                 R"({"columns": {"key": "id",
                     "full_name": {"concat": [{"column": "first_name", "steps": ["trim"], "missing": "skip"},
                                              {"column": "last_name", "steps": ["trim"], "missing": "skip"}],
                                   "separator": " ", "lossy": true},
                     "state": {"from": "status",
                               "steps": [{"map": {"trial": "pending", "active": "active"},
                                          "otherwise": "quarantine"}]},
                     "origin": {"constant": "crm"}},
                     "drop": [{"column": "secret", "lossy": true, "reason": "nobody may have it"}]})");
  check_copied(migration, migration.copy());
  CHECK(migration.difference(
            "SELECT id, concat('first', id, ' last', id), CASE id % 3 WHEN 0 THEN 'pending' ELSE "
            "'active' END, 'crm' FROM people ORDER BY id",
            "SELECT * FROM persons__side ORDER BY key") == "");
}

}  // namespace sluice::test
