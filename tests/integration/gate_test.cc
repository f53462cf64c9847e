// What the policy lets be done, and by whom: copies between production servers, policies that come
// and go, operators, and stops that end.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/governed.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr int kUsage = 2;
constexpr int kApproval = 4;
constexpr int kDrift = 7;

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A table of some rows on both sides; the target's has a column more, which the mapping fills with
/// a constant: backfill, which a technical and a business person sign.
void fill(const Migration& migration) {
  migration.source("CREATE TABLE public.t (id int PRIMARY KEY, name text)");
  migration.source("INSERT INTO public.t SELECT g, 'n' || g FROM generate_series(1, 300) g");
  migration.target(
      "CREATE TABLE public.t (id int PRIMARY KEY, name text, origin text NOT NULL DEFAULT '')");
}

void plan_backfill(Governed& governed) {
  fill(governed.migration);
  governed.migration.move("public.t", "public.t", "",
                          R"({"same_names": true, "columns": {"origin": {"constant": "legacy"}}})");
}

/// A table that is moved as it is: the act plan and no other.
void plan_plainly(Governed& governed) {
  governed.migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY, name text)");
  governed.migration.source(
      "INSERT INTO public.t SELECT g, 'n' || g FROM generate_series(1, 300) g");
  governed.migration.move("public.t");
}

/// What a program said, on one line, wherever it broke its own.
std::string words_of(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += (line.empty() ? "" : " ") + word;
  return line;
}

void check_refused(const RunResult& result, int code, const std::string& why) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK(words_of(result.out + result.err).find(why) != std::string::npos);
}

std::string runs_there(const Migration& migration) {
  const bool has_ledger =
      migration.target_value("SELECT to_regclass('sluice.run') IS NOT NULL") == "t";
  return has_ledger ? migration.target_value("SELECT count(*) FROM sluice.run") : "0";
}

}  // namespace

TEST_CASE("a copy between production servers waits for the people whom the policy names") {
  Governed governed;
  plan_backfill(governed);
  governed.adopt_policy();
  check_refused(governed.migration.copy(), kApproval, "needs a signed plan");
  governed.make_plan();
  check_refused(governed.copy(), kApproval, "plan: 0 of 1");
  governed.sign_plan("alice");
  check_refused(governed.copy(), kApproval, "backfill: 0 of 2");
  // The operator's own signature does not count, nor does that of somebody in no group.
  governed.sign_plan("olga", "backfill");
  governed.sign_plan("mallory", "backfill");
  check_refused(governed.copy(), kApproval, "backfill: 0 of 2");
  governed.sign_plan("dan", "backfill");
  const RunResult one = governed.copy();
  check_refused(one, kApproval, "backfill: 1 of 2");
  CHECK(words_of(one.err).find("Bob Hill") != std::string::npos);
  CHECK(one.out.find("Next: sluice approve") != std::string::npos);
  CHECK(runs_there(governed.migration) == "0");
  governed.sign_plan("bob", "backfill");
  require_exit(governed.copy(), 0);
  CHECK(governed.migration.target_value("SELECT count(*) FROM public.t__side WHERE origin = "
                                        "'legacy'") == "300");
  CHECK(governed.migration.target_value("SELECT count(*) FROM public.t") == "0");
  const std::string event = governed.migration.events("plan-approved").at(0);
  for (const char* signer : {"alice@corp", "dan@corp", "bob@corp", "SHA256:"}) {
    CHECK(event.find(signer) != std::string::npos);
  }
  CHECK(event.find("\"principal\":\"olga@corp\"") == std::string::npos);
  CHECK(governed.migration.target_value("SELECT approval_rule FROM sluice.run")
            .starts_with("signed: plan by Alice Stone; backfill by Bob Hill and Dan Reed"));
  const RunResult status = governed.migration.sluice("status");
  CHECK(words_of(status.out).find("policy team version 3; caller Bob Hill") != std::string::npos);
  CHECK(words_of(status.out).find("Dan Reed (backfill)") != std::string::npos);
}

