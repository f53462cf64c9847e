// Claims of ranges, as several processes ask for them.
#include <catch2/catch_test_macros.hpp>

#include "sluice/ledger/ledger.h"

#include "pg_fixture.h"

namespace sluice::test {
namespace {

constexpr const char* kRun = "run";

/// A run of one table with one range, and two processes.
class TwoProcesses {
 public:
  TwoProcesses() : session(db::open_session(endpoint_of(database_), db::Purpose::target)) {
    ledger::ensure_schema(*session);
    ledger::Run run;
    run.id = kRun;
    run.stage = "copying";
    ledger::RunTable table;
    table.number = 1;
    session->begin();
    ledger::create_run(*session, run, "{}", {table});
    session->commit();
    for (const char* id : {"a", "b"}) {
      ledger::record_process(*session, kRun, {id, "host", 1, "user", "", "", "", ""});
    }
    ledger::add_ranges(*session, kRun, 1, ledger::Origin::source,
                       {{model::RangeKind::key, std::nullopt, std::nullopt}}, 0);
  }
  std::optional<ledger::Claim> claim(const std::string& process) {
    return ledger::claim_range(*session, kRun, process, ledger::Origin::source);
  }
  bool others_hold(const std::string& process) {
    return ledger::others_hold_ranges(*session, kRun, process, ledger::Origin::source);
  }

 private:
  PostgresDatabase database_;

 public:
  std::unique_ptr<db::SqlSession> session;
};

}  // namespace

TEST_CASE("a range that is let go between two questions is waited for, not forgotten") {
  TwoProcesses two;
  REQUIRE(two.claim("a"));
  // b finds nothing to claim, a lets its range go, and only then b asks whether to wait.
  REQUIRE_FALSE(two.claim("b"));
  ledger::end_process(*two.session, "a");
  CHECK(two.others_hold("b"));
  CHECK(two.claim("b"));
  // Its own ranges are nothing to wait for.
  CHECK_FALSE(two.others_hold("b"));
}

}  // namespace sluice::test
