#pragma once

#include <string>
#include <vector>

#include "sluice/document/document.h"
#include "sluice/ledger/policies.h"
#include "sluice/policy/policy.h"

/// What people sign of a policy, and whether the rows of a ledger are what they signed: a row alone
/// is believed by nobody.
namespace sluice::cli {

/// The body of a document of kind policy.
struct Succession {
  std::string before_sha256;  ///< of the policy that it follows; empty: it is the target's first
  std::string sha256;
  std::string text;  ///< of the policy's file
};

/// The text is what comes in force; beside it stands what it holds, for people to read. Canonical
/// JSON.
[[nodiscard]] std::string succession_body(const std::string& before_sha256,
                                          const policy::Policy& next);
/// Throws Error{approval} where the document shows another policy than the one that it holds.
[[nodiscard]] Succession succession_from(const document::Document& document);

/// Whether people have signed the policy that is in force. `policies`: as ledger::policies() gives
/// them, at least one; `today`: the one in force, whose list of revoked keys and whose ssh-keygen
/// stand for all of them.
///
/// Every version has to be signed as the version before asks for the act policy and as it asks
/// itself, the first one as it asks itself, by keys that were valid when the document was made and
/// that nobody has revoked since. Only the first may be there by its own rule, without a signature:
/// false where that one is in force still. Throws Error{approval} where a version is not signed.
[[nodiscard]] bool is_signed(const std::vector<ledger::AdoptedPolicy>& policies,
                             const policy::Policy& today);

/// The same of one version; `before` is null for the first. Returns those of its signatures that
/// count. Throws Error{approval}.
std::vector<std::string> require_signed_version(const ledger::AdoptedPolicy& version,
                                                const ledger::AdoptedPolicy* before,
                                                const policy::Policy& today);

}  // namespace sluice::cli
