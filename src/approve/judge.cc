#include "approve/judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/base64.h"
#include "sluice/codec/utc_time.h"

namespace sluice::approve {
namespace {

using std::chrono::sys_seconds;

/// Clocks of well-kept computers differ by less.
constexpr std::chrono::seconds kClockDifference{60};

/// REQUIRES: a text that was read strictly. What is none is long ago: nothing is valid then.
sys_seconds time_of(const std::string& text) {
  return codec::utc_time_from_text(text).value_or(sys_seconds{});
}

bool meets(policy::Hardware needed, const SshSignature& signature) {
  switch (needed) {
    case policy::Hardware::any_key:
      return true;
    case policy::Hardware::touch:
      return signature.kind->hardware && signature.touched;
    case policy::Hardware::pin:
      return signature.kind->hardware && signature.touched && signature.pin_entered;
  }
  return false;
}

std::string hardware_objection(policy::Hardware needed, const SshSignature& signature) {
  // A hardware key that signs untouched signs for whoever holds the computer.
  if (signature.kind->hardware && !signature.touched) {
    return "was made without a touch of the key; sign again and touch it";
  }
  if (meets(needed, signature)) return {};
  if (!signature.kind->hardware) {
    return "is not by a hardware key, which this act asks for; sign with an -sk key";
  }
  return "was made without the key's PIN, which this act asks for; make the key with "
         "-O verify-required";
}

std::vector<std::string> age_objections(const document::Head& head, const policy::Policy& policy,
                                        sys_seconds now) {
  std::vector<std::string> found;
  const sys_seconds created = time_of(head.created_at);
  for (const document::Purpose& purpose : head.acts) {
    const auto needed = policy::requirement_of(policy, purpose.act, purpose.classes);
    if (!needed) continue;
    const std::string_view act = document::to_string(purpose.act);
    if (now - created > needed->max_age) {
      found.push_back(fmt::format("it was made at {}: the policy asks for a younger one for {}",
                                  head.created_at, act));
    }
    if (time_of(head.not_after) - created > needed->max_age) {
      found.push_back(fmt::format("it would last until {}: longer than the policy allows for {}",
                                  head.not_after, act));
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> objections_to(const document::Head& head, const policy::Policy& policy,
                                       sys_seconds now) {
  std::vector<std::string> found;
  if (head.policy_sha256 != policy.sha256 || head.policy_version != policy.version) {
    found.push_back(fmt::format("it was made under policy {} ({}), and this is policy {} ({})",
                                head.policy_version, head.policy_sha256.substr(0, 12),
                                policy.version, policy.sha256.substr(0, 12)));
  }
  if (time_of(head.created_at) > now + kClockDifference) {
    found.push_back(
        fmt::format("it says it was made at {}, which is in the future: look at the "
                    "clocks",
                    head.created_at));
  }
  if (time_of(head.not_before) > now) {
    found.push_back(fmt::format("it is not valid before {}", head.not_before));
  }
  if (time_of(head.not_after) < now) {
    found.push_back(fmt::format("it expired at {}: make it anew", head.not_after));
  }
  const std::vector<std::string> age = age_objections(head, policy, now);
  found.insert(found.end(), age.begin(), age.end());
  return found;
}

Judge::Judge(const policy::Policy& policy, const Keygen& keygen, const document::Head& head,
             std::string_view bytes, sys_seconds now)
    : policy_(policy),
      keygen_(keygen),
      operator_name_(head.operator_name),
      now_(now),
      message_(os::SealedFile::of(bytes, "sluice-document")),
      allowed_signers_(
          os::SealedFile::of(policy::allowed_signers(policy), "sluice-allowed-signers")) {
  for (const document::Purpose& purpose : head.acts) {
    needs_.push_back({purpose.act, policy::requirement_of(policy, purpose.act, purpose.classes)});
  }
}

Judgement Judge::look_at(const SignatureFile& file) const {
  Judgement judgement;
  judgement.reason = file.problem;
  if (!file.problem.empty()) return judgement;
  const ParsedSignature parsed = parse_signature(file.bytes);
  judgement.reason = parsed.problem;
  if (!parsed.signature) return judgement;
  const SshSignature& signature = *parsed.signature;
  const KeyOwner owner = owner_of(signature);
  const std::string key = fingerprint_of(signature.key_blob);
  if (owner.person == nullptr) {
    judgement.reason =
        fmt::format("is by key {}, which is nobody's in policy {}", key, policy_.version);
    return judgement;
  }
  const std::optional<std::size_t> act = act_of(signature);
  if (!act) {
    judgement.reason =
        fmt::format("is for \"{}\"; this document asks for {}", signature.name_space, asked_acts());
    return judgement;
  }
  judgement.act_index = *act;
  judgement.signer = {owner.person->principal, owner.person->name, key, file.name};
  judgement.reason = objection(signature, owner, needs_[*act]);
  if (judgement.reason.empty()) judgement.reason = ask_keygen(file, signature, *owner.person);
  return judgement;
}

Judge::KeyOwner Judge::owner_of(const SshSignature& signature) const {
  const std::string blob = codec::to_base64(signature.key_blob);
  for (const policy::Person& person : policy_.people) {
    const auto key = std::ranges::find(person.keys, blob, &policy::Key::blob);
    if (key != person.keys.end()) return {&person, &*key};
  }
  return {};
}

std::optional<std::size_t> Judge::act_of(const SshSignature& signature) const {
  for (std::size_t i = 0; i < needs_.size(); ++i) {
    if (signature.name_space == document::signature_namespace(needs_[i].act)) return i;
  }
  return std::nullopt;
}

std::string Judge::asked_acts() const {
  std::vector<std::string> names;
  for (const ActNeed& need : needs_) {
    names.push_back(fmt::format("\"{}\"", document::signature_namespace(need.act)));
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

std::string Judge::objection(const SshSignature& signature, const KeyOwner& owner,
                             const ActNeed& need) const {
  if (!need.requirement) {
    return fmt::format("is for {}, which policy {} lets nobody do", document::to_string(need.act),
                       policy_.version);
  }
  std::string found = person_objection(*owner.person, need);
  if (found.empty()) found = key_objection(*owner.key);
  if (found.empty()) found = hardware_objection(need.requirement->hardware, signature);
  return found;
}

std::string Judge::person_objection(const policy::Person& person, const ActNeed& need) const {
  const policy::Requirement& needed = *need.requirement;
  if (person.principal == operator_name_ && !needed.operator_counts) {
    return fmt::format("is by {}, who runs it: the operator's own signature does not count",
                       person.name);
  }
  if (std::ranges::find(needed.owners, person.principal) != needed.owners.end()) return {};
  std::vector<std::string> groups;
  for (const policy::GroupNeed& group : needed.groups) {
    if (std::ranges::find(person.groups, group.group) != person.groups.end()) return {};
    groups.push_back(group.group);
  }
  return fmt::format("is by {}, who does not sign for {}: that is up to {}", person.name,
                     document::to_string(need.act), fmt::join(groups, ", "));
}

std::string Judge::key_objection(const policy::Key& key) const {
  if (!key.valid_after.empty() && now_ < time_of(key.valid_after)) {
    return fmt::format("is by a key that is valid from {} on", key.valid_after);
  }
  if (!key.valid_before.empty() && now_ >= time_of(key.valid_before)) {
    return fmt::format("is by a key that expired at {}; sign with one that is valid",
                       key.valid_before);
  }
  return {};
}

std::string Judge::ask_keygen(const SignatureFile& file, const SshSignature& signature,
                              const policy::Person& person) const {
  const os::SealedFile sealed = os::SealedFile::of(file.bytes, "sluice-signature");
  if (keygen_.verifies({allowed_signers_, keygen_.revoked_keys(), sealed, message_,
                        person.principal, signature.name_space, signature.key_blob, now_})) {
    return {};
  }
  if (keygen_.is_revoked(signature.key_blob)) {
    return fmt::format("is by a key of {} that was revoked; sign with another", person.name);
  }
  return fmt::format(
      "is not {}'s for these bytes: the document is another, or was changed after "
      "signing",
      person.name);
}

}  // namespace sluice::approve
