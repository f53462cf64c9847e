#pragma once

#include "sluice/model/endpoint.h"

#include "db/pg/handles.h"

namespace sluice::db::pg {

/// The oldest PostgreSQL whose catalogue and functions sluice reads: generated columns and exact
/// float output came with it.
inline constexpr int kOldestVersion = 120000;

/// Connects and checks the server's version; TLS as connect_options.h says. Throws
/// Error{connection} or {config}.
[[nodiscard]] RawConnection connect(const model::Endpoint& endpoint);

}  // namespace sluice::db::pg
