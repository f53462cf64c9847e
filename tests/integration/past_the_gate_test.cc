// Ways past the gate: documents that say less than is needed, hands that nobody signed for, runs
// that nobody agreed to.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/utc_time.h"
#include "sluice/document/document.h"
#include "sluice/manifest/manifest.h"

#include "integration/retire_fixture.h"
#include "support/governed.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr int kApproval = 4;
constexpr int kDrift = 7;

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void check_refused(const RunResult& result, int code, const std::string& why) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK((result.out + result.err).find(why) != std::string::npos);
}

/// A document as it stands in a file, with another operator named, signed anew by these.
void name_operator(const std::filesystem::path& path, const std::string& name) {
  document::Document document = document::from_text(read_all(path));
  document.head.operator_name = name;
  write_all(path, document::to_text(document.head, document.body));
}

/// A table with rows on both sides; the target's are replaced at the cutover.
void fill_pair(Governed& governed, const std::string& source = "public.t") {
  governed.migration.source("CREATE TABLE " + source +
                            " (id int PRIMARY KEY, v text); INSERT INTO " + source +
                            " VALUES (1, 'new'), (2, 'new')");
  governed.migration.target("CREATE TABLE public.t (id int PRIMARY KEY, v text)");
  governed.migration.move(source, "public.t");
}

/// Carol answers for the table t, whatever its schema is called.
std::string with_money(const Retirement& retirement) {
  return retirement.policy_members() + R"(, "classes": {"money": {"tables": [")" +
         retirement.migration.source_schema() + R"(.t"], "owner": "carol@corp"}})";
}

/// One row of public.t is decided about.
RunResult decide(const Governed& governed, const std::string& key, const std::string& decision) {
  const auto file = governed.team.folder() / "decisions.json";
  write_all(file, R"({"schema": "sluice.decisions/1", "decisions": [{"table": "public.t", )"
                  R"("source_key": )" +
                      key + R"(, "decision": )" + decision +
                      R"(, "person": "Ann", "reason": "looked it up"}]})");
  return governed.migration.sluice("quarantine", {"decide", "--file", file.string()});
}

void sign_retire(const Retirement& retirement, const std::vector<std::string>& people) {
  for (const std::string& person : people) {
    static_cast<void>(retirement.team.sign(retirement.dir.file("r.json"), person, "retire"));
  }
}

}  // namespace

TEST_CASE("a retire document that leaves a class out does not go past the data owner") {
  Retirement retirement(From::postgresql);
  static_cast<void>(retirement.team.write_policy(with_money(retirement)));
  retirement.make_table(50);
  retirement.copy_and_verify();
  require_exit(retirement.propose(), 0);
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "data owner: Carol Wu");
  // The same document, but for the class, signed anew by all but her.
  document::Document document = document::from_text(retirement.dir.bytes("r.json"));
  REQUIRE(document.head.acts.at(0).classes == std::vector<std::string>{"money"});
  document.head.acts.at(0).classes.clear();
  retirement.dir.put("r.json", document::to_text(document.head, document.body));
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "other acts or classes");
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("a retire is run by whom people signed for") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  require_exit(retirement.propose(), 0);
  name_operator(retirement.dir.file("r.json"), "mallory@corp");
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "was signed for mallory@corp to run it");
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("what people sign names whom --operator says, and the policy has to admit them") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  const std::vector<std::string> by_another = {"--operator", "alice@corp"};
  std::vector<std::string> words = by_another;
  words.insert(words.end(), {"--manifest", retirement.dir.file("again")});
  check_refused(retirement.migration.sluice("verify", words), kApproval, "no operator");
  CHECK_FALSE(retirement.dir.has("again"));
  words = by_another;
  words.insert(words.end(),
               {"--archive", retirement.archive(), "--propose", retirement.dir.file("r.json")});
  check_refused(retirement.migration.sluice("retire", retirement.arguments(words)), kApproval,
                "no operator");
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("a retire other than people signed for says the way on") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const std::vector<std::string> elsewhere = {"--approved", retirement.dir.file("r.json"),
                                              "--archive", retirement.dir.file("elsewhere")};
  check_refused(retirement.migration.sluice("retire", retirement.arguments(elsewhere)), kDrift,
                "run it as it was signed for");
  retirement.migration.member("name", R"("another")");
  check_refused(retirement.retire(), kDrift, "name the config and the manifest of one run");
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("who deletes logs in as the policy says") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  const std::string other = "x" + retirement.role();
  retirement.migration.source("CREATE ROLE " + other + " LOGIN SUPERUSER");
  retirement.retire_as(retirement.migration.source_url_as(other));
  check_refused(retirement.propose(), kApproval, "database role \"" + other + "\"");
  retirement.migration.source("DROP ROLE " + other);
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("a plan counts in its time, whenever it was approved") {
  Governed governed;
  fill_pair(governed);
  governed.make_plan();
  const document::Document made = document::from_text(read_all(governed.plan()));
  // Counts from the signature: what was tried before may have taken long.
  const auto sign_with = [&](std::string document::Head::*member, std::chrono::seconds from_now) {
    const auto until =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + from_now;
    document::Document document = made;
    document.head.*member = codec::utc_time_text(until);
    write_all(governed.plan(), document::to_text(document.head, document.body));
    governed.sign_plan("alice");
    return until;
  };
  const std::vector<std::string> approve = {"approve", governed.plan().string(), "--policy",
                                            governed.policy().string()};
  static_cast<void>(sign_with(&document::Head::not_before, std::chrono::hours(1)));
  const RunResult early = governed.copy();
  check_refused(early, kApproval, "it is not valid before");
  // Those who have signed it need not sign it once more.
  check_refused(early, kApproval, "cannot be signed away");
  const auto until = sign_with(&document::Head::not_after, std::chrono::seconds(8));
  require_exit(run_sluice(approve), 0);
  std::this_thread::sleep_until(until + std::chrono::seconds(2));
  check_refused(governed.copy(), kApproval, "it expired at");
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.run") == "0");
  static_cast<void>(sign_with(&document::Head::not_after, std::chrono::hours(1)));
  require_exit(governed.copy(), 0);
}

