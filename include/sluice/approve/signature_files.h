#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/approve/verifier.h"

namespace sluice::approve {

/// Where a signature is kept: beside its document, "<document>.<principal>.<act>.sig".
[[nodiscard]] std::string signature_path(const std::string& document, std::string_view principal,
                                         document::Act act);

/// One file, whose reading may have failed: it then says so and counts for nothing.
[[nodiscard]] SignatureFile read_signature(const std::string& path);

/// All files "<document>.*.sig" beside the document, by name. Throws Error{approval} where there
/// are more than any policy needs.
[[nodiscard]] std::vector<SignatureFile> find_signatures(const std::string& document);

/// What a person runs to sign, for a shell.
[[nodiscard]] std::string sign_command(const std::string& document, std::string_view principal,
                                       document::Act act, std::string_view key);

}  // namespace sluice::approve
