#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/approve/verifier.h"
#include "sluice/document/document.h"
#include "sluice/model/schema.h"

#include "cli/console.h"
#include "cli/policy_in_force.h"

/// Documents that people sign, as verbs make and use them.
namespace sluice::cli {

/// The head of a new document of no policy, which holds from now on, for so long.
[[nodiscard]] document::Head head_from_now(document::Kind kind, std::vector<document::Purpose> acts,
                                           const std::string& run_id,
                                           const std::string& operator_name,
                                           std::chrono::seconds age);

/// The head of a new document under the policy: now, until the youngest of what its acts allow, by
/// that operator. Throws Error{approval} where the policy lets nobody do one of the acts.
[[nodiscard]] document::Head make_head(const policy::Policy& policy, document::Kind kind,
                                       std::vector<document::Purpose> acts,
                                       const std::string& run_id, const std::string& operator_name);
[[nodiscard]] document::Head make_head(const InForce& in_force, document::Kind kind,
                                       std::vector<document::Purpose> acts,
                                       const std::string& run_id, const std::string& operator_name);

/// Reads the document once, and every signature that lies beside it, and checks them. Where it is
/// not complete it says which act waits for whom, and which signatures do not count and why, gives
/// `sluice approve` as what is next, and throws Exit (4). REQUIRES: a policy.
[[nodiscard]] approve::Verdict require_signed(const InForce& in_force, const std::string& path,
                                              Console& console);
/// `next`: what shows who is missing.
[[nodiscard]] approve::Verdict require_signed(const approve::Verifier& verifier,
                                              const std::string& path, const Words& next,
                                              Console& console);

/// Refuses (exit 4) a document that was signed for other hands: its operator's signature does not
/// count, and everybody else's might not have been given for this one.
void refuse_other_operator(const document::Head& head, const std::string& operator_name,
                           const std::string& path, Console& console);

/// Refuses (exit 4) where the acts are not what the policy makes of these tables now: a head is the
/// word of whoever wrote it, and its classes decide who has to sign.
void refuse_other_acts(const document::Head& head, const std::vector<document::Purpose>& needed,
                       const std::string& path, Console& console);

/// What require_signed() does, and what `parse` (a function of const document::Document&) makes of
/// the very bytes that were verified, for that operator. Throws Error{approval} where it is a
/// document of another kind, or not for this act.
template <typename Parse>
[[nodiscard]] auto approved_by_document(const InForce& in_force, const std::string& path,
                                        document::Act act, document::Kind kind,
                                        const std::string& operator_name, Parse&& parse,
                                        Console& console) {
  const approve::Verdict verdict = require_signed(in_force, path, console);
  refuse_other_operator(verdict.document().head, operator_name, path, console);
  return in_force.verifier().approved(verdict, kind, act, std::forward<Parse>(parse));
}

/// Whether signatures are needed at all between these servers.
[[nodiscard]] bool needs_signatures(const InForce& in_force, const model::ServerIdentity& source,
                                    const model::ServerIdentity& target);

/// The same, of the policy itself: what needs signatures needs a policy that people have signed.
[[nodiscard]] Agreement agreement_between(const InForce& in_force,
                                          const model::ServerIdentity& source,
                                          const model::ServerIdentity& target);

/// What may be done without a signature: there is no policy, or its rule says so. REQUIRES: not
/// needs_signatures().
template <typename T>
[[nodiscard]] approve::Approved<T> approved_by_rule(const InForce& in_force, T value,
                                                    const model::ServerIdentity& source,
                                                    const model::ServerIdentity& target) {
  if (!in_force.has_policy()) return approve::Verifier::without_policy(std::move(value));
  return approve::Verifier::by_rule(std::move(value), in_force.policy(), source, target).value();
}

/// Members of an event that tells what was signed: document_sha256, policy_sha256, policy_version,
/// rule, signatures (act, name, principal, key). Canonical JSON of an object; `file`: where the
/// document was.
[[nodiscard]] std::string approval_event(const approve::Verdict& verdict,
                                         const approve::Grounds& grounds, const std::string& file);

}  // namespace sluice::cli