TEST_CASE("what is waived is signed for with the reason and the person who gives it") {
  Governed governed;
  plan_plainly(governed);
  governed.migration.read_as_superuser();
  governed.migration.member("allow", R"({"source_can_delete": {"reason": "no other login till May",
"person": "Ann"}})");
  governed.make_plan();
  const RunResult shown =
      run_sluice({"approve", governed.plan().string(), "--policy", governed.policy().string()});
  CHECK(words_of(shown.out).find("no other login till May (Ann)") != std::string::npos);
  governed.sign_plan("alice");
  check_refused(governed.copy(), kApproval, "waiver: 0 of 2");
  governed.sign_plan("alice", "waiver");
  governed.sign_plan("bob", "waiver");
  require_exit(governed.copy(), 0);
}

TEST_CASE("what was signed is what is copied") {
  Governed governed;
  plan_plainly(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  const std::string text = read_all(governed.plan());
  SECTION("a field of the plan is another") {
    write_all(governed.plan(),
              replaced(text, "\"quarantine_limit\": 1000", "\"quarantine_limit\": 1001"));
    check_refused(governed.copy(), kApproval, "does not count");
  }
  SECTION("an act is left out") {
    write_all(governed.plan(), replaced(text, "\"act\": \"plan\"", "\"act\": \"confirm\""));
    check_refused(governed.copy(), kApproval, "signed for plan, which is missing");
  }
  SECTION("the operator is another") {
    write_all(governed.plan(), replaced(text, "olga@corp", "dan@corp"));
    check_refused(governed.copy(), kApproval, "does not count");
  }
  SECTION("the signature is of another plan") {
    const std::string other = read_all(governed.plan().string() + ".alice@corp.plan.sig");
    governed.make_plan();  // another nonce
    check_refused(governed.copy(), kApproval, "does not count");
    write_all(governed.plan().string() + ".dan@corp.plan.sig", other);
    check_refused(governed.copy(), kApproval, "does not count");
  }
  SECTION("it is the plan as sluice writes it without a policy") {
    write_all(governed.plan(), "{}");
    check_refused(governed.copy(), kApproval, "not a document");
  }
  SECTION("it was made for a longer time than the policy allows") {
    governed.write_policy(3, {{R"("plan": {)", R"("plan": {"max_age_hours": 1, )"}});
    check_refused(governed.copy(), kApproval, "policy");
  }
  SECTION("the table is another by now") {
    governed.migration.target("ALTER TABLE public.t ALTER COLUMN name TYPE varchar(40)");
    check_refused(governed.copy(), kDrift, "character varying(40)");
  }
  CHECK(runs_there(governed.migration) == "0");
}

TEST_CASE("a plan that was signed for one pair of databases is none for another") {
  Governed first;
  plan_plainly(first);
  first.make_plan();
  first.sign_plan("alice");
  Governed second;
  plan_plainly(second);
  // The same people, the same words: but the documents name the databases.
  second.migration.member("policy", "\"" + first.policy().string() + "\"");
  second.adopt_policy(first.team);
  const RunResult result = second.migration.copy({"--plan", first.plan().string()});
  CHECK(result.exit_code == kDrift);
  CHECK(runs_there(second.migration) == "0");
}

TEST_CASE("a plan that names another engine than the source's is refused, whoever signed it") {
  Governed governed("production", From::mariadb);
  governed.migration.source("CREATE TABLE t (id int PRIMARY KEY, name varchar(40))");
  governed.migration.source("INSERT INTO t VALUES (1, 'a')");
  governed.migration.move("t", "public.t", R"("create": {})");
  governed.make_plan();
  const std::string text = read_all(governed.plan());
  write_all(governed.plan(), replaced(text, "\"engine\": \"mariadb\"", "\"engine\": \"mysql\""));
  governed.sign_plan("alice");
  check_refused(governed.copy(), kDrift, "source server");
}

TEST_CASE("a target that knows a policy is not written to without it") {
  Governed governed("scratch");
  plan_plainly(governed);
  require_exit(governed.migration.copy(), 0);
  CHECK(governed.migration.target_value("SELECT approval_rule FROM sluice.run")
            .starts_with("unsigned: policy team version 3 asks for no signature between servers "
                         "labelled scratch"));
  const std::string adopted = governed.migration.events("policy-adopted").at(0);
  CHECK(adopted.find("\"version\":3") != std::string::npos);
  CHECK(governed.migration.target_value("SELECT text FROM sluice.policy") ==
        read_all(governed.policy()));
  SECTION("a config without a policy") {
    governed.migration.member("policy", "\"\"");
    check_refused(governed.migration.copy(), kApproval, "is in force for this target");
    check_refused(governed.migration.copy({"--new-run"}), kApproval, "the config names none");
  }
  SECTION("the same version with other words") {
    governed.write_policy(3, {{"by telephone", "by letter"}});
    const RunResult refused = governed.migration.copy();
    check_refused(refused, kApproval, "is in force for this target");
    // The file as it is now can be neither of the two.
    check_refused(refused, kApproval, "--change NEXT --out policy-change.json");
  }
  SECTION("somebody has taken it out of the ledger") {
    governed.migration.target("DELETE FROM sluice.policy");
    governed.migration.member("policy", "\"\"");
    check_refused(governed.migration.copy(), kDrift, "not in its ledger any more");
    check_refused(governed.migration.sluice("status"), 0, "the target's events tell of policy");
  }
  SECTION("somebody has changed it in the ledger") {
    governed.migration.target("UPDATE sluice.policy SET text = text || ' '");
    check_refused(governed.migration.copy(), kDrift, "not the one that was adopted");
  }
}

TEST_CASE("a policy file that others may write to is none") {
  Governed governed("scratch");
  plan_plainly(governed);
  std::filesystem::permissions(governed.policy(), std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  CHECK(governed.migration.copy().exit_code == kApproval);
  CHECK(runs_there(governed.migration) == "0");
}

TEST_CASE("another version of the policy comes in force by its own people") {
  Governed governed;
  plan_plainly(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  // Plans are signed by two from now on; and Dan leaves the technical people.
  const std::vector<std::pair<std::string, std::string>> changes = {
      {R"("plan": {"groups": [{"group": "technical", "need": 1})",
       R"("plan": {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1})"}};
  const auto next = governed.write_next(4, changes);
  const auto document = governed.team.folder() / "change.json";
  const std::vector<std::string> propose = {"--change", next.string(), "--out", document.string()};
  const std::vector<std::string> adopt = {"--adopt", document.string()};
  require_exit(governed.migration.sluice("policy", propose), 0);
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "policy: 0 of 2");
  static_cast<void>(governed.team.sign(document, "dan", "policy"));
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "policy: 1 of 2");
  static_cast<void>(governed.team.sign(document, "carol", "policy"));
  require_exit(governed.migration.sluice("policy", adopt), 0);
  CHECK(governed.migration.target_value("SELECT max(version) FROM sluice.policy") == "4");
  CHECK(governed.migration.events("policy-adopted").size() == 2);
  // It works once, the old one is none any more, and what was signed under it neither.
  check_refused(governed.migration.sluice("policy", adopt), 0, "was in force already");
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.policy") == "2");
  check_refused(governed.copy(), kApproval, "is in force for this target");
  governed.write_policy(4, changes);
  check_refused(governed.copy({"--new-run"}), kDrift, "was made under policy version 3");
}

TEST_CASE("a change of the policy needs those whom the new version names") {
  Governed governed("scratch");
  plan_plainly(governed);
  require_exit(governed.migration.copy(), 0);
  // The new version wants two business people for a change: who signs has to be enough for it too.
  const auto next = governed.write_next(
      4,
      {{R"("policy": {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1}])",
        R"("policy": {"groups": [{"group": "business", "need": 2}])"}});
  const auto document = governed.team.folder() / "change.json";
  require_exit(
      governed.migration.sluice("policy", {"--change", next.string(), "--out", document.string()}),
      0);
  static_cast<void>(governed.team.sign(document, "dan", "policy"));
  static_cast<void>(governed.team.sign(document, "carol", "policy"));
  check_refused(governed.migration.sluice("policy", {"--adopt", document.string()}), kApproval,
                "as version 4 asks: 1 of 2");
  static_cast<void>(governed.team.sign(document, "bob", "policy"));
  require_exit(governed.migration.sluice("policy", {"--adopt", document.string()}), 0);
}

TEST_CASE("only the operator runs, as the OS user and database roles that the policy names") {
  Governed governed("scratch");
  plan_plainly(governed);
  SECTION("nobody is named") {
    governed.migration.member("operator", "\"\"");
    check_refused(governed.migration.copy(), kApproval, "nobody is named as operator");
  }
  SECTION("somebody who is no operator") {
    check_refused(governed.migration.copy({"--operator", "alice@corp"}), kApproval,
                  "Alice Stone is no operator");
  }
  SECTION("another OS user") {
    governed.write_policy(3, {{"\"os_users\": [\"", "\"os_users\": [\"not-"}});
    check_refused(governed.migration.copy(), kApproval, "OS user");
  }
  SECTION("another role of the source") {
    governed.write_policy(3, {{"\"sluice_reader\"", "\"somebody\""}});
    check_refused(governed.migration.copy(), kApproval, "database role \"sluice_reader\"");
  }
  CHECK(runs_there(governed.migration) == "0");
}

TEST_CASE("a signed run goes on with what was signed, without being told where that is") {
  Governed governed;
  plan_plainly(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  RunOptions killed;
  killed.env = {{"SLUICE_KILL_AT", "after_create_run"}};
  CHECK(governed.migration.copy({"--plan", governed.plan().string()}, killed).exit_code != 0);
  SECTION("as it was") {
    require_exit(governed.migration.copy(), 0);
    CHECK(governed.migration.events("plan-approved").size() == 2);
  }
  SECTION("the signature is gone") {
    std::filesystem::remove(governed.plan().string() + ".alice@corp.plan.sig");
    check_refused(governed.migration.copy(), kApproval, "plan: 0 of 1");
  }
  SECTION("the key was revoked meanwhile") {
    governed.team.revoke(governed.team.member("alice").key);
    check_refused(governed.migration.copy(), kApproval, "plan: 0 of 1");
  }
}

TEST_CASE("a stop is ended once, by what people signed of that stop") {
  Governed governed;
  plan_plainly(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  RunOptions killed;
  killed.env = {{"SLUICE_KILL_AT", "after_create_run"}};
  CHECK(governed.migration.copy({"--plan", governed.plan().string()}, killed).exit_code != 0);
  const std::string run = governed.migration.target_value("SELECT run_id FROM sluice.run");
  require_exit(governed.migration.sluice("stop", {"--reason", "look at it"}), 0);
  const auto document = governed.team.folder() / "continue.json";
  const std::vector<std::string> propose = {"--run", run, "--propose", document.string()};
  const std::vector<std::string> go_on = {"--run", run, "--approved", document.string()};
  check_refused(governed.migration.sluice("continue", {"--run", run}), kApproval,
                "when people have signed");
  require_exit(governed.migration.sluice("continue", propose), 0);
  check_refused(governed.migration.sluice("continue", go_on), kApproval, "continue: 0 of 1");
  static_cast<void>(governed.team.sign(document, "dan", "continue"));
  require_exit(governed.migration.sluice("continue", go_on), 0);
  CHECK(governed.migration.events("run-continued").at(0).find("signed: continue by Dan Reed") !=
        std::string::npos);
  // The next stop is another one.
  require_exit(governed.migration.sluice("stop", {"--reason", "once more"}), 0);
  check_refused(governed.migration.sluice("continue", go_on), kDrift, "another stop");
  check_refused(governed.migration.copy(), 3, "once more");
}

TEST_CASE("what people sign of a stop is written over by nobody") {
  Governed governed("scratch");
  plan_plainly(governed);
  require_exit(governed.migration.copy(), 0);
  const std::string run = governed.migration.target_value("SELECT run_id FROM sluice.run");
  require_exit(governed.migration.sluice("stop", {"--reason", "look at it"}), 0);
  const auto document = governed.team.folder() / "continue.json";
  const auto other = governed.team.folder() / "other.json";
  const auto propose = [&](const std::filesystem::path& file, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--run", run, "--propose", file.string()});
    return governed.migration.sluice("continue", more);
  };
  require_exit(propose(document), 0);
  const std::string signed_text = read_all(document);
  check_refused(propose(document), kUsage, "continue.json is there already");
  CHECK(read_all(document) == signed_text);
  check_refused(propose(other, {"--dry-run"}), kUsage, "do not go together");
  check_refused(propose(other, {"--approved", document.string()}), kUsage, "do not go together");
  CHECK_FALSE(std::filesystem::exists(other));
  CHECK(governed.migration.events("run-continued").empty());
}

TEST_CASE("without a policy everything is as before") {
  Governed governed("scratch");
  plan_plainly(governed);
  governed.migration.member("policy", "\"\"");
  require_exit(governed.migration.copy(), 0);
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.policy") == "0");
  // The first run with one puts it in force.
  governed.migration.member("policy", "\"" + governed.policy().string() + "\"");
  require_exit(governed.migration.copy({"--new-run"}), 0);
  CHECK(governed.migration.target_value("SELECT version FROM sluice.policy") == "3");
}

}  // namespace sluice::test
