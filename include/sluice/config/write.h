#pragma once

#include <string>

#include "sluice/config/config.h"

namespace sluice::config {

/// A config file for people to go on with: name, both URLs as they were given, what becomes of new
/// tables, and one line for each table. Reads back as the same tables. Checks, limits and overrides
/// are theirs to add, so none is written.
[[nodiscard]] std::string config_text(const Config& config, const std::string& source_url,
                                      const std::string& target_url);

}  // namespace sluice::config
