#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/document/document.h"
#include "sluice/policy/policy.h"
#include "sluice/policy/tally.h"

/// Whether people have signed what the policy asks for. include/sluice/approve/approve.md says what
/// is checked, and how an auditor does it with stock tools.
namespace sluice::approve {

class Keygen;

/// A file that may hold a signature. Its name is for messages: it decides nothing.
struct SignatureFile {
  std::string name;
  std::string bytes;
  std::string problem;  ///< why it could not be read; else empty
};

struct Signer {
  std::string principal;
  std::string name;
  std::string key;   ///< "SHA256:..."
  std::string file;  ///< the signature's
};

/// Who has signed for one act, and what is still missing.
struct ActVerdict {
  document::Act act{};
  bool allowed = false;  ///< the policy lets somebody do it
  policy::Tally tally;
  std::vector<Signer> signers;          ///< valid signatures, each person once
  std::vector<std::string> could_sign;  ///< principals whose signature would bring it further
  [[nodiscard]] bool complete() const noexcept;
};

/// A signature that does not count, and what its person can do about it.
struct RefusedSignature {
  std::string file;
  std::string reason;
};

/// What was found of one document. Only Verifier makes one; immutable.
class Verdict {
 public:
  /// Parsed from the very bytes that were checked.
  [[nodiscard]] const document::Document& document() const noexcept { return document_; }
  [[nodiscard]] const std::string& document_sha256() const noexcept { return sha256_; }
  [[nodiscard]] const std::vector<ActVerdict>& acts() const noexcept { return acts_; }
  [[nodiscard]] const std::vector<RefusedSignature>& refused() const noexcept { return refused_; }
  /// What is wrong with the document itself: too old, of another policy.
  [[nodiscard]] const std::vector<std::string>& objections() const noexcept { return objections_; }
  /// Every act of the document is signed as the policy asks, and nothing is wrong with it.
  [[nodiscard]] bool complete() const noexcept;
  /// Why it is not complete, in one sentence; empty where it is.
  [[nodiscard]] std::string what_is_missing() const;

 private:
  friend class Verifier;
  Verdict() = default;

  document::Document document_;
  std::string sha256_;
  std::string policy_sha256_;
  std::vector<ActVerdict> acts_;
  std::vector<RefusedSignature> refused_;
  std::vector<std::string> objections_;
};

/// The only maker of Approved<T>. One time stands for its whole life: that of its making. Immutable
/// once made; one thread at a time.
class Verifier {
 public:
  /// Takes the policy's ssh-keygen and its list of revoked keys, and tries them on a throw-away key
  /// with one good signature and others that have to be refused. Throws Error{approval} where
  /// anything about them is not as it has to be: nothing can be approved then.
  [[nodiscard]] static Verifier create(policy::Policy policy, std::chrono::sys_seconds now);
  [[nodiscard]] static Verifier create(policy::Policy policy);
  Verifier(Verifier&&) noexcept;
  Verifier& operator=(Verifier&&) noexcept;
  ~Verifier();

  /// Checks every signature against these bytes. Throws Error{approval} where the bytes are no
  /// document, or ssh-keygen does not answer.
  [[nodiscard]] Verdict check(std::string_view document,
                              const std::vector<SignatureFile>& signatures) const;

  /// What people have signed, made by `parse` (a function of const document::Document&) of the very
  /// bytes that were verified. Throws Error{approval} unless the verdict is complete, is of this
  /// policy, and is of a document of that kind that asks for that act.
  template <typename Parse>
  [[nodiscard]] auto approved(const Verdict& verdict, document::Kind kind, document::Act act,
                              Parse&& parse) const {
    Grounds grounds = require_complete(verdict, kind, act);
    using T = decltype(std::forward<Parse>(parse)(verdict.document()));
    return Approved<T>(std::forward<Parse>(parse)(verdict.document()), std::move(grounds));
  }

  /// Where the policy asks for no signature between these servers; else nothing.
  template <typename T>
  [[nodiscard]] static std::optional<Approved<T>> by_rule(T value, const policy::Policy& policy,
                                                          const model::ServerIdentity& source,
                                                          const model::ServerIdentity& target) {
    std::optional<std::string> rule = policy::unsigned_rule(policy, source, target);
    if (!rule) return std::nullopt;
    return Approved<T>(std::move(value), Grounds{std::move(*rule), false, {}, {}});
  }

  /// Without a policy file both servers carry the label "scratch", and acts on scratch servers need
  /// no signature; the rule is recorded with the run, and such a run can never authorize the
  /// removal of source rows.
  template <typename T>
  [[nodiscard]] static Approved<T> without_policy(T value) {
    return Approved<T>(
        std::move(value),
        Grounds{"unsigned: no policy file, both servers are labelled scratch", false, {}, {}});
  }

  [[nodiscard]] const policy::Policy& policy() const noexcept { return policy_; }

 private:
  Verifier(policy::Policy policy, std::unique_ptr<const Keygen> keygen,
           std::chrono::sys_seconds now);

  [[nodiscard]] Grounds require_complete(const Verdict& verdict, document::Kind kind,
                                         document::Act act) const;

  policy::Policy policy_;
  std::unique_ptr<const Keygen> keygen_;
  std::chrono::sys_seconds now_;
};

}  // namespace sluice::approve
