#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "unit/policy/policy_fixture.h"

namespace sluice::policy {
namespace {

using document::Act;
using Lines = std::vector<std::string>;

std::string text_of(const std::optional<Requirement>& requirement) {
  if (!requirement) return "nobody";
  std::string text;
  for (const GroupNeed& group : requirement->groups) {
    text += group.group + ":" + std::to_string(group.need) + " ";
  }
  for (const std::string& owner : requirement->owners) text += owner + " ";
  return text + std::string(to_string(requirement->hardware)) + " " +
         std::to_string(
             std::chrono::duration_cast<std::chrono::hours>(requirement->max_age).count()) +
         (requirement->operator_counts ? " operator" : "");
}

Lines errors_of(const std::string& text) {
  Lines lines = findings_of(text);
  for (const std::string& line : lines) UNSCOPED_INFO(line);
  return lines;
}

bool one_begins(const Lines& lines, std::string_view begin) {
  return std::ranges::any_of(lines,
                             [&](const std::string& line) { return line.starts_with(begin); });
}

}  // namespace

TEST_CASE("a requirement is the strictest of the act's rule and those of the classes") {
  const Policy policy = policy_of(example_text());
  CHECK(text_of(requirement_of(policy, Act::plan, {})) == "technical:1 business:1 any 168");
  // Nothing is deleted or overwritten: no data owner.
  CHECK(text_of(requirement_of(policy, Act::plan, {"money"})) == "technical:1 business:1 any 168");
  CHECK(text_of(requirement_of(policy, Act::confirm, {})) == "business:1 any 168 operator");
  CHECK(text_of(requirement_of(policy, Act::retire, {})) == "technical:1 business:1 touch 24");
  CHECK(text_of(requirement_of(policy, Act::retire, {"customer"})) ==
        "technical:1 business:1 carol@corp touch 24");
  CHECK(text_of(requirement_of(policy, Act::retire, {"audit", "customer", "money"})) ==
        "technical:2 business:1 carol@corp erin@corp pin 8");
  for (const Act act : {Act::drop, Act::merge, Act::backfill, Act::cutover}) {
    CHECK(requirement_of(policy, act, {"audit"})->owners == Lines{"erin@corp"});
  }
  for (const Act act : {Act::confirm, Act::resume, Act::waiver, Act::policy}) {
    CHECK(requirement_of(policy, act, {"audit"})->owners.empty());
  }
}

TEST_CASE("what a policy does not name, nobody may") {
  Policy policy = policy_of(example_text());
  CHECK_FALSE(requirement_of(policy, Act::retire, {"munny"}).has_value());
  policy.acts.erase(Act::retire);
  CHECK_FALSE(requirement_of(policy, Act::retire, {}).has_value());
}

TEST_CASE("the operator counts for a class only where it says so too") {
  std::string text = replaced(example_text(), "\"hardware\": \"touch\",\n      \"by_class\"",
                              "\"operator_counts\": true,\n      \"by_class\"");
  CHECK(requirement_of(policy_of(text), Act::retire, {})->operator_counts);
  CHECK_FALSE(requirement_of(policy_of(text), Act::retire, {"money"})->operator_counts);
}

TEST_CASE("tables belong to classes by name, whatever the case") {
  const Policy policy = policy_of(example_text());
  CHECK(classes_of(policy, {{"crm", "payments"}}) == Lines{"money"});
  CHECK(classes_of(policy, {{"CRM", "Payments"}}) == Lines{"money"});
  CHECK(classes_of(policy, {{"crm", "invoices"}, {"crm", "invoice"}}) == Lines{"money"});
  CHECK(classes_of(policy, {{"crm", "payment"}, {"crm", "payments2"}, {"shop", "payments"}}) ==
        Lines{});
  CHECK(classes_of(policy, {{"crm", "invoice_lines"}, {"audit", "x"}, {"crm", "contacts"}}) ==
        Lines{"audit", "customer", "money"});
  CHECK(idle_patterns(policy, {{"crm", "payments"}, {"audit", "log"}, {"crm", "customers"}}) ==
        Lines{"class money: no table crm.invoice*", "class customer: no table crm.contacts"});
}

TEST_CASE("letters beyond ASCII are alike: no case of them slips out of a class") {
  Policy policy;
  policy.classes = {{"money", {"crm.z\u00e4hlung", "crm.\u00d6l*"}, "carol@corp"}};
  const auto is_money = [&](const char* table) {
    return classes_of(policy, {{"crm", table}}) == std::vector<std::string>{"money"};
  };
  CHECK(is_money("z\u00e4hlung"));
  CHECK(is_money("Z\u00c4HLUNG"));
  CHECK(is_money("\u00f6lpreise"));
  CHECK(is_money("\u00d6L"));
  // One letter for one: none in its place, or two of them, is another name.
  CHECK_FALSE(is_money("zahlung"));
  CHECK_FALSE(is_money("z\u00e4\u00e4hlung"));
  CHECK_FALSE(is_money("ol"));
}

TEST_CASE("a requirement that these people cannot fulfil is an error") {
  const std::string retire = R"("technical", "need": 2}], "hardware": "pin")";
  const std::string text = example_text();
  const std::pair<std::pair<std::string, std::string>, std::string> cases[] = {
      {{"{\"group\": \"legal\", \"need\": 1}", "{\"group\": \"leagl\", \"need\": 1}"},
       "empty-group p.json:"},
      {{"{\"group\": \"legal\", \"need\": 1}", "{\"group\": \"legal\", \"need\": 2}"},
       "need-too-great p.json:"},
      {{retire, R"("technical", "need": 4}], "hardware": "pin")"}, "need-too-great"},
      // Three engineers, one of whom runs it.
      {{retire, R"("technical", "need": 3}], "hardware": "pin")"}, "nobody-can-run"},
      // Erin would have to be both.
      {{R"("waiver": {"groups": [{"group": "legal", "need": 1}, {"group": "business", "need": 1}])",
        R"("waiver": {"groups": [{"group": "legal", "need": 1}, {"group": "technical", "need": 3}])"},
       "not-satisfiable"},
      // Bob has no hardware key.
      {{R"("drop": {"groups": [{"group": "technical", "need": 1}])",
        R"("drop": {"groups": [{"group": "business", "need": 2}])"},
       "hardware-out-of-reach"},
      {{R"("continue": {"groups": [{"group": "technical", "need": 1}])",
        R"("continue": {"groups": [{"group": "technical", "need": 2}])"},
       "continue-needs-one"},
      {{R"("continue": {"groups": [{"group": "technical", "need": 1}])",
        R"("continue": {"by_class": {"money": {"groups": [{"group": "legal", "need": 1}]}},
            "groups": [{"group": "technical", "need": 1}])"},
       "continue-needs-one"},
      {{R"("tables": ["audit.*"], "owner": "erin@corp")",
        R"("tables": ["audit.*"], "owner": "bob@corp")"},
       "hardware-out-of-reach"},
      {{R"("plan": {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1}])",
        R"("plan": {"groups": [])"},
       "no-signers"},
      {{R"("plan": {"groups": [{"group": "technical", "need": 1}, {"group": "business", "need": 1}])",
        R"("plan": {"groups": [{"group": "legal", "need": 1}, {"group": "legal", "need": 1}])"},
       "group-twice"},
  };
  for (const auto& [change, rule] : cases) {
    const Lines lines = errors_of(replaced(text, change.first, change.second));
    INFO(change.second << " wants " << rule);
    CHECK(one_begins(lines, rule));
    CHECK_FALSE(read_policy(replaced(text, change.first, change.second), "p").policy.has_value());
  }
}

TEST_CASE("a data owner who also runs is a warning while another can run") {
  const std::string text =
      replaced(example_text(), R"("tables": ["audit.*"], "owner": "erin@corp")",
               R"("tables": ["audit.*"], "owner": "dan@corp")");
  const Lines lines = errors_of(text);
  CHECK(one_begins(lines, "warning operator-cannot-run"));
  CHECK(read_policy(text, "p").policy.has_value());
  CHECK(one_begins(errors_of(replaced(text, "\"dan@corp\", \"alice@corp\"", "\"dan@corp\"")),
                   "nobody-can-run"));
}

TEST_CASE("an owner without a key cannot own") {
  const std::string text = example_text();
  const std::size_t erin = text.find("\"Erin Gray\"");
  const std::size_t keys = text.find("\"keys\"", erin);
  const std::size_t end = text.find(']', keys);
  const std::string other = text.substr(0, keys) + "\"keys\": [" + text.substr(end);
  CHECK(one_begins(errors_of(other), "owner-cannot-sign"));
}

TEST_CASE("a key belongs to one person, and stands once") {
  const std::string text = example_text();
  const std::size_t bob = text.find("ssh-ed25519", text.find("Bob Hill"));
  const std::size_t end = text.find('"', bob);
  const std::string alices = text.substr(0, bob) + std::string(kEd25519) + text.substr(end);
  CHECK(one_begins(errors_of(alices), "key-twice"));
  CHECK(errors_of(alices)[0].find("Alice Stone and Bob Hill have the same key") !=
        std::string::npos);
  const std::size_t alice = text.find("sk-ssh-ed25519");
  const std::string twice =
      text.substr(0, alice) + std::string(kEd25519) + text.substr(text.find('"', alice));
  CHECK(one_begins(errors_of(twice), "key-twice"));
  const std::string bad =
      replaced(text, "AAAAC3NzaC1lZDI1NTE5AAAAIP", "AAAAC3NzaC1lZDI1NTE4AAAAIP");
  CHECK(one_begins(errors_of(bad), "bad-key p.json:16:25 /people/0/keys/0/public_key"));
}

}  // namespace sluice::policy
