#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/approve/verifier.h"
#include "sluice/os/sealed_file.h"

namespace sluice::approve {

/// Where a signature is kept: beside its document, "<document>.<principal>.<act>.sig".
[[nodiscard]] std::string signature_path(const std::string& document, std::string_view principal,
                                         document::Act act);

/// One file, whose reading may have failed: it then says so and counts for nothing.
[[nodiscard]] SignatureFile read_signature(const std::string& path);

/// All files "<document>.*.sig" beside the document, by name. Throws Error{approval} where there
/// are more than any policy needs.
[[nodiscard]] std::vector<SignatureFile> find_signatures(const std::string& document);

/// Has the policy's ssh-keygen sign these bytes with this key file, asking the person for a
/// passphrase, a PIN or a touch where the key wants one; never by an agent, which signs for whoever
/// uses the computer. Returns the armoured signature. Throws Error{approval}.
[[nodiscard]] std::string sign(const policy::Policy& policy, const std::string& key,
                               document::Act act, const os::SealedFile& document);

}  // namespace sluice::approve
