#include "sluice/approve/verifier.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/base64.h"
#include "sluice/model/error.h"

#include "approve/judge.h"
#include "approve/keygen.h"
#include "approve/sshsig.h"

namespace sluice::approve {
namespace {

using document::Act;
using model::Error;
using model::ErrorKind;

/// What the document asks for one act, and what was found of it.
ActVerdict begin_act(const ActNeed& need, const policy::Policy& policy) {
  ActVerdict verdict;
  verdict.act = need.act;
  verdict.allowed = need.requirement.has_value();
  if (!verdict.allowed) {
    verdict.tally.waiting = {fmt::format("policy {} lets nobody do this", policy.version)};
  }
  return verdict;
}

/// Nobody twice, no key twice: the first of several stands.
std::optional<std::string> repeated(const ActVerdict& act, const Signer& signer) {
  for (const Signer& earlier : act.signers) {
    if (earlier.key == signer.key) return fmt::format("is by the same key as {}", earlier.file);
    if (earlier.principal == signer.principal) {
      return fmt::format("is by {}, who has signed in {} already: a person counts once",
                         signer.name, earlier.file);
    }
  }
  return std::nullopt;
}

void count(ActVerdict& verdict, const ActNeed& need, const policy::Policy& policy,
           const std::string& operator_name) {
  if (!need.requirement) return;
  std::vector<std::string> principals;
  for (const Signer& signer : verdict.signers) principals.push_back(signer.principal);
  verdict.tally = policy::tally(policy, *need.requirement, principals, operator_name);
  for (const policy::Person& person : policy.people) {
    if (person.keys.empty() ||
        std::ranges::find(principals, person.principal) != principals.end()) {
      continue;
    }
    std::vector<std::string> more = principals;
    more.push_back(person.principal);
    const auto tally = policy::tally(policy, *need.requirement, more, operator_name);
    if (tally.have > verdict.tally.have) verdict.could_sign.push_back(person.principal);
  }
}

std::string names_of(const ActVerdict& act, const policy::Policy& policy) {
  std::vector<std::string> names;
  for (const std::string& principal : act.tally.counted) {
    const policy::Person* person = policy.find(principal);
    names.push_back(person == nullptr ? principal : person->name);
  }
  std::string last = names.empty() ? "nobody" : names.back();
  if (names.size() < 2) return last;
  names.pop_back();
  return fmt::format("{} and {}", fmt::join(names, ", "), last);
}

Grounds grounds_of(const Verdict& verdict, const policy::Policy& policy) {
  Grounds grounds;
  std::vector<std::string> acts;
  std::set<std::string> signers;
  for (const ActVerdict& act : verdict.acts()) {
    acts.push_back(fmt::format("{} by {}", document::to_string(act.act), names_of(act, policy)));
    signers.insert(act.tally.counted.begin(), act.tally.counted.end());
  }
  grounds.rule = fmt::format("signed: {}, document {}, policy {}", fmt::join(acts, "; "),
                             verdict.document_sha256(), policy.version);
  grounds.is_signed = true;
  grounds.document_sha256 = verdict.document_sha256();
  grounds.signers.assign(signers.begin(), signers.end());
  return grounds;
}

std::string revoked_keys_of(const policy::Policy& policy) {
  if (policy.revoked_keys.empty()) return {};
  return std::filesystem::path(policy.file).parent_path() / policy.revoked_keys;
}

/// A list that lacks a key which the policy knows to be revoked is another one, or of earlier: what
/// it says of all others is worth nothing.
void require_revoked(const policy::Policy& policy, const Keygen& keygen) {
  for (const policy::Key& key : policy.revoked) {
    const std::string blob = codec::from_base64(key.blob).value();
    if (keygen.is_revoked(blob)) continue;
    throw Error(ErrorKind::approval,
                fmt::format("{} does not revoke {}, and policy {} says that it is revoked",
                            policy.revoked_keys, fingerprint_of(blob), policy.version),
                "put the list back that was there, or add the key: ssh-keygen -k -u -f LIST KEY");
  }
}

}  // namespace

bool ActVerdict::complete() const noexcept {
  // A policy that asks for nobody is none that anything may be done by.
  return allowed && tally.complete && !tally.counted.empty();
}

bool Verdict::complete() const noexcept {
  return objections_.empty() && !acts_.empty() &&
         std::ranges::all_of(acts_, [](const ActVerdict& act) { return act.complete(); });
}

std::string Verdict::what_is_missing() const {
  std::vector<std::string> missing = objections_;
  for (const ActVerdict& act : acts_) {
    if (act.complete()) continue;
    missing.push_back(fmt::format("{}: {} of {}, waiting for {}", document::to_string(act.act),
                                  act.tally.have, act.tally.need,
                                  fmt::join(act.tally.waiting, "; ")));
  }
  return fmt::format("{}", fmt::join(missing, "; "));
}

Verifier::Verifier(policy::Policy policy, std::unique_ptr<const Keygen> keygen,
                   std::chrono::sys_seconds now)
    : policy_(std::move(policy)), keygen_(std::move(keygen)), now_(now) {}
Verifier::Verifier(Verifier&&) noexcept = default;
Verifier& Verifier::operator=(Verifier&&) noexcept = default;
Verifier::~Verifier() = default;

Verifier Verifier::create(policy::Policy policy, std::chrono::sys_seconds now) {
  auto keygen = std::make_unique<const Keygen>(policy.ssh_keygen, revoked_keys_of(policy));
  require_revoked(policy, *keygen);
  return {std::move(policy), std::move(keygen), now};
}

Verifier Verifier::create(policy::Policy policy) {
  return create(std::move(policy),
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

Verdict Verifier::check(std::string_view document,
                        const std::vector<SignatureFile>& signatures) const {
  Verdict verdict;
  verdict.document_ = document::from_text(document);
  verdict.sha256_ = document::sha256_of(document);
  verdict.policy_sha256_ = policy_.sha256;
  const document::Head& head = verdict.document_.head;
  verdict.objections_ = objections_to(head, policy_, now_);
  const Judge judge(policy_, *keygen_, head, document, now_);
  for (const ActNeed& need : judge.needs()) verdict.acts_.push_back(begin_act(need, policy_));
  for (const SignatureFile& file : signatures) {
    Judgement judgement = judge.look_at(file);
    if (judgement.reason.empty()) {
      ActVerdict& act = verdict.acts_[judgement.act_index];
      judgement.reason = repeated(act, judgement.signer).value_or("");
      if (judgement.reason.empty()) act.signers.push_back(judgement.signer);
    }
    if (!judgement.reason.empty()) verdict.refused_.push_back({file.name, judgement.reason});
  }
  for (std::size_t i = 0; i < verdict.acts_.size(); ++i) {
    count(verdict.acts_[i], judge.needs()[i], policy_, head.operator_name);
  }
  return verdict;
}

Grounds Verifier::require_complete(const Verdict& verdict, document::Kind kind,
                                   document::Act act) const {
  const document::Head& head = verdict.document().head;
  const std::string name = verdict.document_sha256().substr(0, 12);
  if (verdict.policy_sha256_ != policy_.sha256) {
    throw Error(ErrorKind::approval,
                fmt::format("document {} was checked by another policy", name));
  }
  if (head.kind != kind ||
      std::ranges::find(head.acts, act, &document::Purpose::act) == head.acts.end()) {
    throw Error(ErrorKind::approval,
                fmt::format("document {} is a {} and does not ask for the act {} of a {}", name,
                            document::to_string(head.kind), document::to_string(act),
                            document::to_string(kind)));
  }
  if (!verdict.complete()) {
    throw Error(ErrorKind::approval,
                fmt::format("document {} is not approved: {}", name, verdict.what_is_missing()),
                "sluice approve DOCUMENT shows it and who has signed");
  }
  return grounds_of(verdict, policy_);
}

}  // namespace sluice::approve
