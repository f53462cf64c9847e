#pragma once

#include <string>

#include "sluice/policy/policy.h"

namespace sluice::cli {

/// What `sluice policy --json` answers (schema id "sluice.policy.result/1").
[[nodiscard]] std::string policy_json(const policy::ReadResult& result);

}  // namespace sluice::cli
