#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"

namespace sluice::db {

/// What a server is like to work with, beyond what it holds.
struct Health {
  std::int64_t clock = 0;     // of the server: seconds since 1970 in UTC
  bool is_encrypted = false;  // this connection
  bool is_socket = false;     // over a unix socket
  bool is_read_only = false;  // a standby, or a server that takes no writes
  /// Some of the server's own, by their names there, as a session of this role begins with them.
  std::map<std::string, std::string> settings;
};
[[nodiscard]] Health read_health(SqlSession& session);

/// Tables that the role cannot read, each with the server's reason. Asks for no rows.
struct Unreadable {
  model::QualifiedName table;
  std::string reason;
};
[[nodiscard]] std::vector<Unreadable> unreadable_tables(
    SqlSession& session, const std::vector<model::QualifiedName>& tables);

/// Where the role may not make tables: one line each ("CREATE on schema crm"). PostgreSQL only.
[[nodiscard]] std::vector<std::string> missing_create(SqlSession& session,
                                                      const std::vector<std::string>& schemas);

}  // namespace sluice::db
