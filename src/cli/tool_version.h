#pragma once

#include <string>

namespace sluice::cli {

/// Version and commit of this build, with "-dirty" where a tracked file was another than the
/// commit's: "0.1.0 0123456789ab-dirty".
[[nodiscard]] std::string tool_version();

/// SHA-256 of the program that runs, as its file is on disk: which build it was is told by this
/// alone where several were made of one commit. Throws Error{storage} where it cannot be read.
[[nodiscard]] std::string program_sha256();

}  // namespace sluice::cli
