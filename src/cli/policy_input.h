#pragma once

#include <string>
#include <string_view>

#include "sluice/config/config.h"
#include "sluice/policy/policy.h"

#include "cli/console.h"

namespace sluice::cli {

/// The policy file that a config names, or that an option names: exactly one of the two is given.
/// Throws Error{usage} otherwise, naming the `option`; Error{config} where the config names none.
[[nodiscard]] std::string policy_path(const std::string& config, const std::string& file,
                                      std::string_view option, Console& console);

/// A policy to decide by: a file that nobody but root or the user who runs could have changed
/// (Error{approval} otherwise). Says on the console what is wrong with what it holds, and throws
/// Exit.
[[nodiscard]] policy::Policy read_trusted_policy(const std::string& path, Console& console);

/// Where the policy lies that the config names. REQUIRES: it names one.
[[nodiscard]] std::string policy_path(const config::Config& config);

}  // namespace sluice::cli