TEST_CASE("a stop is ended by whom people signed for") {
  Governed governed;
  fill_pair(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  RunOptions killed;
  killed.env = {{"SLUICE_KILL_AT", "after_create_run"}};
  CHECK(governed.migration.copy({"--plan", governed.plan().string()}, killed).exit_code != 0);
  const std::string run = governed.migration.target_value("SELECT run_id FROM sluice.run");
  require_exit(governed.migration.sluice("stop", {"--reason", "look at it"}), 0);
  const auto document = governed.team.folder() / "continue.json";
  require_exit(
      governed.migration.sluice("continue", {"--run", run, "--propose", document.string()}), 0);
  // Somebody who signs is not made the one who runs, nor the other way round.
  name_operator(document, "dan@corp");
  static_cast<void>(governed.team.sign(document, "alice", "continue"));
  check_refused(
      governed.migration.sluice("continue", {"--run", run, "--approved", document.string()}),
      kApproval, "was signed for dan@corp to run it");
  CHECK(governed.migration.events("run-continued").empty());
}

TEST_CASE("a policy is put in force by whom people signed for") {
  Governed governed;
  fill_pair(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  const auto document = governed.team.folder() / "change.json";
  require_exit(governed.migration.sluice("policy", {"--change", governed.write_next(4).string(),
                                                    "--out", document.string()}),
               0);
  name_operator(document, "mallory@corp");
  static_cast<void>(governed.team.sign(document, "alice", "policy"));
  static_cast<void>(governed.team.sign(document, "bob", "policy"));
  check_refused(governed.migration.sluice("policy", {"--adopt", document.string()}), kApproval,
                "was signed for mallory@corp to run it");
  CHECK(governed.migration.target_value("SELECT max(version) FROM sluice.policy") == "3");
}

TEST_CASE("kept rows of the live table that stay behind are waived with the cutover") {
  Governed governed;
  governed.migration.source(
      "CREATE TABLE public.t (id int PRIMARY KEY, code varchar(9)); INSERT INTO public.t VALUES "
      "(1, 'a')");
  governed.migration.target(
      "CREATE DOMAIN public.code AS varchar(9);"
      "CREATE TABLE public.t (id int PRIMARY KEY, code public.code);"
      "INSERT INTO public.t VALUES (7, 'b'), (8, 'OLD');"
      "ALTER DOMAIN public.code ADD CONSTRAINT small CHECK (VALUE = lower(VALUE)) NOT VALID");
  governed.migration.move("public.t", "public.t", R"("existing_rows": "keep")");
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  require_exit(decide(governed, R"(["8"])", R"("leave_behind")"), 0);
  const auto file = governed.team.folder() / "m.json";
  require_exit(governed.migration.sluice("verify", {"--manifest", file.string()}), 0);
  const manifest::Table proved =
      manifest::from_json(document::from_text(read_all(file)).body).tables.at(0);
  CHECK(proved.kept_left_out == 1);
  CHECK(proved.left_behind == 0);  // of the source's rows
  CHECK(proved.source_rows == 1);
  const auto sign = [&](const char* act) {
    for (const char* person : {"alice", "bob"}) {
      static_cast<void>(governed.team.sign(file, person, act));
    }
  };
  sign("cutover");
  check_refused(governed.migration.sluice("cutover", {"--manifest", file.string()}), kApproval,
                "waiver: 0 of 2");
  CHECK(governed.migration.target_value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM "
                                        "public.t") == "7 8");
  sign("waiver");
  require_exit(governed.migration.sluice("cutover", {"--manifest", file.string()}), 0);
  CHECK(governed.migration.target_value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM "
                                        "public.t") == "1 7");
}

