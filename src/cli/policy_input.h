#pragma once

#include <string>

#include "sluice/policy/policy.h"

#include "cli/console.h"

namespace sluice::cli {

/// A policy to decide by: a file that nobody but root or the user who runs could have changed
/// (Error{approval} otherwise). Says on the console what is wrong with what it holds, and throws
/// Exit.
[[nodiscard]] policy::Policy read_trusted_policy(const std::string& path, Console& console);

}  // namespace sluice::cli
