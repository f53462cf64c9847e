// A COMMIT without an answer: what the source's server says of it decides, whoever asks.

#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A retirement that reaches its source through a proxy.
class ByProxy {
 public:
  explicit ByProxy(From from) : retirement(from) {
    retirement.make_table(1500);
    retirement.copy_and_verify();
    retirement.retire_as(retirement.retire_url_by_port(proxy.port()));
    retirement.propose_and_sign();
    before = all_rows(retirement);
  }

  Retirement retirement;
  Proxy proxy{retirement.source_port()};
  Rows before;

  /// Retires, and loses the nth COMMIT of the session that deletes, or its answer.
  [[nodiscard]] RunResult retire_losing(bool arrives, int nth, bool dies = false) {
    RunOptions options;
    options.env = {{"SLUICE_STALL_AT", fmt::format("retire-deleted:{}", nth)}};
    if (dies) options.env.emplace_back("SLUICE_KILL_AT", "retire-in-doubt");
    const auto process = retirement.start_retire(options);
    REQUIRE(wait_until_stalled(*process));
    arrives ? proxy.lose_answer_to("COMMIT") : proxy.cut_before("COMMIT");
    process->send_signal(SIGCONT);
    RunResult result = process->wait();
    CHECK(proxy.lost());
    return result;
  }
  [[nodiscard]] std::string left() const { return retirement.count(Retirement::kGoes); }
  void check_end(const RunResult& result) const {
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(retirement.count("true") == "300");
    check_promises(retirement, before);
  }
};

}  // namespace

TEST_CASE("an answer to COMMIT that is lost is looked up, not guessed") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  ByProxy fault(from);
  fault.check_end(fault.retire_losing(true, 2));
}

TEST_CASE("a COMMIT that never arrived has deleted nothing, and is tried again") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  ByProxy fault(from);
  fault.check_end(fault.retire_losing(false, 2));
}

TEST_CASE("a process that dies in doubt of a COMMIT leaves the next one to look it up") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  ByProxy fault(from);
  const std::string all = fault.left();
  CHECK(fault.retire_losing(false, 1, true).signal == SIGKILL);
  CHECK(fault.left() == all);
  CHECK(fault.retire_losing(true, 1, true).signal == SIGKILL);
  CHECK(fault.left() != all);
  fault.check_end(fault.retirement.retire());
}

TEST_CASE("an archive gives back no row that the source does not have") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  REQUIRE(retirement.retire_killed_at("retire-committed:2").signal == SIGKILL);
  const std::string consumed = from == From::postgresql
                                   ? "sluice.consumed"
                                   : "sluice.consumed WHERE manifest_sha256 = (SELECT * FROM "
                                     "(SELECT manifest_sha256 FROM sluice.consumed ORDER BY "
                                     "consumed_at DESC LIMIT 1) AS newest)";
  SECTION("though nothing says any more that they were deleted") {
    retirement.migration.source("DELETE FROM " + consumed);
  }
  SECTION("though the source has lost commits that it had answered: what is back goes again") {
    retirement.migration.source("DELETE FROM " + consumed);
    std::string rows;
    for (const Row& row : before) {
      if (std::string(Retirement::kind_of(std::stoi(*row[0]))) != "a") continue;
      rows += fmt::format("{}({}, '{}', '{}', {}, '{}', '{}')", rows.empty() ? "" : ", ", *row[0],
                          *row[1], *row[2], *row[3], *row[4], *row[5]);
    }
    retirement.migration.source(fmt::format("DELETE FROM t WHERE {}", Retirement::kGoes));
    retirement.migration.source("INSERT INTO t VALUES " + rows);
  }
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

TEST_CASE("what says that rows were deleted has to be kept with the deletion") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const bool mysql = from == From::mariadb;
  retirement.migration.source(mysql ? "ALTER TABLE sluice.consumed ENGINE=MyISAM"
                                    : "ALTER TABLE sluice.consumed SET UNLOGGED");
  const RunResult result = retirement.retire();
  retirement.migration.source(mysql ? "ALTER TABLE sluice.consumed ENGINE=InnoDB"
                                    : "ALTER TABLE sluice.consumed SET LOGGED");
  INFO(result.out << result.err);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, ContainsSubstring("sluice.consumed"));
  CHECK(retirement.count("true") == "50");
}

}  // namespace sluice::test
