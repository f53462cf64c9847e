// Source rows go when they were proved, signed for, archived and are as they were; no others do.

#include <csignal>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// Way in which rows are deleted on a server of MySQL, which gives back nothing.
RunOptions by_lock() {
  RunOptions options;
  options.env = {{"SLUICE_DELETE_BY_LOCK", "1"}};
  return options;
}

/// Rows that were left out, quarantined, left behind and decided by hand lay between the first and
/// the last row of each batch that went, but of the ends of ranges, a few rows each.
void check_planted_in_each_batch(const Retirement& retirement) {
  const std::string manifest = run_process({"sha256sum", retirement.dir.file()}).out.substr(0, 64);
  constexpr int kAllKinds = 40;
  int long_ones = 0;
  for (const Row& batch : retirement.migration.source(
           "SELECT first_key, last_key FROM sluice.consumed WHERE table_no > 0 AND "
           "manifest_sha256 = '" +
           manifest + "'")) {
    const auto id_of = [](const std::string& key) { return std::stoi(key.substr(2)); };  // ["1"]
    const int first = id_of(*batch[0]);
    const int last = id_of(*batch[1]);
    if (last - first < kAllKinds) continue;
    ++long_ones;
    CAPTURE(first, last);
    CHECK(retirement.migration.target_value(fmt::format(
              "SELECT count(DISTINCT state) FROM sluice.quarantine WHERE (source_key::json->>0)"
              "::int BETWEEN {} AND {} AND state IN ('open', 'decided', 'left_behind')",
              first, last)) == "3");
  }
  CHECK(long_ones > 4);
}

/// Every row of the archive, read by stock tools, and nothing else, is what the source had.
void check_archive(const Retirement& retirement, const Rows& gone) {
  retirement.load_archive();
  const Rows archived = retirement.migration.target(
      "SELECT id, name, kind, amount, born, note FROM archived ORDER BY id");
  CHECK(first_difference(gone, archived) == "");
}

}  // namespace

TEST_CASE("proved rows are archived whole and deleted; all others stay") {
  const auto [from, locks] =
      GENERATE(std::pair(From::postgresql, false), std::pair(From::mariadb, false),
               std::pair(From::mariadb, true));
  Retirement retirement(from);
  retirement.make_table();
  retirement.copy_decide_and_verify();
  retirement.propose_and_sign();
  const Rows gone = retirement.migration.source(fmt::format(
      "SELECT id, name, kind, amount, born, note FROM t WHERE {} ORDER BY id", Retirement::kGoes));
  // Inserted since: within every batch's range, and behind all.
  retirement.migration.source(
      "INSERT INTO t SELECT id + 100000, name, kind, amount, born, note FROM t WHERE mod(id, 10) = "
      "1");
  retirement.migration.source(
      "INSERT INTO t VALUES (0, 'zero', 'a', 1, 'x', 'new'), "
      "(-5, 'below', 'a', 1, 'x', 'new')");
  const std::string kept =
      retirement.source_ids(fmt::format("NOT ({}) OR id > 2000 OR id < 1", Retirement::kGoes));
  const RunResult result = retirement.retire(locks ? by_lock() : RunOptions());
  require_exit(result, 0);
  CHECK(retirement.source_ids() == kept);
  check_archive(retirement, gone);
  check_planted_in_each_batch(retirement);
  CHECK(retirement.migration.events("retire-finished").size() == 1);
  // The manifest is used up.
  const RunResult again = retirement.retire();
  INFO(again.err);
  CHECK(again.exit_code == 4);
  CHECK_THAT(again.err, ContainsSubstring("has been used"));
  CHECK(retirement.source_ids() == kept);
}

TEST_CASE("a row that was changed since it was verified stops its table, and is named") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table();
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  retirement.migration.source("UPDATE t SET amount = amount + 1 WHERE id = 1005");
  const RunResult result = retirement.retire();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring("[\"1005\"]"));
  CHECK_THAT(result.out, ContainsSubstring("amount"));
  CHECK(retirement.count("id = 1005") == "1");
  CHECK(retirement.count("id >= 1005 AND mod(id, 10) = 5") != "0");
  // Back as it was, the same command goes on and the rest goes.
  retirement.migration.source("UPDATE t SET amount = amount - 1 WHERE id = 1005");
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count(Retirement::kGoes) == "0");
  CHECK(retirement.count("true") == "400");
}

