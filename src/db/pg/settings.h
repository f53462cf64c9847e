#pragma once

#include <cstdint>
#include <string>

#include "sluice/db/sql_session.h"

namespace sluice::db::pg {

/// What settings depend on.
struct ServerTraits {
  int version = 0;         // 150020
  bool sql_ascii = false;  // the database says nothing about the encoding of its texts
};

/// The SET statements of a session, as one text. `statement_seconds`: see model::Endpoint.
[[nodiscard]] std::string session_settings(Purpose purpose, const ServerTraits& server,
                                           std::uint32_t statement_seconds);

}  // namespace sluice::db::pg
