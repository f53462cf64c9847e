#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sluice/codec/sha256.h"

#include "unit/policy/policy_fixture.h"

namespace sluice::policy {
namespace {

using document::Act;
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("the example is a policy without findings") {
  CHECK(findings_of(example_text()) == Lines{});
  const Policy policy = policy_of(example_text());
  CHECK(policy.name == "crm");
  CHECK(policy.version == 1);
  CHECK(policy.text == example_text());
  CHECK(policy.sha256 == codec::sha256_hex(example_text()));
  CHECK(policy.file == "p.json");
  CHECK(policy.acts.size() == document::kActs.size());
  CHECK(policy.caller == "erin@corp");
  CHECK(policy.operators == Lines{"dan@corp", "alice@corp"});
  CHECK(policy.keep.first_day == 14);
  CHECK(policy.keep.last_day == 90);
  CHECK(policy.archive_days == 2555);
  CHECK(policy.limits.quarantined_rows == 100);
  CHECK(policy.limits.target_changed_rows == 1000);
  CHECK(policy.digest == codec::DigestAlgorithm::sha256);
  CHECK(policy.revoked_keys == "crm.revoked.krl");
  const Person* alice = policy.find("alice@corp");
  REQUIRE(alice != nullptr);
  CHECK(alice->name == "Alice Stone");
  CHECK(alice->keys.size() == 2);
  CHECK(alice->keys[0].type == "ssh-ed25519");
  CHECK(alice->keys[0].valid_before == "2027-11-01T00:00:00Z");
  CHECK(alice->os_users == Lines{"alice"});
  CHECK(policy.find("nobody") == nullptr);
  CHECK(policy.servers[0].engine == model::Engine::mariadb);
  CHECK(policy.classes[0].tables == Lines{"crm.payments", "crm.invoice*"});
  const ActRule& retire = policy.acts.at(Act::retire);
  CHECK(retire.requirement.max_age == std::chrono::hours(24));
  CHECK(retire.requirement.hardware == Hardware::touch);
  CHECK(retire.by_class.at("money").groups[0].need == 2);
  CHECK(retire.by_class.at("money").max_age == std::chrono::hours(8));
  CHECK_FALSE(retire.requirement.operator_counts);
  CHECK(policy.acts.at(Act::confirm).requirement.operator_counts);
}

TEST_CASE("each mistake is found, by name and at its place") {
  const std::pair<std::pair<std::string, std::string>, std::string> cases[] = {
      {{"\"version\": 1", "\"version\": 0"}, "out-of-range p.json:6:14 /version"},
      {{"\"version\": 1", "\"version\": 1.5"}, "wrong-type p.json:6:14 /version"},
      {{"\"version\": 1,", ""}, "missing-key p.json:1:1 /: the key \"version\""},
      {{"policy/1", "policy/2"}, "unknown-word p.json:3:13 /schema"},
      {{"\"crm\"", "\"C R M\""}, "bad-name p.json:5:11 /name"},
      {{"\"caller\"", "\"caler\""}, "missing-key p.json:1:1 /: the key \"caller\" is missing"},
      {{"\"caller\": \"erin@corp\"", "\"caller\": \"eri@corp\""}, "unknown-person"},
      {{"\"alice@corp\"]", "\"alice@crop\"]"}, "unknown-person"},
      {{"[\"dan@corp\", \"alice@corp\"]", "[]"}, "nobody p.json"},
      {{"\"dan@corp\", \"alice@corp\"", "\"dan@corp\", \"dan@corp\""}, "said-twice"},
      {{"[\"dan@corp\", \"alice@corp\"]", "[\"bob@corp\"]"}, "operator-without-login"},
      {{"\"contact\": \"+44 20 5550 0102\"", "\"contact\": \"\""}, "empty-text"},
      {{"      \"contact\": \"+44 20 5550 0102\",\n", ""}, "missing-key p.json"},
      {{"Bob Hill", "Bob\\nHill"}, "bad-text"},
      {{"Bob Hill", "alice stone"}, "name-twice"},
      {{"\"bob@corp\"", "\"*@corp\""}, "bad-principal"},
      {{"\"bob@corp\"", "\"bob,x\""}, "bad-principal"},
      {{"\"bob@corp\"", "\"bob corp\""}, "bad-principal"},
      {{"\"bob@corp\"", "\"!bob\""}, "bad-principal"},
      {{"\"bob@corp\"", "\"../bob\""}, "bad-principal"},
      {{"\"bob@corp\"", "\"-bob\""}, "bad-principal"},
      {{"\"bob@corp\"",
        "\"b\xc3\xb6"
        "b\""},
       "bad-principal"},
      {{"\"principal\": \"bob@corp\"", "\"principal\": \"ALICE@corp\""}, "principal-twice"},
      {{"\"dan\"]", "\"alice\"]"}, "warning os-user-twice"},
      {{"2026-11-01T00:00:00Z", "2026-11-01T00:00:00"}, "bad-time"},
      {{"2026-11-01T00:00:00Z", "2026-11-31T00:00:00Z"}, "bad-time"},
      {{"2026-11-01T00:00:00Z", "2028-11-01T00:00:00Z"}, "bad-time"},
      {{"\"owner\": \"carol@corp\"", "\"owner\": \"carl@corp\""}, "unknown-person"},
      {{"\"tables\": [\"audit.*\"], \"owner\": \"erin@corp\"", "\"tables\": [\"audit.*\"]"},
       "missing-key"},
      {{"\"audit.*\"", "\"audit\""}, "bad-table"},
      {{"\"audit.*\"", "\"*.log\""}, "bad-table"},
      {{"\"audit.*\"", "\"audit.l*g\""}, "bad-table"},
      {{"[\"audit.*\"]", "[]"}, "empty-class"},
      {{"\"money\": {\"groups\"", "\"mony\": {\"groups\""}, "unknown-class"},
      {{"\"first_day\": 14", "\"first_day\": 91"}, "bad-keep"},
      {{"\"first_day\": 14, ", ""}, "missing-key"},
      {{"\"label\": \"staging\"", "\"label\": \"prod\""}, "bad-label"},
      {{"\"label\": \"staging\"", "\"label\": \"producton\""}, "bad-label"},
      {{"\"label\": \"staging\"", "\"label\": \"unlabelled\""}, "bad-label"},
      {{"[\"staging\"]", "[\"production\"]"}, "never-unsigned"},
      {{"[\"staging\"]", "[\"staging\", \"stage\"]"}, "warning unknown-label"},
      {{"7710988561853766123", "7710988561853766094"}, "server-twice"},
      {{"7710988561853766123", "77 1"}, "bad-identity"},
      {{"\"mariadb\"", "\"oracle\""}, "unknown-word"},
      {{"\"retire\": {", "\"delete\": {"}, "unknown-key"},
      {{"\"hardware\": \"touch\"", "\"hardware\": \"tuch\""}, "unknown-word"},
      {{"\"max_age_hours\": 12", "\"max_age_hours\": 0"}, "out-of-range"},
      {{"\"sha256\"", "\"md5\""}, "unknown-word"},
      {{"/usr/bin/ssh-keygen", "ssh-keygen"}, "bad-path"},
      {{"/usr/bin/ssh-keygen", "/tmp/../ssh-keygen"}, "bad-path"},
      {{"\"crm.revoked.krl\"", "\"../krl\""}, "bad-path"},
      {{"\"crm.revoked.krl\"", "\"\""}, "bad-path"},
      {{"\"revoked_keys\"", "\"revoked\""}, "missing-key"},
      {{"\"version\": 1,", "\"version\": 1, \"version\": 2,"}, "duplicate-key"},
  };
  for (const auto& [change, begin] : cases) {
    const std::string& rule = begin;
    const Lines lines = findings_of(replaced(example_text(), change.first, change.second));
    INFO(change.second << " wants " << rule);
    for (const std::string& line : lines) UNSCOPED_INFO(line);
    CHECK(std::ranges::any_of(lines, [&](const std::string& l) { return l.starts_with(rule); }));
  }
}

TEST_CASE("a slip is told by the nearest word") {
  const auto result = read_policy(replaced(example_text(), "\"caller\"", "\"caler\""), "p.json");
  CHECK(std::ranges::count(result.findings, "did you mean \"caller\"?", &model::Finding::action) ==
        1);
}

TEST_CASE("all mistakes are said at once") {
  std::string text = replaced(example_text(), "\"version\": 1", "\"version\": -1");
  text = replaced(text, "Bob Hill", "");
  text = replaced(text, "\"first_day\": 14", "\"first_day\": 140");
  text = replaced(text, "\"caller\": \"erin@corp\"", "\"caller\": \"eve\"");
  CHECK(findings_of(text).size() == 4);
  CHECK_FALSE(read_policy(text, "p.json").policy.has_value());
}

TEST_CASE("what is no JSON is said so") {
  CHECK(findings_of("{").at(0).starts_with("not-json p.json:1:"));
  CHECK(findings_of("[]").at(0).starts_with("wrong-type p.json:1:1 /"));
}

TEST_CASE("an act without a rule is a warning: nobody may") {
  const std::string text = replaced(
      example_text(),
      R"("merge": {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1}]},)",
      "");
  const Lines lines = findings_of(text);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("warning nobody-may"));
  CHECK_FALSE(requirement_of(policy_of(text), Act::merge, {}).has_value());
}

}  // namespace sluice::policy
