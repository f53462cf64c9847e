// Decisions about a run that has not finished: what later stages find wrong with them comes back.
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

TEST_CASE("keys wait until an index keeps them apart") {
  const PausedCrm crm;
  const RunResult early =
      crm.decide(about("customers", 10, R"({"set": {"status": "active", "id": "1"}})"));
  INFO(early.out << early.err);
  CHECK(early.exit_code == 3);
  CHECK(early.out.find("its key can be changed when the copy is done") != std::string::npos);
}

}  // namespace sluice::test
