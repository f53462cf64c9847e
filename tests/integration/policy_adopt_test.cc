// How a policy comes in force for a target, and which rows of its ledger nobody believes.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

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

void fill(Governed& governed) {
  governed.migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY)");
  governed.migration.source("INSERT INTO public.t SELECT generate_series(1, 20)");
  governed.migration.move("public.t");
}

/// A text as an SQL literal, whatever quotation marks it has.
std::string literal(const std::string& text) { return "$of_test$" + text + "$of_test$"; }

/// A row for that policy's text, as somebody with an SQL client writes it.
void insert_by_hand(const Governed& governed, const std::string& text,
                    const std::string& document = "", const std::string& signatures = "[]") {
  const std::string document_sha256 =
      document.empty()
          ? "''"
          : fmt::format("encode(sha256(convert_to({}, 'UTF8')), 'hex')", literal(document));
  governed.migration.target(fmt::format(
      "INSERT INTO sluice.policy (version, name, sha256, text, adopted_by, document_sha256, "
      "document, signatures) VALUES (9, 'team', encode(sha256(convert_to({0}, 'UTF8')), 'hex'), "
      "{0}, "
      "'olga@corp', {1}, {2}, {3})",
      literal(text), document_sha256, literal(document), literal(signatures)));
}

std::vector<std::string> change_to(const std::filesystem::path& policy,
                                   const std::filesystem::path& document) {
  return {"--change", policy.string(), "--out", document.string()};
}

}  // namespace

TEST_CASE("the first policy of a target comes in force by its own people") {
  Governed governed;
  fill(governed);
  const auto document = governed.team.folder() / "first.json";
  const std::vector<std::string> adopt = {"--adopt", document.string()};
  const RunResult before = governed.migration.copy();
  check_refused(before, kApproval, "no policy is in force for this target");
  CHECK(before.out.find("Next: sluice policy") != std::string::npos);
  require_exit(governed.migration.sluice("policy", change_to(governed.policy(), document)), 0);
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "policy: 0 of 2");
  // Whoever runs it does not count.
  static_cast<void>(governed.team.sign(document, "olga", "policy"));
  static_cast<void>(governed.team.sign(document, "dan", "policy"));
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "policy: 1 of 2");
  CHECK(governed.migration.target_value("SELECT to_regnamespace('sluice') IS NULL") == "t");
  static_cast<void>(governed.team.sign(document, "carol", "policy"));
  // Another file than the one that was signed.
  const std::string text = read_all(governed.policy());
  governed.write_policy(3, {{"by telephone", "by letter"}});
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "it was made under policy");
  std::ofstream(governed.policy(), std::ios::binary) << text;
  require_exit(governed.migration.sluice("policy", adopt), 0);
  CHECK(governed.migration.target_value("SELECT text FROM sluice.policy") == text);
  CHECK(governed.migration.target_value("SELECT document FROM sluice.policy") ==
        read_all(document));
  CHECK(governed.migration.target_value(
            "SELECT json_array_length(signatures::json) FROM sluice.policy") == "2");
  check_refused(governed.migration.copy(), kApproval, "needs a signed plan");
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  CHECK(governed.migration.events("policy-adopted").size() == 1);
}

TEST_CASE("a policy that somebody has written into the ledger is believed by nobody") {
  Governed governed;
  fill(governed);
  governed.make_plan();
  governed.sign_plan("alice");
  const std::string document =
      governed.migration.target_value("SELECT document FROM sluice.policy");
  const std::string signatures =
      governed.migration.target_value("SELECT signatures FROM sluice.policy");
  // Mallory decides everything from now on, if rows were believed.
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"\"groups\": []", "\"groups\": [\"technical\", \"business\"]"}};
  SECTION("nobody has signed it") {
    governed.write_policy(9, changes);
    insert_by_hand(governed, read_all(governed.policy()));
    check_refused(governed.copy(), kApproval, "nobody has signed it");
  }
  SECTION("the signatures are of another one") {
    governed.write_policy(9, changes);
    insert_by_hand(governed, read_all(governed.policy()), document, signatures);
    check_refused(governed.copy(), kApproval, "people have signed another text");
  }
  SECTION("its own people have signed it, as if it were the first") {
    // Made where no policy is in force: it follows none.
    Governed elsewhere;
    fill(elsewhere);
    const auto forged = governed.write_next(9, changes);
    elsewhere.migration.member("policy", "\"" + forged.string() + "\"");
    adopt_policy(elsewhere.migration, governed.team, forged);
    insert_by_hand(governed, read_all(forged),
                   elsewhere.migration.target_value("SELECT document FROM sluice.policy"),
                   elsewhere.migration.target_value("SELECT signatures FROM sluice.policy"));
    governed.write_policy(9, changes);
    check_refused(governed.copy(), kApproval, "it was made under policy 9");
  }
  SECTION("a signature was taken out") {
    governed.migration.target(
        "UPDATE sluice.policy SET signatures = json_build_array(signatures::json -> 0)");
    check_refused(governed.copy(), kApproval, "policy: 1 of 2");
  }
  SECTION("a policy was put before it") {
    governed.migration.target(
        "INSERT INTO sluice.policy (version, name, sha256, text, adopted_by, document_sha256) "
        "SELECT 1, name, sha256, text, adopted_by, '' FROM sluice.policy");
    check_refused(governed.copy(), kApproval, "people have signed that it follows another one");
  }
  SECTION("nothing of all that") { require_exit(governed.copy(), 0); }
}

