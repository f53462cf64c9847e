// Decisions about a run that has not finished: what later stages find wrong with them comes back.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "integration/quarantine_fixture.h"

namespace sluice::test {
namespace {

/// A run that paused in mid-copy because four rows of customers are more than three.
class PausedCrm : public MessyCrm {
 public:
  PausedCrm() {
    migration.source("UPDATE customers SET email = 'jan@x' WHERE id = 31");
    migration.limit("quarantine_rows", 3);
    const RunResult paused = copy();
    INFO(paused.out << paused.err);
    REQUIRE(paused.exit_code == 3);
    REQUIRE(migration.target_value("SELECT state || ' ' || stage FROM sluice.run") ==
            "paused copying");
  }
};

/// Many batches in several ranges; row 10 goes to quarantine, and the key 2000 is free.
void make_batches(Migration& migration) {
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY, born varchar(20), payload varchar(100))");
  migration.target("ALTER TABLE t ALTER born TYPE date USING NULL");
  migration.source(
      "INSERT INTO t SELECT n, CASE n WHEN 10 THEN '?' ELSE '1970-01-31' END, repeat('x', 90) FROM "
      "generate_series(1, 15000) n WHERE n <> 2000; ANALYZE");
  migration.move("t", "t", "", R"({"same_names": true, "columns": {"born": {"from": "born",
      "steps": [{"date": "%Y-%m-%d"}]}}})");
  migration.limit("readers", 1);
  migration.limit("writers", 1);
}

}  // namespace

TEST_CASE("a run that its quarantine paused goes on after decisions, and ends whole") {
  const PausedCrm crm;
  const RunResult decided = crm.decide(about("customers", 10, R"({"set": {"status": "active"}})") +
                                       "," + about("customers", 20, R"("leave_behind")"));
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  CHECK(decided.out.find("Next: sluice copy") != std::string::npos);
  CHECK(crm.migration.target_value("SELECT state || ' ' || stage FROM sluice.run") ==
        "paused copying");
  const RunResult copied = crm.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(crm.side("customers", 10) == "10 | Fay | fay@x | active | 1970-01-31\n");
  CHECK(crm.side("orders", 110) == "110 | 10 | 5.00\n");  // its customer is there
  const RunResult verified = crm.migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(crm.migration.sluice("verify", {"--target"}).exit_code == 0);
}

TEST_CASE("a decision that an index refuses later is taken back, and the row is open again") {
  const PausedCrm crm;
  // While rows are copied there is no index that could object.
  const RunResult decided =
      crm.decide(about("customers", 10, R"({"set": {"status": "active", "email": "ann@x"}})") +
                 "," + about("customers", 11, R"({"set": {"status": "active"}})") + "," +
                 about("customers", 20, R"({"set": {"born": null}})"));
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  const RunResult copied = crm.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  // Which of the two has the address is for people to say: both are in quarantine.
  CHECK(crm.side("customers", 1) == "");
  CHECK(crm.side("customers", 10) == "");
  CHECK(crm.side("customers", 11) == "11 | Gus | gus@x | active | NULL\n");
  CHECK(crm.migration.quarantine("customers") ==
        "[\"1\"] | email | key_collision | open\n"
        "[\"10\"] | status | unmapped_value | open\n"
        "[\"11\"] | status | unmapped_value | decided\n"
        "[\"20\"] | born | not_a_date | decided\n"
        "[\"40\"] | name | too_long | open\n");
  CHECK(crm.migration.target_value("SELECT problems LIKE '%\"decision\":true%' FROM "
                                   "sluice.quarantine WHERE source_key = '[\"10\"]'") == "t");
  const RunResult verified = crm.migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(crm.migration.sluice("verify", {"--target"}).exit_code == 0);

  const RunResult again =
      crm.decide(about("customers", 10, R"({"set": {"status": "active", "email": "fay@x"}})") +
                 "," + about("customers", 1, R"("retry")") + "," +
                 about("orders", 100, R"("retry")") + "," + about("orders", 110, R"("retry")"));
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(crm.side("customers", 1) == "1 | Ann | ann@x | active | 1970-01-31\n");
  CHECK(crm.side("orders", 100) == "100 | 1 | 9.90\n");
  CHECK(crm.migration.sluice("verify").exit_code == 0);
}