TEST_CASE("what became of the target since is shown to those who sign, and limited") {
  Retirement retirement(From::mariadb);
  retirement.make_table(200);
  retirement.copy_and_verify();
  retirement.migration.target(
      "UPDATE t SET name = 'other' WHERE id = 4; DELETE FROM t WHERE id = 5");
  retirement.propose_and_sign();
  const auto body =
      codec::parse_json_or_throw(document::from_text(retirement.dir.bytes("r.json")).body, "body");
  const codec::JsonValue& table = body.root().at("tables").items().at(0);
  CHECK(table.at("rows").as_integer() == 160);
  CHECK(table.at("target_changed").as_integer() == 1);
  CHECK(table.at("target_gone_keys").items().at(0).as_string() == "[\"5\"]");
  CHECK(table.at("not_proved").as_integer() == 40);
  // No limit allows the changed one.
  const RunResult refused = retirement.retire();
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.out, ContainsSubstring("other values"));
  CHECK(retirement.count("true") == "200");
  // Nobody has accepted that this one is gone.
  retirement.migration.target(
      "UPDATE t SET name = (SELECT name FROM t AS o WHERE o.id = 6) "
      "WHERE id = 4");
  retirement.migration.target("DELETE FROM t WHERE id = 8");
  const RunResult gone = retirement.retire();
  CHECK(gone.exit_code == 3);
  CHECK_THAT(gone.out, ContainsSubstring("[\"8\"]"));
  CHECK(retirement.count("true") == "200");
}

TEST_CASE("rows that live on with other values go as far as the policy says, over all calls") {
  Retirement retirement(From::postgresql, R"("target_changed_rows": 15, )");
  retirement.make_table(1500);
  retirement.copy_and_verify();
  const auto change = [&](const std::string& how, const std::string& which) {
    retirement.migration.target("UPDATE t SET name = " + how + " WHERE " + which);
  };
  change("name || '!'", "mod(id, 100) = 4");
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  // Some of them go in a call that dies.
  CHECK(retirement.retire_killed_at("retire-committed:3").signal == SIGKILL);
  const int left = std::stoi(retirement.count("mod(id, 100) = 4"));
  CHECK(left > 0);
  CHECK(left < 15);
  const std::string one_more =
      retirement.migration.source_value("SELECT max(id) FROM t WHERE mod(id, 10) = 5");
  change("name || '!'", "id = " + one_more);
  const RunResult refused = retirement.retire();
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.out, ContainsSubstring("16 rows live on in the target with other values; "));
  // One that has not gone is as it was.
  change("rtrim(name, '!')", "id = " + retirement.migration.source_value(
                                           "SELECT min(id) FROM t WHERE mod(id, 100) = 4"));
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

TEST_CASE("a key that the target has lost goes when people have signed the list of such keys") {
  Retirement retirement(From::postgresql);
  retirement.make_table(200);
  retirement.copy_and_verify();
  retirement.migration.target("DELETE FROM t WHERE id IN (5, 8)");
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "40");
}

TEST_CASE("without the signatures that the policy asks for nothing is deleted") {
  Retirement retirement(From::postgresql);
  retirement.make_table(100);
  retirement.copy_and_verify();
  require_exit(retirement.propose(), 0);
  CHECK(retirement.retire().exit_code == 4);
  static_cast<void>(retirement.team.sign(retirement.dir.file("r.json"), "alice", "retire"));
  static_cast<void>(retirement.team.sign(retirement.dir.file("r.json"), "bob", "retire"));
  CHECK(retirement.retire().exit_code == 4);
  // For another act.
  static_cast<void>(retirement.team.sign(retirement.dir.file("r.json"), "dan", "cutover"));
  CHECK(retirement.retire().exit_code == 4);
  // Another text than the one that was signed.
  retirement.sign();
  std::string text = retirement.dir.bytes("r.json");
  const std::size_t at = text.find("\"rows\": 80");
  REQUIRE(at != std::string::npos);
  text[at + 9] = '9';
  retirement.dir.put("r.json", text);
  CHECK(retirement.retire().exit_code == 4);
  CHECK(retirement.count("true") == "100");
  text[at + 9] = '0';
}

TEST_CASE("without a policy no row is deleted") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.migration.member("policy", "\"\"");
  const RunResult result = retirement.propose();
  INFO(result.err);
  CHECK(result.exit_code != 0);
  CHECK_FALSE(retirement.dir.has("r.json"));
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("a dry run shows the statements and deletes nothing") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const RunResult result = retirement.migration.sluice(
      "retire",
      retirement.arguments({"--approved", retirement.dir.file("r.json"), "--operator", "olga@corp",
                            "--stop-file", retirement.dir.file("stop"), "--dry-run"}));
  require_exit(result, 0);
  CHECK_THAT(result.out, ContainsSubstring("DELETE FROM"));
  // The command that it tells of is the one that was tried.
  CHECK_THAT(result.out, ContainsSubstring(" --operator olga@corp --stop-file " +
                                           retirement.dir.file("stop") + "\n"));
  CHECK(retirement.count("true") == "50");
  CHECK_FALSE(retirement.dir.has("gone"));
}

}  // namespace sluice::test