TEST_CASE("a signature of a policy whose key was revoked is made good by another") {
  Governed governed;
  fill(governed);
  governed.adopt_policy();
  governed.team.revoke(governed.team.member("dan").key);
  governed.make_plan();
  governed.sign_plan("alice");
  check_refused(governed.copy(), kApproval, "policy: 1 of 2");
  const auto document =
      governed.team.folder() / (governed.migration.target_database().name() + ".first.policy.json");
  const std::vector<std::string> adopt = {"--adopt", document.string()};
  check_refused(governed.migration.sluice("policy", adopt), kApproval, "policy: 1 of 2");
  static_cast<void>(governed.team.sign(document, "alice", "policy"));
  require_exit(governed.migration.sluice("policy", adopt), 0);
  require_exit(governed.copy(), 0);
}

TEST_CASE("a dry run of a policy that is in force says that it wrote nothing, and writes nothing") {
  Governed governed;
  fill(governed);
  governed.adopt_policy();
  const auto document =
      governed.team.folder() / (governed.migration.target_database().name() + ".first.policy.json");
  static_cast<void>(governed.team.sign(document, "carol", "policy"));
  const auto signatures = [&governed] {
    return governed.migration.target_value(
        "SELECT json_array_length(signatures::json) FROM sluice.policy");
  };
  const std::vector<std::string> adopt = {"--adopt", document.string()};
  const RunResult dry =
      governed.migration.sluice("policy", {"--adopt", document.string(), "--dry-run"});
  check_refused(dry, 0, "the ledger would take its signatures");
  CHECK(words_of(dry.out + dry.err).find("the ledger has its signatures") == std::string::npos);
  CHECK(signatures() == "2");
  check_refused(governed.migration.sluice("policy", adopt), 0, "the ledger has its signatures");
  CHECK(signatures() == "3");
}

TEST_CASE("under a policy that nobody has signed no row of a source goes") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  require_exit(retirement.migration.copy(), 0);
  CHECK(retirement.migration.target_value("SELECT document_sha256 FROM sluice.policy") == "");
  require_exit(retirement.migration.sluice("verify", {"--manifest", retirement.dir.file()}), 0);
  retirement.make_role();
  check_refused(retirement.propose(), kApproval, "came in force by its own rule");
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("of two first policies at once one comes in force") {
  Governed governed;
  fill(governed);
  const auto other = governed.write_next(3, {{"by telephone", "by letter"}});
  const auto folder = governed.team.folder();
  const std::vector<std::filesystem::path> policies = {governed.policy(), other};
  const auto document_of = [&folder](std::size_t i) { return folder / fmt::format("{}.json", i); };
  std::vector<std::string> configs;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    governed.migration.member("policy", "\"" + policies[i].string() + "\"");
    configs.push_back((folder / fmt::format("{}.config.json", i)).string());
    std::ofstream(configs[i]) << governed.migration.config_json();
    require_exit(governed.migration.sluice("policy", change_to(policies[i], document_of(i))), 0);
    static_cast<void>(governed.team.sign(document_of(i), "dan", "policy"));
    static_cast<void>(governed.team.sign(document_of(i), "bob", "policy"));
  }
  std::vector<RunResult> ends(policies.size());
  std::vector<std::jthread> both;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    both.emplace_back([&, i] {
      ends[i] = run_sluice({"policy", "--config", configs[i], "--adopt", document_of(i).string()});
    });
  }
  both.clear();
  std::multiset<int> codes;
  std::string said;
  for (const RunResult& end : ends) {
    said += end.err;
    codes.insert(end.exit_code);
  }
  INFO(said);
  CHECK(codes.count(0) == 1);
  CHECK(codes.count(kApproval) + codes.count(kDrift) == 1);
  CHECK(governed.migration.target_value("SELECT count(*) FROM sluice.policy") == "1");
}

}  // namespace sluice::test
