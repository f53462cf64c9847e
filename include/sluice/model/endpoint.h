#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sluice/model/name.h"

namespace sluice::model {

/// Where a database is, as a config or URL says it. Never holds a password: those come from libpq's
/// services and .pgpass, or from MySQL option files. Empty text and port 0 mean "not given": the
/// driver's own default applies.
struct Endpoint {
  Engine engine = Engine::postgresql;  // mysql also for mariadb: the server says which it is
  std::string host;
  std::uint16_t port = 0;
  std::string socket;  // MySQL family: socket path; PostgreSQL: socket directory
  std::string database;
  std::string user;
  std::string service;        // libpq service name
  std::string defaults_file;  // MySQL option file
  std::string group;          // MySQL option group read besides [client]
  std::map<std::string, std::string>
      options;  // sslmode, sslrootcert, ssl_ca, connect_timeout, ...: a closed list
  /// The server's identity and database that a plan was made with; empty before there is a plan.
  /// Every session is held against it: a name, a pooler or a balancer may lead elsewhere.
  std::string planned_identity;
  std::string planned_database;
  std::string side;  // "source" or "target", as errors say it; empty where there is only one server
  std::uint32_t statement_seconds = 0;  // the longest that a statement may take; 0: any time
};

/// Whether what is sent to this host cannot leave the machine: "localhost", "::1", or a dotted IPv4
/// address of 127.0.0.0/8. Any other name is not, whatever it begins with.
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;

}  // namespace sluice::model
