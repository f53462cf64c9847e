// A cutover or a rollback whose server, network or session goes away at its COMMIT: it has happened
// whole, or not at all, and what it says of that is so.

#include <csignal>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/cutover_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A table with rows on both sides, to which others refer, ready to be cut over.
class Pair {
 public:
  explicit Pair(PostgresServer& target = PostgresServer::shared())
      : migration(PostgresServer::shared(), target) {
    make_pair(migration);
    add_referrers(migration);
    copy_and_verify(migration);
    before_ = live_schema(migration);
  }

  Migration migration;

  [[nodiscard]] std::unique_ptr<Process> stalled_at(const std::string& point) const {
    auto process =
        migration.start(point.substr(0, point.find('_')), {}, at("SLUICE_STALL_AT", point));
    INFO(process->out() << process->err());
    REQUIRE(wait_until_stalled(*process));
    return process;
  }
  /// Which rows are live, how often it was done, and what applications see.
  void check(const std::string& rows, const std::string& verb, std::size_t times) const {
    CHECK(rows_of(migration, "t") == rows);
    CHECK(migration.target_value("SELECT n FROM seen") == (rows == kNewRows ? "2" : "1"));
    CHECK(migration.events(verb).size() == times);
  }
  void check_schema() const { CHECK(schema_difference(before_, live_schema(migration)) == ""); }
  void validate() const {
    migration.target("ALTER TABLE other VALIDATE CONSTRAINT other_t_id_fkey");
  }

 private:
  std::string before_;
};

RunResult go_on(Process& process) {
  process.send_signal(SIGCONT);
  return process.wait();
}

void check_nothing_done(const RunResult& result) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == 8);
  CHECK_THAT(result.err, ContainsSubstring("nothing was changed"));
}

/// What others need to be whole again is said: the act itself stands.
void check_done_but_for_later(const RunResult& result) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring(" under locks"));
  CHECK_THAT(result.err, ContainsSubstring("not validated: ALTER TABLE public.other VALIDATE"));
}

}  // namespace

TEST_CASE("a COMMIT of a cutover or a rollback that never arrived has changed nothing") {
  Pair pair;
  Proxy proxy(PostgresServer::shared().port());
  pair.migration.target_url(pair.migration.target_url_by_port(proxy.port()));
  const auto committing = [&](const std::string& verb, bool arrives) {
    const auto process = pair.stalled_at(verb + "_before_commit");
    arrives ? proxy.lose_answer_to("COMMIT") : proxy.cut_before("COMMIT");
    const RunResult result = go_on(*process);
    CHECK(proxy.lost());
    return result;
  };
  check_nothing_done(committing("cutover", false));
  pair.check(kOldRows, "cutover", 0);
  // One that arrived, and whose answer was lost, is looked up.
  require_exit(committing("cutover", true), 0);
  pair.check(kNewRows, "cutover", 1);
  check_nothing_done(committing("rollback", false));
  pair.check(kNewRows, "rollback", 0);
  require_exit(committing("rollback", true), 0);
  pair.check(kOldRows, "rollback", 1);
  pair.check_schema();
}

TEST_CASE("a target that restarts or crashes around a COMMIT is cut over whole or not at all") {
  const bool crash = GENERATE(false, true);
  CAPTURE(crash);
  PostgresServer target;
  const Pair pair(target);
  const auto through = [&](const std::string& point) {
    const auto process = pair.stalled_at(point);
    if (crash) target.stop_immediately();
    target.restart();
    return go_on(*process);
  };
  check_nothing_done(through("cutover_before_commit"));
  pair.check(kOldRows, "cutover", 0);
  check_done_but_for_later(through("cutover_after_commit"));
  pair.check(kNewRows, "cutover", 1);
  pair.validate();
  pair.check_schema();
  check_nothing_done(through("rollback_before_commit"));
  pair.check(kNewRows, "rollback", 0);
  check_done_but_for_later(through("rollback_after_commit"));
  pair.check(kOldRows, "rollback", 1);
  pair.validate();
  pair.check_schema();
}

TEST_CASE("a cutover or a rollback that slept while another one did it changes nothing") {
  const Pair pair;
  const auto slept = [&](const std::string& verb) {
    const auto zombie = pair.stalled_at(verb + "_before_commit");
    CHECK(pair.migration.sluice(verb).exit_code == 6);
    pair.migration.cut_target_sessions();
    require_exit(when_free(pair.migration, verb), 0);
    check_nothing_done(go_on(*zombie));
  };
  slept("cutover");
  pair.check(kNewRows, "cutover", 1);
  slept("rollback");
  pair.check(kOldRows, "rollback", 1);
  pair.check_schema();
}

}  // namespace sluice::test