TEST_CASE("rows of a batch that is read anew are open again") {
  const PausedCrm crm;
  const std::string entries = about("customers", 10, R"({"set": {"status": "active"}})") + "," +
                              about("customers", 20, R"("leave_behind")");
  REQUIRE(crm.decide(entries).exit_code == 0);
  crm.migration.source("UPDATE customers SET name = 'Cyd' WHERE id = 3");
  const RunResult copied = crm.copy();
  INFO(copied.out << copied.err);
  CHECK(copied.exit_code == 3);  // four rows are open again, one more than may be
  CHECK(crm.migration.quarantine("customers") ==
        "[\"10\"] | status | unmapped_value | open\n"
        "[\"11\"] | status | unmapped_value | open\n"
        "[\"20\"] | born | not_a_date | open\n"
        "[\"40\"] | name | too_long | open\n");
  // The same file says it all again: keys are what they were.
  const RunResult decided = crm.decide(entries);
  INFO(decided.out << decided.err);
  REQUIRE(decided.exit_code == 0);
  const RunResult finished = crm.copy();
  INFO(finished.out << finished.err);
  REQUIRE(finished.exit_code == 0);
  CHECK(crm.side("customers", 3) == "3 | Cyd | NULL | active | 1980-02-29\n");
  CHECK(crm.side("customers", 10) == "10 | Fay | fay@x | active | 1970-01-31\n");
  const RunResult verified = crm.migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

TEST_CASE("keys wait until rows are no longer replaced by key") {
  Migration migration;
  make_batches(migration);
  SECTION("the run died, came back, and died again with an index on the key") {
    REQUIRE(migration.copy_killed_at("after_commit:10").signal == SIGKILL);
    migration.source("UPDATE t SET payload = 'changed' WHERE id = 1500");
    REQUIRE(migration.copy_killed_at("after_commit").signal == SIGKILL);
    REQUIRE(migration.target_value("SELECT count(*) FROM pg_index WHERE indrelid = "
                                   "'t__side'::regclass AND indisunique") == "1");
  }
  SECTION("the table failed in mid-copy") {
    const auto first = migration.start_copy_stalled_at("after_claim:2");
    REQUIRE(wait_until_stalled(*first));
    migration.source("REVOKE SELECT ON t FROM sluice_reader");
    first->send_signal(SIGCONT);
    static_cast<void>(first->wait());
    REQUIRE(migration.run_state() == "paused: tables failed");
    migration.source("GRANT SELECT ON t TO sluice_reader");
  }
  const TempDir dir;
  const auto file =
      dir.write("d.json", R"({"schema": "sluice.decisions/1", "decisions": [)" +
                              about("t", 10, R"({"set": {"born": null, "id": "2000"}})") + "]}");
  const RunResult early = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(early.out << early.err);
  CHECK(early.exit_code == 3);
  CHECK(early.out.find("its key can be changed when the copy is done") != std::string::npos);
  migration.source("UPDATE t SET payload = 'changed' WHERE id IN (1999, 2001)");
  const RunResult copied = migration.copy();
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);
  const RunResult late = migration.sluice("quarantine", {"decide", "--file", file.string()});
  INFO(late.out << late.err);
  CHECK(late.exit_code == 0);
  CHECK(to_text(migration.target("SELECT id, born FROM t__side WHERE id IN (10, 2000)")) ==
        "2000 | NULL\n");
  CHECK(migration.sluice("verify").exit_code == 0);
}

}  // namespace sluice::test
