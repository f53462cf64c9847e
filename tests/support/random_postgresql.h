#pragma once

#include <functional>
#include <vector>

#include "support/random_schema.h"

namespace sluice::test {

/// Every type that a PostgreSQL server has as it comes.
[[nodiscard]] std::vector<std::function<RandomType(Random&)>> postgresql_types();

}  // namespace sluice::test
