#pragma once

#include <functional>
#include <vector>

#include "support/random_schema.h"

namespace sluice::test {

/// Every type of MySQL or MariaDB.
[[nodiscard]] std::vector<std::function<RandomType(Random&)>> mysql_types(bool mariadb);

}  // namespace sluice::test
