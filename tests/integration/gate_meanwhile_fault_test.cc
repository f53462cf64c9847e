// What people have signed was looked at; before it is done, something else happens.

#include <csignal>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "integration/swapped_fixture.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr int kStopRule = 3;
constexpr int kApproval = 4;
constexpr int kDrift = 7;

void check_refused(const RunResult& result, int code, const std::string& why) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK((result.out + result.err).find(why) != std::string::npos);
}

/// Version 4 of the policy comes in force by the signatures of Dan and Bob.
void change_policy(const Swapped& swapped) {
  const std::string document = swapped.file("change.json").string();
  require_exit(swapped.migration.sluice(
                   "policy", {"--change", swapped.write_next(4).string(), "--out", document}),
               0);
  swapped.sign("change.json", "policy", {"dan", "bob"});
  require_exit(swapped.migration.sluice("policy", {"--adopt", document}), 0);
}

RunResult go_on(Process& process) {
  process.send_signal(SIGCONT);
  return process.wait();
}

}  // namespace

TEST_CASE("what comes in between stands against a retire that was agreed to") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  swapped.grant_retire();
  require_exit(swapped.propose_retire(), 0);
  const auto process = swapped.start_retire("retire-agreed");
  REQUIRE(wait_until_stalled(*process));
  SECTION("a rollback") {
    require_exit(swapped.migration.sluice("rollback"), 0);
    check_refused(go_on(*process), kDrift, "rollback (");
  }
  SECTION("another policy") {
    change_policy(swapped);
    check_refused(go_on(*process), kApproval, "is in force for this target");
  }
  SECTION("a write to the source") {
    swapped.migration.source("UPDATE public.t SET name = 'late' WHERE id = 3");
    CHECK(swapped.migration.sluice("freeze", {"--watch", "--once"}).exit_code == kStopRule);
    check_refused(go_on(*process), kStopRule, "was written to after the cutover");
  }
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.t") == "30");
  CHECK(swapped.migration.events("retire-begun").empty());
}

TEST_CASE("a policy that comes in force while a cutover waits for its locks stands against it") {
  const Swapped swapped;
  swapped.sign("manifest.json", "cutover");
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "cutover_before_locks"}};
  const auto process = swapped.migration.start(
      "cutover", {"--manifest", swapped.file("manifest.json").string()}, options);
  REQUIRE(wait_until_stalled(*process));
  change_policy(swapped);
  check_refused(go_on(*process), kApproval, "has come in force for this target");
  CHECK(swapped.live_rows() == "0");
  CHECK(swapped.migration.events("cutover").empty());
  CHECK(swapped.migration.target_value("SELECT count(*) FROM public.t__side") == "30");
}

}  // namespace sluice::test
