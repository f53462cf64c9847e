#include <algorithm>
#include <string>
#include <vector>

#include "unit/policy/policy_fixture.h"

namespace sluice::policy {
namespace {

model::ServerIdentity server(model::Engine engine, const std::string& identity) {
  model::ServerIdentity result;
  result.engine = engine;
  result.identity = identity;
  return result;
}

const model::ServerIdentity kOldLive =
    server(model::Engine::mariadb, "fXdYcRmPZ1kL0aQwT3uVbn8sE2o=");
const model::ServerIdentity kNewLive = server(model::Engine::postgresql, "7710988561853766094");
const model::ServerIdentity kOldStaging =
    server(model::Engine::mariadb, "k2Jd81Qm0ZpVnXw6uTg4bHs7EyA=");
const model::ServerIdentity kNewStaging = server(model::Engine::postgresql, "7710988561853766123");
const model::ServerIdentity kStranger = server(model::Engine::postgresql, "1");

}  // namespace

TEST_CASE("a label belongs to a server's identity") {
  const Policy policy = policy_of(example_text());
  CHECK(label_of(policy, kOldLive) == "production");
  CHECK(label_of(policy, kNewStaging) == "staging");
  CHECK(label_of(policy, kStranger) == "unlabelled");
  CHECK(label_of(policy, server(model::Engine::mysql, kOldStaging.identity)) == "unlabelled");
}

TEST_CASE("only between servers whose labels are named no signature is needed") {
  Policy policy = policy_of(example_text());
  CHECK(unsigned_rule(policy, kOldStaging, kNewStaging) ==
        "unsigned: policy crm version 1 asks for no signature between servers labelled staging "
        "and staging");
  CHECK_FALSE(unsigned_rule(policy, kOldLive, kNewStaging).has_value());
  CHECK_FALSE(unsigned_rule(policy, kOldStaging, kNewLive).has_value());
  CHECK_FALSE(unsigned_rule(policy, kOldStaging, kStranger).has_value());
  CHECK_FALSE(unsigned_rule(policy, kStranger, kNewStaging).has_value());
  // Not even where a policy was made that no reader would let pass.
  policy.unsigned_labels = {"staging", "production", "unlabelled"};
  CHECK_FALSE(unsigned_rule(policy, kOldLive, kNewStaging).has_value());
  CHECK_FALSE(unsigned_rule(policy, kOldStaging, kStranger).has_value());
  policy.unsigned_labels.clear();
  CHECK_FALSE(unsigned_rule(policy, kOldStaging, kNewStaging).has_value());
}

TEST_CASE("who runs is a person, with the logins that are this person's") {
  const Policy policy = policy_of(example_text());
  CHECK_FALSE(why_may_not_run(policy, "dan@corp", "dan", {"crm_mover", "crm_retire"}).has_value());
  CHECK_FALSE(why_may_not_run(policy, "dan@corp", "dan", {}).has_value());
  CHECK(why_may_not_run(policy, "eve", "dan", {}) ==
        "nobody of policy crm has the principal \"eve\"");
  CHECK(why_may_not_run(policy, "", "dan", {}).has_value());
  CHECK(why_may_not_run(policy, "erin@corp", "erin", {}) ==
        "Erin Gray is no operator of policy crm");
  CHECK(why_may_not_run(policy, "dan@corp", "root", {}) == "the OS user \"root\" is not Dan Fox");
  CHECK(why_may_not_run(policy, "dan@corp", "", {}).has_value());
  CHECK(why_may_not_run(policy, "dan@corp", "alice", {}).has_value());
  CHECK(why_may_not_run(policy, "dan@corp", "dan", {"crm_mover", "postgres"}) ==
        "the database role \"postgres\" is not one of Dan Fox");
}

TEST_CASE("allowed_signers has a line for each key, with the acts for which it may count") {
  const std::string text = allowed_signers(policy_of(example_text()));
  const auto line_of = [&](std::string_view begin, std::string_view type) {
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      const bool fits =
          line.starts_with(begin) && line.find(" " + std::string(type) + " ") != std::string::npos;
      if (fits) found += line;
      at = end + 1;
    }
    return found.substr(0, found.rfind(' '));
  };
  CHECK(std::ranges::count(text, '\n') == 7);
  const std::string v1 = "-v1@sluice.dev";
  // Bob's key proves no touch, so it signs neither drop nor retire.
  CHECK(line_of("bob@corp", "ssh-ed25519") ==
        "bob@corp namespaces=\"sluice-plan-v1@sluice.dev,sluice-confirm-v1@sluice.dev,"
        "sluice-backfill-v1@sluice.dev,sluice-merge-v1@sluice.dev,sluice-cutover-v1@sluice.dev,"
        "sluice-waiver-v1@sluice.dev,sluice-policy-v1@sluice.dev\" ssh-ed25519");
  CHECK(line_of("alice@corp", "ssh-ed25519") ==
        "alice@corp namespaces=\"sluice-plan-v1@sluice.dev,sluice-backfill-v1@sluice.dev,"
        "sluice-merge-v1@sluice.dev,sluice-cutover-v1@sluice.dev,sluice-continue-v1@sluice.dev,"
        "sluice-policy-v1@sluice.dev\",valid-after=\"20261101000000Z\","
        "valid-before=\"20271101000000Z\" ssh-ed25519");
  // Carol is in group business, and owns classes: drop is the owner's.
  const std::string carol = line_of("carol@corp", "sk-ssh-ed25519@openssh.com");
  for (const char* act : {"drop", "retire", "cutover", "waiver"}) {
    CHECK(carol.find("sluice-" + std::string(act) + v1) != std::string::npos);
  }
  CHECK(carol.find("sluice-continue") == std::string::npos);
}

