#pragma once

#include <string>

#include "sluice/db/sql_session.h"

namespace sluice::db::pg {

/// What settings depend on.
struct ServerTraits {
  int version = 0;         // 150020
  bool sql_ascii = false;  // the database says nothing about the encoding of its texts
};

/// The SET statements of a session, as one text.
[[nodiscard]] std::string session_settings(Purpose purpose, const ServerTraits& server);

}  // namespace sluice::db::pg
