#include "sluice/approve/verifier.h"

#include <string>

#include "office.h"

namespace sluice::approve {
namespace {

/// What an executor would make of a document.
std::string parse(const document::Document& document) {
  return document.head.run_id + document.body;
}

TEST_CASE("a document that the right people signed is approved", "[verifier]") {
  Office office;
  office.sign("alice");
  office.sign("bob");
  const Verifier verifier = Verifier::create(office.policy, kNow);
  const Verdict verdict = verifier.check(office.text(), office.files);
  CHECK(verdict.complete());
  CHECK(verdict.what_is_missing().empty());
  CHECK(verdict.refused().empty());
  REQUIRE(verdict.acts().size() == 1);
  CHECK(verdict.acts()[0].signers.size() == 2);
  const Approved<std::string> approved =
      verifier.approved(verdict, Kind::manifest, Act::cutover, parse);
  CHECK(*approved == R"(run-7f3a{"rows":7})");
  CHECK(approved.grounds().is_signed);
  CHECK(approved.grounds().signers == std::vector<std::string>{"alice@corp", "bob@corp"});
  CHECK(approved.grounds().document_sha256 == document::sha256_of(office.text()));
  CHECK(approved.rule() == "signed: cutover by Alice Stone and Bob Hill, document " +
                               document::sha256_of(office.text()) + ", policy 3");
}

TEST_CASE("an approval is for a kind of document and an act that it asks for", "[verifier]") {
  Office office;
  office.sign("alice");
  office.sign("bob");
  const Verifier verifier = Verifier::create(office.policy, kNow);
  const Verdict verdict = verifier.check(office.text(), office.files);
  REQUIRE(verdict.complete());
  says(refusal_of([&] {
         static_cast<void>(verifier.approved(verdict, Kind::manifest, Act::retire, parse));
       }),
       "does not ask for");
  says(refusal_of([&] {
         static_cast<void>(verifier.approved(verdict, Kind::rollback, Act::cutover, parse));
       }),
       "is a manifest");
  policy::Policy other = office.policy;
  other.sha256 = std::string(64, 'c');
  says(refusal_of([&] {
         static_cast<void>(
             Verifier::create(other, kNow).approved(verdict, Kind::manifest, Act::cutover, parse));
       }),
       "another policy");
}

TEST_CASE("one signature too few is no approval, and says who is missing", "[verifier]") {
  Office office;
  office.head = head_of(office.policy, Kind::retire, {{Act::retire, {"money"}}});
  for (const char* name : {"alice", "dan", "bob", "carol"}) office.sign(name, "retire");
  REQUIRE(office.check().complete());
  for (std::size_t left_out = 0; left_out < office.files.size(); ++left_out) {
    Office fewer{test::Team(), {}, {}, {}};
    fewer.policy = office.policy;
    fewer.head = office.head;
    fewer.files = office.files;
    fewer.files.erase(fewer.files.begin() + static_cast<std::ptrdiff_t>(left_out));
    fewer.policy.file = office.policy.file;
    const Verifier verifier = Verifier::create(fewer.policy, kNow);
    const Verdict verdict = verifier.check(fewer.text(), fewer.files);
    // Carol answers for the money, and may stand for the business side as well.
    CHECK(verdict.complete() == (office.files[left_out].name == "bob.retire"));
    if (verdict.complete()) continue;
    INFO(verdict.what_is_missing());
    CHECK(verdict.what_is_missing().find("waiting for") != std::string::npos);
    says(refusal_of([&] {
           static_cast<void>(verifier.approved(verdict, Kind::retire, Act::retire, parse));
         }),
         "is not approved");
  }
}

TEST_CASE("all acts of a document have to be signed", "[verifier]") {
  Office office;
  office.head.acts = {{Act::plan, {}}, {Act::cutover, {}}};
  office.sign("alice");
  office.sign("bob");
  const Verifier verifier = Verifier::create(office.policy, kNow);
  const Verdict half = verifier.check(office.text(), office.files);
  CHECK_FALSE(half.complete());
  says(refusal_of([&] {
         static_cast<void>(verifier.approved(half, Kind::manifest, Act::cutover, parse));
       }),
       "plan: 0 of 1");
  office.sign("alice", "plan");
  CHECK(verifier.check(office.text(), office.files).complete());
}

TEST_CASE("each changed byte of a document undoes its signatures", "[verifier]") {
  Office office;
  office.head = head_of(office.policy, Kind::plan, {{Act::plan, {}}});
  office.sign("alice", "plan");
  const Verifier verifier = Verifier::create(office.policy, kNow);
  const std::string text = office.text();
  REQUIRE(verifier.check(text, office.files).complete());
  int checked = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    try {
      const Verdict verdict = verifier.check(changed, office.files);
      ++checked;
      INFO(changed);
      REQUIRE_FALSE(verdict.complete());
      REQUIRE(verdict.refused().size() == 1);
    } catch (const model::Error& error) {
      REQUIRE(error.kind() == model::ErrorKind::approval);
    }
  }
  CHECK(checked > 20);  // many are no document any more; some still are
  for (const std::string& changed : {text + "\n", text + " ", " " + text, text.substr(1)}) {
    CHECK_THROWS_AS(verifier.check(changed, office.files), model::Error);
  }
}

TEST_CASE("acts without a signature are of the policy's rule, or of none", "[verifier]") {
  const Approved<int> scratch = Verifier::without_policy(7);
  CHECK(*scratch == 7);
  CHECK_FALSE(scratch.grounds().is_signed);
  CHECK(scratch.rule().starts_with("unsigned: "));
  policy::Policy policy;
  policy.servers = {{model::Engine::postgresql, "1", "staging"},
                    {model::Engine::postgresql, "2", "production"}};
  model::ServerIdentity staging;
  staging.identity = "1";
  model::ServerIdentity production;
  production.identity = "2";
  CHECK_FALSE(Verifier::by_rule(7, policy, staging, staging));
  policy.unsigned_labels = {"staging"};
  const auto approved = Verifier::by_rule(7, policy, staging, staging);
  REQUIRE(approved);
  CHECK_FALSE(approved->grounds().is_signed);
  CHECK(approved->grounds().signers.empty());
  CHECK_FALSE(Verifier::by_rule(7, policy, staging, production));
  CHECK_FALSE(Verifier::by_rule(7, policy, production, staging));
}

}  // namespace
}  // namespace sluice::approve
