#pragma once

#include <string_view>

#include "sluice/model/error.h"

namespace sluice::db {

/// The same error, saying on which side ("source", "target") it happened: both may be of one
/// engine.
[[nodiscard]] model::Error at_side(std::string_view side, const model::Error& error);

}  // namespace sluice::db
