#pragma once

#include <string>

#include "sluice/config/config.h"
#include "sluice/verify/verify_tables.h"

#include "cli/console.h"

namespace sluice::cli {

/// What verify needs to write a manifest at `path`: a document that asks for the act cutover. Says
/// so and throws Exit (2) where the file or its proof is there already: neither is ever replaced.
[[nodiscard]] verify::ManifestRequest manifest_request(const std::string& path,
                                                       const config::Config& config,
                                                       Console& console);

}  // namespace sluice::cli
