#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/endpoint.h"

#include "db/mysql/client.h"

namespace sluice::db::mysql {

/// An endpoint with everything decided that its option file and the rules for TLS leave open. Never
/// holds a password: the client library reads that from the option file.
struct ConnectSettings {
  std::string socket;  // not empty: unix socket; otherwise host and port
  std::string host;
  std::uint16_t port = 0;
  std::string database;
  std::string user;  // empty: the option file's
  std::string defaults_file;
  std::string group;
  TlsMode tls = TlsMode::verify_identity;
  std::string ssl_ca;
  std::string ssl_capath;
  std::string ssl_cert;
  std::string ssl_key;
  unsigned connect_timeout = 0;         // seconds
  std::uint32_t statement_seconds = 0;  // see model::Endpoint

  /// "crm-db:3306" or "socket:/run/mysqld/mysqld.sock"; for messages.
  [[nodiscard]] std::string address() const;
};

/// Throws Error{config} for an option that is not known or has no such value, for an option file
/// that cannot be read, and for a group without a file.
[[nodiscard]] ConnectSettings resolve_settings(const model::Endpoint& endpoint);

/// Throws Error{config} for a connection in plain text where TLS is asked for: MariaDB's client
/// goes on without it when the server does not offer it.
void require_tls(const ConnectSettings& settings, bool encrypted);

/// The statements that make every session alike, whatever the server's defaults. README.md says why
/// each is there.
[[nodiscard]] std::vector<std::string> session_statements(model::Engine engine,
                                                          const ConnectSettings& settings);

/// What a session that deletes has on top of that. `by_statement`: the server's binary log holds
/// statements, which InnoDB refuses to write for READ COMMITTED.
[[nodiscard]] std::vector<std::string> removal_statements(bool by_statement);

}  // namespace sluice::db::mysql
