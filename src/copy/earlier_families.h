#pragma once

#include <vector>

#include "sluice/copy/start.h"

namespace sluice::copy {

/// Those of earlier_families() that are in the plan's way.
[[nodiscard]] std::vector<EarlierTables> families_in_the_way(db::SqlSession& session,
                                                             const plan::Plan& plan);

}  // namespace sluice::copy