TEST_CASE("who counts for nothing has no line") {
  Policy policy = policy_of(example_text());
  policy.people[1].groups.clear();
  CHECK(allowed_signers(policy).find("bob@corp") == std::string::npos);
  CHECK(allowed_signers(policy).find("alice@corp") != std::string::npos);
  policy.acts.clear();
  CHECK(allowed_signers(policy).empty());
}

TEST_CASE("a policy reads as plain sentences") {
  Policy policy = policy_of(example_text());
  policy.acts.erase(document::Act::merge);
  const std::string text = to_text(policy);
  INFO(text);
  for (const char* line :
       {"Policy crm, version 1\n",
        "- plan (copy): 1 of technical and 1 of business, within 168 h.\n",
        "- confirm (copy): 1 of business, within 168 h; the operator counts.\n",
        "- merge (copy), cannot be taken back: nobody may.\n",
        "- retire (retire), cannot be taken back: 1 of technical and 1 of business, by hardware "
        "keys with touch, within 24 h; and the owner of each class that is touched.\n"
        "  Touching money: 2 of technical and 1 of business, by hardware keys with touch and PIN, "
        "within 8 h.\n",
        "- technical: Alice Stone, Dan Fox and Erin Gray.\n",
        "- money: Carol Wu answers for crm.payments and crm.invoice*.\n",
        "- Dan Fox, as OS user dan, as database role crm_mover and crm_retire.\n",
        "Erin Gray says stop or continue: +44 20 5550 0105, day and night. Anyone may stop.\n",
        "- mariadb fXdYcRmPZ1kL0aQwT3uVbn8sE2o= is production.\n",
        "Acts need no signature where source and target are staging.\n",
        "Source rows are deleted from 14 days to 90 days after cutover",
        "- Bob Hill (bob@corp), head of sales operations. Reached at +44 20 5550 0102.\n",
        "  Signs by a key of type ssh-ed25519, from 2026-11-01T00:00:00Z, until "
        "2027-11-01T00:00:00Z.\n"}) {
    INFO(line);
    CHECK(text.find(line) != std::string::npos);
  }
  policy.people[0].name = "A\x1b[2J\nB";
  CHECK(to_text(policy).find("A\\x1b[2J\\nB") != std::string::npos);
  CHECK(to_text(policy).find('\x1b') == std::string::npos);
}

}  // namespace sluice::policy
