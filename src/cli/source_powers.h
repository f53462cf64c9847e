#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/finding.h"
#include "sluice/plan/plan.h"

/// A source role that could change what it is to copy.
namespace sluice::cli {

/// What the source role may do beyond reading the plan's tables: "DELETE on crm.customers".
[[nodiscard]] std::vector<std::string> source_powers(const config::Config& config,
                                                     const plan::Plan& plan);
/// Why a copy is refused for them, one error each. Empty where there are none, or where the config
/// lets a person take responsibility.
[[nodiscard]] std::vector<model::Finding> refused_powers(const config::Config& config,
                                                         const plan::Plan& plan,
                                                         const std::vector<std::string>& powers);

}  // namespace sluice::cli
