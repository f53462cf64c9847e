// Decisions survive kill -9 at any instant, and an answer to COMMIT that gets lost.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "integration/quarantine_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

const std::string& all_entries() {
  static const std::string kEntries = about("customers", 10, R"({"set": {"status": "active"}})") +
                                      "," + about("customers", 11, R"("leave_behind")") + "," +
                                      about("customers", 20, R"({"set": {"born": null}})") + "," +
                                      about("orders", 110, R"("retry")");
  return kEntries;
}

/// What must be there once the file is applied, by the test's own SQL.
void check_applied(const MessyCrm& crm) {
  CHECK(to_text(crm.migration.target("SELECT id FROM customers__side ORDER BY id")) ==
        "1\n2\n3\n4\n5\n10\n20\n");
  CHECK(to_text(crm.migration.target("SELECT id FROM orders__side ORDER BY id")) ==
        "100\n101\n110\n");
  CHECK(crm.open_rows() == "4");
  CHECK(crm.migration.target_value(
            "SELECT sum(split_part(target_digest, ':', 2)::int) FROM sluice.batch "
            "WHERE origin = 'decided'") == "3");
  CHECK(crm.migration.target_value("SELECT sum((body::json->>'decided')::int) FROM sluice.event "
                                   "WHERE kind = 'quarantine-decided'") == "3");
  const RunResult verified = crm.migration.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
}

}  // namespace

TEST_CASE("killed anywhere, the same file is applied once") {
  // customers are the first transaction, orders the second.
  for (const char* point : {"after_begin", "after_load", "after_record", "before_commit",
                            "after_commit", "before_commit:2", "after_commit:2", "in_bisect:2"}) {
    const MessyCrm crm;
    REQUIRE(crm.copy().exit_code == 0);
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", point}};
    const RunResult killed = crm.decide(all_entries(), {}, options);
    INFO(point << "\n" << killed.out << killed.err);
    REQUIRE(killed.signal == 9);
    const RunResult again = crm.decide(all_entries());
    INFO(again.out << again.err);
    CHECK(again.exit_code == 0);
    check_applied(crm);
  }
}

TEST_CASE("a person's stop is heard between two transactions of decisions") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const std::string file =
      crm.dir
          .write("decisions.json",
                 R"({"schema": "sluice.decisions/1", "decisions": [)" + all_entries() + "]}")
          .string();
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "after_commit"}};
  const auto process = crm.migration.start("quarantine", {"decide", "--file", file}, options);
  REQUIRE(wait_until_stalled(*process));
  const RunResult asked = crm.migration.sluice("stop", {"--reason", "look at it"});
  process->send_signal(SIGCONT);
  const RunResult stopped = process->wait();
  INFO(asked.out << asked.err << stopped.out << stopped.err);
  CHECK(asked.exit_code == 0);
  CHECK(stopped.exit_code == 3);
  CHECK(stopped.out.find("somebody has stopped the run") != std::string::npos);
  // What was committed stays; the orders wait until somebody lets the run go on.
  CHECK(crm.side("customers", 10) == "10 | Fay | fay@x | active | 1970-01-31\n");
  CHECK(crm.side("orders", 110) == "");
  CHECK(crm.state("orders", 110) == "open\n");
  CHECK(crm.decide(all_entries()).exit_code == 3);
  CHECK(crm.state("orders", 110) == "open\n");
  const RunResult continued = crm.migration.sluice(
      "continue", {"--run", crm.migration.target_value("SELECT run_id FROM sluice.run")});
  REQUIRE(continued.exit_code == 0);
  CHECK(crm.decide(all_entries()).exit_code == 0);
  check_applied(crm);
}

TEST_CASE("an answer to COMMIT that gets lost is looked up, not guessed") {
  // Which COMMIT is a decision's and which only ends a look at the catalogue is the program's
  // business: all of them are lost, one after the other.
  int looked_up = 0;
  for (int nth = 1; nth < 20; ++nth) {
    MessyCrm crm;
    Proxy proxy(crm.migration.target_database().server().port());
    crm.migration.target_url(crm.migration.target_url_by_port(proxy.port()));
    const RunResult copied = crm.copy();
    INFO(copied.out << copied.err);
    REQUIRE(copied.exit_code == 0);
    proxy.lose_answer_to("COMMIT", nth);
    const RunResult decided = crm.decide(all_entries());
    INFO(nth << "\n" << decided.out << decided.err);
    if (!proxy.lost()) break;
    CHECK((decided.exit_code == 0 || decided.exit_code == 8));
    if (decided.exit_code == 0) ++looked_up;
    const RunResult again = crm.decide(all_entries());
    INFO(again.out << again.err);
    CHECK(again.exit_code == 0);
    check_applied(crm);
  }
  CHECK(looked_up >= 2);  // customers and orders
}

}  // namespace sluice::test
