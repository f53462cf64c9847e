#pragma once

#include <memory>

#include "sluice/db/sql_session.h"

#include "db/mysql/settings.h"

namespace sluice::db::mysql {

/// A session of MySQL Connector/C++, for the catalogue and other small results.
[[nodiscard]] std::unique_ptr<SqlSession> open_connector_session(const ConnectSettings& settings);

}  // namespace sluice::db::mysql
