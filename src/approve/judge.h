#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/approve/verifier.h"

#include "approve/keygen.h"
#include "approve/sshsig.h"

namespace sluice::approve {

/// Who has to sign for one act of a document; nobody may where there is no requirement.
struct ActNeed {
  document::Act act{};
  std::optional<policy::Requirement> requirement;
};

/// What one signature is: a signer for an act, or a reason why it does not count.
struct Judgement {
  std::string reason;  ///< empty: it counts
  std::size_t act_index = 0;
  Signer signer;
};

/// What is wrong with a document now, whoever signs it.
[[nodiscard]] std::vector<std::string> objections_to(const document::Head& head,
                                                     const policy::Policy& policy,
                                                     std::chrono::sys_seconds now);

/// Looks at the signatures of one document. Borrows everything that it is made from.
class Judge {
 public:
  Judge(const policy::Policy& policy, const Keygen& keygen, const document::Head& head,
        std::string_view bytes, std::chrono::sys_seconds now);

  /// One for each act of the head, in its order.
  [[nodiscard]] const std::vector<ActNeed>& needs() const noexcept { return needs_; }
  /// Whose the signature is, is found by its key; by nothing that the file is called.
  [[nodiscard]] Judgement look_at(const SignatureFile& file) const;

 private:
  struct KeyOwner {
    const policy::Person* person = nullptr;
    const policy::Key* key = nullptr;
  };
  [[nodiscard]] KeyOwner owner_of(const SshSignature& signature) const;
  [[nodiscard]] std::optional<std::size_t> act_of(const SshSignature& signature) const;
  /// Why it cannot count, by what the policy says; empty where it can.
  [[nodiscard]] std::string objection(const SshSignature& signature, const KeyOwner& owner,
                                      const ActNeed& need) const;
  [[nodiscard]] std::string key_objection(const policy::Key& key) const;
  [[nodiscard]] std::string person_objection(const policy::Person& person,
                                             const ActNeed& need) const;
  [[nodiscard]] std::string asked_acts() const;
  /// Why ssh-keygen does not accept it; empty where it does.
  [[nodiscard]] std::string ask_keygen(const SignatureFile& file, const SshSignature& signature,
                                       const policy::Person& person) const;

  const policy::Policy& policy_;
  const Keygen& keygen_;
  std::string operator_name_;
  std::chrono::sys_seconds now_;
  std::vector<ActNeed> needs_;
  os::SealedFile message_;
  os::SealedFile allowed_signers_;
};

}  // namespace sluice::approve
