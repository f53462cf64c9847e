#pragma once

#include "sluice/db/health.h"

namespace sluice::db::mysql {

[[nodiscard]] Health read_health(SqlSession& session);

}  // namespace sluice::db::mysql
