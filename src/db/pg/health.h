#pragma once

#include <string>
#include <vector>

#include "sluice/db/health.h"

namespace sluice::db::pg {

[[nodiscard]] Health read_health(SqlSession& session);
[[nodiscard]] std::vector<std::string> missing_create(SqlSession& session,
                                                      const std::vector<std::string>& schemas);

}  // namespace sluice::db::pg
