// verify --target: the target against the digests of the copy.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

void copy_small(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(60))");
  std::string values;
  for (int id = 1; id <= 3000; ++id) {
    values += (id == 1 ? "(" : ", (") + std::to_string(id) + ", '" + std::string(50, 'x') + "')";
  }
  migration.source("INSERT INTO t VALUES " + values);
  migration.move("t");
  copy_all(migration);
}

Verified verify_target(const Migration& migration) { return verify(migration, {"--target"}); }

}  // namespace

TEST_CASE("a target that nobody touched holds what was written, and the report says what that is") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  copy_small(migration);
  const Verified verified = verify_target(migration);
  CHECK(verified.exit_code() == 0);
  CHECK(verified.outcome() == "equal");
  CHECK(verified.root().at("mode").as_string() == "target_only");
  CHECK(verified.root().at("limits").as_string().find("not that the source was read right") !=
        std::string::npos);
  CHECK(verified.rows("target") == 3000);
  CHECK(verified.table().at("source_changed").is_null());
}

TEST_CASE("the source is not even connected to") {
  Migration migration(From::mariadb);
  copy_small(migration);
  migration.source_url("mariadb:///gone?socket=/nonexistent/socket&user=nobody");
  CHECK(verify_target(migration).outcome() == "equal");
  CHECK(migration.sluice("verify").exit_code == 8);
}

TEST_CASE("one changed, lost, added or doubled row is enough") {
  for (const char* damage :
       {"UPDATE t__side SET name = 'y' WHERE id = 2999", "DELETE FROM t__side WHERE id = 1",
        "INSERT INTO t__side VALUES (-1, 'z')", "UPDATE t__side SET name = NULL WHERE id = 5",
        "UPDATE t__side SET id = -id WHERE id = 77"}) {
    INFO(damage);
    Migration migration;
    copy_small(migration);
    migration.target(damage);
    const Verified verified = verify_target(migration);
    CHECK(verified.exit_code() == 3);
    CHECK(verified.table_outcome() == "different");
    CHECK(verified.table().at("target_changed").as_bool());
    CHECK_FALSE(verified.reason().empty());
  }
}

TEST_CASE("rows that were moved about but not changed are the same rows") {
  Migration migration;
  copy_small(migration);
  const std::string key = migration.target_value(
      "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't__side'::regclass AND "
      "indisprimary");
  migration.target("CLUSTER t__side USING " + key);
  migration.target("UPDATE t__side SET name = name WHERE id % 3 = 0");
  migration.target("VACUUM FULL t__side");
  CHECK(verify_target(migration).outcome() == "equal");
}

TEST_CASE("kept rows and old values belong to what was written") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(3))");
  migration.source("INSERT INTO t VALUES (1, 'abcdef'), (2, 'x')");
  migration.target("INSERT INTO t VALUES (100, 'old')");
  migration.move(
      "t", "t", R"("existing_rows": "keep")",
      R"({"columns": {"id": "id", "name": {"from": "name", "steps": [{"truncate": 3}], "lossy": true, "keep_rest": true}}})");
  copy_all(migration);
  const Verified equal = verify_target(migration);
  CHECK(equal.outcome() == "equal");
  CHECK(equal.rows("existing") == 1);
  CHECK(equal.rows("target") == 3);
  migration.target("UPDATE t__rest SET value = 'forged'");
  const Verified verified = verify_target(migration);
  CHECK(verified.exit_code() == 3);
  CHECK(verified.table().at("rest").at("outcome").as_string() == "different");
}

TEST_CASE("rows in quarantine are shown, and more of them than the limit are a difference") {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY, name text)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(3))");
  migration.source("INSERT INTO t VALUES (1, 'abcdef'), (2, 'x'), (3, 'abcd')");
  migration.move("t");
  copy_all(migration);
  const Verified within = verify_target(migration);
  CHECK(within.exit_code() == 0);
  CHECK(within.outcome() == "equal_except_quarantined");
  CHECK(within.rows("quarantined") == 2);
  CHECK(migration.sluice("verify", {"--target"}).out.find("2 in quarantine") != std::string::npos);
  migration.limit("quarantine_rows", 1);
  for (const Verified& beyond : {verify_target(migration), verify(migration)}) {
    CHECK(beyond.exit_code() == 3);
    CHECK(beyond.reason() == "2 rows in quarantine, the limit is 1");
  }
}

TEST_CASE("what the ledger has lost is a difference, although every row stands as written") {
  for (const char* damage :
       {"DELETE FROM sluice.quarantine WHERE source_key = '[\"1\"]'",
        "UPDATE sluice.quarantine SET state = 'decided', decision = '{}' WHERE source_key = "
        "'[\"1\"]'",
        "UPDATE sluice.batch SET upper_key = '[\"7\"]' WHERE batch_no = 1"}) {
    INFO(damage);
    Migration migration;
    migration.source("CREATE TABLE t (id int PRIMARY KEY, name text)");
    migration.target("CREATE TABLE t (id int PRIMARY KEY, name varchar(3))");
    migration.source("INSERT INTO t VALUES (1, 'abcdef'), (2, 'x')");
    migration.move("t");
    copy_all(migration);
    migration.target(damage);
    const Verified verified = verify_target(migration);
    CHECK(verified.exit_code() == 3);
    CHECK(verified.reason().starts_with("the account of the copy does not close: "));
    CHECK_FALSE(verified.table().at("target_changed").as_bool());
  }
}

TEST_CASE("a server that is gone ends the verification, and is no answer about the rows") {
  PostgresServer server;
  Migration migration(From::postgresql, server);
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  copy_all(migration);
  server.stop_immediately();
  const RunResult gone = migration.sluice("verify", {"--target"});
  CHECK(gone.exit_code == 8);
  CHECK(gone.out.empty());
  server.start();
  CHECK(verify_target(migration).outcome() == "equal");
}

TEST_CASE("each verification is kept with the run") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  copy_all(migration);
  (void)verify(migration);
  migration.target("INSERT INTO t__side VALUES (1)");
  (void)verify(migration, {"--target"});
  CHECK(to_text(migration.target("SELECT verification_no, mode, outcome FROM sluice.verification "
                                 "ORDER BY verification_no")) ==
        "1 | full | equal\n2 | target_only | different\n");
  const RunResult status = migration.sluice("status");
  CHECK(status.out.find("(target_only): different") != std::string::npos);
  CHECK(status.out.find("Next: sluice verify") != std::string::npos);
}

}  // namespace sluice::test
