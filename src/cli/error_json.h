#pragma once

#include <string>
#include <vector>

#include "cli/console.h"

namespace sluice::cli {

/// What a verb answers in JSON when it has no result (schema id "sluice.error/1").
[[nodiscard]] std::string error_json(int exit_code, const std::vector<Console::Said>& errors);

}  // namespace sluice::cli