TEST_CASE("no row goes into a live table without people who sign for it") {
  Governed governed;
  governed.migration.source(
      "CREATE TABLE public.t (id int PRIMARY KEY, kind varchar(9)); INSERT INTO public.t VALUES "
      "(1, 'a'), (2, 'odd'), (3, 'odd')");
  // It takes its name when the copy ends: no cutover comes after that.
  governed.migration.move("public.t", "public.t", R"("create": {})",
                          R"({"columns": {"id": {"from": "id"}, "kind": {"from": "kind", "steps": )"
                          R"([{"map": {"a": "A"}, "otherwise": "quarantine"}]}}})");
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  REQUIRE(governed.migration.target_value("SELECT string_agg(id || kind, ' ') FROM public.t") ==
          "1A");
  const char* const refused = "public.t is live: nobody would have signed for the rows";
  check_refused(decide(governed, R"(["2"])", R"({"set": {"kind": "A"}})"), kApproval, refused);
  check_refused(decide(governed, R"(["2"])", R"("retry")"), kApproval, refused);
  CHECK(governed.migration.target_value("SELECT string_agg(id || kind, ' ') FROM public.t") ==
        "1A");
  CHECK(governed.migration.events("quarantine-decided").empty());
  // Who leaves a row behind changes nothing there.
  require_exit(decide(governed, R"(["3"])", R"("leave_behind")"), 0);
  CHECK(governed.migration.quarantine("t") ==
        "[\"2\"] | kind | unmapped_value | open\n"
        "[\"3\"] | kind | unmapped_value | left_behind\n");
}

TEST_CASE("rows of a source whose target was never cut over are not retired") {
  Retirement retirement(From::postgresql);
  retirement.migration.on_both("CREATE TABLE t (id int PRIMARY KEY, v text)");
  retirement.migration.source("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  retirement.migration.move("t");
  retirement.copy_and_verify();
  check_refused(retirement.propose(), kDrift, "never cut over");
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("a target that knows no policy lets nothing be retired") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.migration.member("policy", "\"\"");
  require_exit(retirement.migration.copy(), 0);
  retirement.migration.member(
      "policy", "\"" + (retirement.team.folder() / "team.policy.json").string() + "\"");
  require_exit(retirement.migration.sluice("verify", {"--manifest", retirement.dir.file()}), 0);
  retirement.make_role();
  check_refused(retirement.propose(), kApproval, "no policy is in force");
}

TEST_CASE("a manifest that verify did not write retires nothing") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  document::Document document = document::from_text(retirement.dir.bytes("m"));
  document.head.nonce.assign(64, '0');
  retirement.dir.put("m", document::to_text(document.head, document.body));
  check_refused(retirement.propose(), kApproval, "it was never written so");
}

TEST_CASE("a run that began without a policy is not cut over by a signed manifest") {
  Governed governed;
  fill_pair(governed);
  const auto manifest = governed.team.folder() / "m.json";
  governed.migration.member("policy", "\"\"");
  require_exit(governed.migration.copy(), 0);
  governed.migration.member("policy", "\"" + governed.policy().string() + "\"");
  governed.adopt_policy();
  require_exit(governed.migration.sluice("verify", {"--manifest", manifest.string()}), 0);
  static_cast<void>(governed.team.sign(manifest, "alice", "cutover"));
  static_cast<void>(governed.team.sign(manifest, "bob", "cutover"));
  check_refused(governed.migration.sluice("cutover", {"--manifest", manifest.string()}), kApproval,
                "was begun without signatures");
  CHECK(governed.migration.target_value("SELECT count(*) FROM public.t") == "0");
}

TEST_CASE("limits that were changed after people had signed are refused") {
  Governed governed;
  fill_pair(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  governed.migration.limit("quarantine_rows", 123456);
  check_refused(governed.copy(), kDrift, "was signed for config");
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.run") == "0");
}

TEST_CASE("a class that names a table of the source has its say in the cutover") {
  Governed governed;
  governed.write_policy(
      3,
      {{"\"servers\":",
        R"("classes": {"money": {"tables": ["public.pay"], "owner": "carol@corp"}}, "servers":)"}});
  fill_pair(governed, "public.pay");
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  const auto manifest = governed.team.folder() / "m.json";
  require_exit(governed.migration.sluice("verify", {"--manifest", manifest.string()}), 0);
  static_cast<void>(governed.team.sign(manifest, "alice", "cutover"));
  static_cast<void>(governed.team.sign(manifest, "bob", "cutover"));
  check_refused(governed.migration.sluice("cutover", {"--manifest", manifest.string()}), kApproval,
                "data owner: Carol Wu");
  static_cast<void>(governed.team.sign(manifest, "carol", "cutover"));
  require_exit(governed.migration.sluice("cutover", {"--manifest", manifest.string()}), 0);
}

TEST_CASE("a new run does not drop tables that may be all that is left of retired rows") {
  Governed governed("scratch");
  fill_pair(governed);
  require_exit(governed.migration.copy(), 0);
  governed.migration.target(
      "INSERT INTO sluice.event SELECT run_id, 1 + max(event_no), '2026-11-22T13:30:00Z', "
      "'retire-begun', '{}', '', '' FROM sluice.event GROUP BY run_id");
  check_refused(governed.migration.copy({"--new-run"}), kDrift, "only copy");
  CHECK(governed.migration.target_value("SELECT count(*) FROM public.t__side") == "2");
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.run") == "1");
}

}  // namespace sluice::test
