// Signatures and documents that do not count, each for its own reason.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "office.h"
#include "support/hardware_key.h"
#include "support/run_process.h"

namespace sluice::approve {
namespace {

using test::HardwareKey;

/// An office whose plan Alice alone may sign.
Office plan_office() {
  Office office;
  office.head = head_of(office.policy, Kind::plan, {{Act::plan, {}}});
  return office;
}

TEST_CASE("a signature for another act or another document does not count", "[refused]") {
  Office office = plan_office();
  office.add("a", office.team.signature(office.text(), "alice", "retire"));
  says(only_refusal(office.check()), "is for \"sluice-retire-v1@sluice.dev\"");
  office.files.clear();
  office.add("a", office.team.signature_by(office.team.member("alice").key, office.text(), "file"));
  says(only_refusal(office.check()), "is for \"file\"");
  office.files.clear();

  Office other = plan_office();
  office.sign("alice", "plan");
  office.head.run_id = "run-8888";  // the same people, another run
  const Verdict verdict = office.check();
  says(only_refusal(verdict), "the document is another, or was changed");
  CHECK_FALSE(verdict.complete());
}

TEST_CASE("people who are strangers, in no group, or run it do not count", "[refused]") {
  Office office = plan_office();
  const auto stranger = office.team.make_key("stranger");
  office.add("s",
             office.team.signature_by(stranger, office.text(), test::Team::name_space("plan")));
  says(only_refusal(office.check()), "nobody's in policy 3");
  office.files.clear();
  office.sign("mallory", "plan");
  says(only_refusal(office.check()), "that is up to technical");
  office.files.clear();
  office.sign("olga", "plan");
  says(only_refusal(office.check()), "the operator's own signature does not count");
  CHECK_FALSE(office.check().complete());
  office.policy.acts[Act::plan].requirement.operator_counts = true;
  CHECK(office.check().complete());
}

TEST_CASE("nobody signs for what the policy lets nobody do", "[refused]") {
  Office office = plan_office();
  office.policy.acts.erase(Act::plan);
  office.sign("alice", "plan");
  const Verdict verdict = office.check();
  CHECK_FALSE(verdict.complete());
  CHECK_FALSE(verdict.acts()[0].allowed);
  says(only_refusal(verdict), "lets nobody do");
  // A rule that asks for nobody is none either.
  office.policy.acts[Act::plan].requirement = requirement({});
  office.files.clear();
  CHECK_FALSE(office.check().complete());
}

TEST_CASE("one person, and one key, counts once", "[refused]") {
  Office office;
  office.head = head_of(office.policy, Kind::retire, {{Act::retire, {}}});
  office.sign("bob", "retire");
  office.sign("alice", "retire");
  office.sign("alice", "retire");
  says(only_refusal(office.check()), "is by the same key as alice.retire");
  CHECK_FALSE(office.check().complete());
  const auto second = office.team.make_key("alice2");
  const auto [type, blob] = test::Team::public_key(second);
  office.person("alice@corp").keys.push_back({type, blob, {}, {}});
  office.files.pop_back();
  office.add("again",
             office.team.signature_by(second, office.text(), test::Team::name_space("retire")));
  says(only_refusal(office.check()), "a person counts once");
  CHECK_FALSE(office.check().complete());
  office.sign("dan", "retire");
  CHECK(office.check().complete());
}

TEST_CASE("keys count in their time only", "[refused]") {
  Office office = plan_office();
  office.sign("alice", "plan");
  policy::Key& key = office.person("alice@corp").keys[0];
  key.valid_before = "2026-11-22T14:00:00Z";
  says(only_refusal(office.check()), "expired at 2026-11-22T14:00:00Z");
  key.valid_before = "2026-11-22T14:00:01Z";
  CHECK(office.check().complete());
  key.valid_after = "2026-11-22T14:00:01Z";
  says(only_refusal(office.check()), "valid from 2026-11-22T14:00:01Z on");
  key.valid_after = "2026-11-22T14:00:00Z";
  CHECK(office.check().complete());
}

TEST_CASE("a revoked key does not count", "[refused]") {
  Office office = plan_office();
  office.sign("alice", "plan");
  CHECK(office.check().complete());
  office.team.revoke(office.team.member("alice").key);
  says(only_refusal(office.check()), "that was revoked");
  CHECK_FALSE(office.check().complete());
}

TEST_CASE("a list that lacks what the policy knows to be revoked is none", "[refused]") {
  Office office = plan_office();
  office.sign("alice", "plan");
  const auto stolen = office.team.make_key("stolen");
  const auto [type, blob] = test::Team::public_key(stolen);
  office.policy.revoked = {{type, blob, {}, {}}};
  says(refusal_of([&] { static_cast<void>(office.check()); }), "does not revoke SHA256:");
  office.team.revoke(stolen);
  CHECK(office.check().complete());
}

TEST_CASE("without a list of revoked keys nothing can be approved", "[refused]") {
  Office office = plan_office();
  office.sign("alice", "plan");
  const auto list = office.team.revoked_keys();
  const auto refuse = [&] { return refusal_of([&] { static_cast<void>(office.check()); }); };
  const auto write = [&](const std::string& text) {
    std::filesystem::remove(list);
    std::ofstream(list, std::ios::binary) << text;
  };
  std::ifstream file(list, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  const std::string hint = "ssh-keygen -q -k -f";
  write("");
  CHECK((says(refuse(), hint) && says(refuse(), "is no list of revoked keys")));
  write(whole.substr(0, 20));
  says(refuse(), "is the list of revoked keys whole?");
  write(whole + whole);
  says(refuse(), "is the list of revoked keys whole?");
  write("ssh-ed25519 " + office.team.member("bob").key_blob + "\n");  // ssh-keygen takes this too
  says(refuse(), "is no list of revoked keys");
  std::filesystem::remove(list);
  CHECK((says(refuse(), hint) && says(refuse(), "cannot be opened")));
  std::filesystem::create_symlink(office.team.folder() / "bob.key", list);
  says(refuse(), "symbolic link");
  write(whole);
  std::filesystem::permissions(list, std::filesystem::perms::group_write,
                               std::filesystem::perm_options::add);
  says(refuse(), "can be written by others");
  office.policy.revoked_keys.clear();
  says(refuse(), "names no list of revoked keys");
}

TEST_CASE("a hardware key proves touch, and its PIN where the act asks", "[refused]") {
  Office office = plan_office();
  const HardwareKey key;
  office.person("alice@corp").keys = {{HardwareKey::type(), key.blob(), {}, {}}};
  const auto refusal = [&](int flags, policy::Hardware needed) {
    office.policy.acts[Act::plan].requirement.hardware = needed;
    office.files.clear();
    office.add("sk", key.sign(office.text(), test::Team::name_space("plan"),
                              static_cast<std::uint8_t>(flags)));
    const Verdict verdict = office.check();
    CHECK(verdict.complete() == verdict.refused().empty());
    return only_refusal(verdict);
  };
  using policy::Hardware;
  for (const Hardware needed : {Hardware::any_key, Hardware::touch, Hardware::pin}) {
    says(refusal(0, needed), "without a touch");
    says(refusal(HardwareKey::kPin, needed), "without a touch");
    CHECK(refusal(HardwareKey::kTouched | HardwareKey::kPin, needed).empty());
  }
  CHECK(refusal(HardwareKey::kTouched, Hardware::any_key).empty());
  CHECK(refusal(HardwareKey::kTouched, Hardware::touch).empty());
  says(refusal(HardwareKey::kTouched, Hardware::pin), "without the key's PIN");

  // Flags that were changed afterwards.
  std::string blob = test::blob_of(key.sign(office.text(), test::Team::name_space("plan"), 0));
  blob[blob.size() - 5] = HardwareKey::kTouched;
  office.files.clear();
  office.add("sk", test::armour(blob));
  office.policy.acts[Act::plan].requirement.hardware = Hardware::touch;
  says(only_refusal(office.check()), "is not Alice Stone's for these bytes");

  Office plain = plan_office();
  plain.policy.acts[Act::plan].requirement.hardware = Hardware::touch;
  plain.sign("alice", "plan");
  says(only_refusal(plain.check()), "is not by a hardware key");
}

TEST_CASE("RSA keys sign with SHA-512, certificates not at all", "[refused]") {
  Office office = plan_office();
  const auto rsa = office.team.make_key("rsa", "rsa");
  const auto [type, blob] = test::Team::public_key(rsa);
  office.person("alice@corp").keys.push_back({type, blob, {}, {}});
  office.add("rsa", office.team.signature_by(rsa, office.text(), test::Team::name_space("plan")));
  CHECK(office.check().complete());

  // Alice's key, vouched for by one of hers.
  const auto& alice = office.team.member("alice");
  const test::RunResult made =
      test::run_process({"ssh-keygen", "-q", "-s", rsa.string(), "-I", "alice@corp", "-n",
                         "alice@corp", alice.key.string() + ".pub"});
  REQUIRE(made.exit_code == 0);
  const std::string certificate = alice.key.string() + "-cert.pub";
  REQUIRE(std::filesystem::exists(certificate));
  office.files.clear();
  std::filesystem::copy_file(alice.key, office.team.folder() / "with.cert");
  std::filesystem::copy_file(certificate, office.team.folder() / "with.cert.pub");
  office.add("cert", office.team.signature_by(office.team.folder() / "with.cert", office.text(),
                                              test::Team::name_space("plan")));
  says(only_refusal(office.check()), "certificate");
}

TEST_CASE("files that are not exactly one signature do not count", "[refused]") {
  Office office = plan_office();
  const std::string good = office.team.signature(office.text(), "alice", "plan");
  const std::string other = office.team.signature(office.text(), "dan", "plan");
  for (const std::string& bytes :
       {good + other, good + good, good + "x", "x" + good, "\n" + good, good + "\n", std::string(),
        std::string("junk"), std::string(100'000, 'x')}) {
    office.files.clear();
    office.add("bad", bytes);
    CHECK_FALSE(only_refusal(office.check()).empty());
    CHECK_FALSE(office.check().complete());
  }
  office.files.clear();
  office.add("good", good);
  CHECK(office.check().complete());
  office.files[0].problem = "is not a regular file";
  CHECK(only_refusal(office.check()) == "is not a regular file");
}

TEST_CASE("a bad signature beside good ones takes nothing from them", "[refused]") {
  Office office;
  office.sign("alice");
  office.add("junk", "junk");
  office.sign("mallory");
  office.sign("bob");
  const Verdict verdict = office.check();
  CHECK(verdict.complete());
  CHECK(verdict.refused().size() == 2);
}

TEST_CASE("documents are approved in their time, under their policy", "[refused]") {
  Office office = plan_office();
  const auto objection = [&](std::chrono::sys_seconds now = kNow) {
    office.files.clear();
    office.sign("alice", "plan");
    const Verdict verdict = office.check(now);
    CHECK(verdict.refused().empty());
    CHECK(verdict.complete() == verdict.objections().empty());
    return verdict.what_is_missing();
  };
  CHECK(objection().empty());
  says(objection(at("2026-11-23T13:30:01Z")), "expired at 2026-11-23T13:30:00Z");
  CHECK(objection(at("2026-11-23T13:30:00Z")).empty());
  CHECK(objection(at("2026-11-22T13:30:00Z")).empty());
  says(objection(at("2026-11-22T13:29:59Z")), "not valid before 2026-11-22T13:30:00Z");
  office.head.not_before = "2026-11-22T13:31:00Z";
  says(objection(at("2026-11-22T13:28:59Z")), "in the future");
  office.head.not_before = office.head.created_at;

  office.policy.acts[Act::plan].requirement.max_age = std::chrono::minutes(29);
  says(objection(), "asks for a younger one");
  office.policy.acts[Act::plan].requirement.max_age = std::chrono::hours(24);
  CHECK(objection().empty());
  office.policy.acts[Act::plan].requirement.max_age =
      std::chrono::hours(24) - std::chrono::seconds(1);
  says(objection(), "longer than the policy allows");
  office.policy.acts[Act::plan].requirement.max_age = std::chrono::hours(24);

  office.head.policy_version = 2;
  says(objection(), "was made under policy 2");
  office.head.policy_version = 3;
  office.head.policy_sha256 = std::string(64, 'c');
  says(objection(), "was made under policy 3");
}

}  // namespace
}  // namespace sluice::approve
