// "digest": "sha256": a whole migration, killed, resumed and verified, and one digest worked out by
// the server.
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "support/migration.h"

namespace sluice::test {

TEST_CASE("a migration under SHA-256 is resumed, decided and verified like any other") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  migration.on_both(
      "CREATE TABLE one (id int PRIMARY KEY);"
      "CREATE TABLE many (id int PRIMARY KEY, payload varchar(90), code int)");
  migration.source("INSERT INTO one VALUES (42)");
  migration.target("ALTER TABLE many ADD CHECK (code > 0)");
  for (int first = 1; first <= 3000; first += 500) {
    std::string rows;
    for (int id = first; id < first + 500; ++id) {
      rows += (rows.empty() ? "(" : ", (") + std::to_string(id) + ", '" + std::string(80, 'x') +
              "', " + (id == 77 ? "0" : "1") + ")";
    }
    migration.source("INSERT INTO many VALUES " + rows);
  }
  for (const char* table : {"one", "many"}) migration.move(table);
  migration.member("digest", "\"sha256\"");
  const RunResult killed = migration.copy_killed_at("after_commit:3");
  REQUIRE(killed.signal == SIGKILL);
  const RunResult done = migration.copy();
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(migration.table_difference("one", "id") == "");
  CHECK(migration.difference("SELECT * FROM many WHERE id <> 77 ORDER BY id",
                             "SELECT * FROM many__side ORDER BY id") == "");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.batch WHERE target_digest !~ "
                               "'^sha256:[0-9]+:[0-9a-f]{64}$'") == "0");
  // The published form: SHA-256 of the seed and the row, one field of four bytes.
  CHECK(migration.target_value(
            "SELECT count(*) FROM sluice.batch b JOIN sluice.run r USING (run_id) WHERE "
            "b.target_digest = 'sha256:1:' || encode(sha256(decode(left(r.nonce, 16), 'hex') || "
            "'\\x000100000004'::bytea || int4send(42)), 'hex')") == "1");

  CHECK(migration.sluice("verify").exit_code == 0);
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 0);
  migration.target("UPDATE many__side SET payload = 'forged' WHERE id = 2500");
  for (const std::vector<std::string>& mode : {std::vector<std::string>{}, {"--target"}}) {
    const RunResult verified = migration.sluice("verify", mode);
    INFO(verified.out << verified.err);
    CHECK(verified.exit_code == 3);
  }
}

}  // namespace sluice::test
