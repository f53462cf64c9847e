#pragma once

#include <map>
#include <string>

#include "sluice/model/endpoint.h"

namespace sluice::db::pg {

/// libpq connection keywords and their values, as PQconnectdbParams takes them.
using ConnectOptions = std::map<std::string, std::string>;

/// What the endpoint says, and what no endpoint decides: application name and UTF-8. TLS is not
/// settled here: who the peer is may stand in a service file. Throws Error{config} for options
/// outside the closed list.
[[nodiscard]] ConnectOptions connect_options(const model::Endpoint& endpoint);

/// What holds where neither endpoint, service file nor environment say anything.
[[nodiscard]] const ConnectOptions& default_options();

/// Whether every host of a libpq host list ("", "/run/pg", "localhost", "127.0.0.1,::1") is a unix
/// socket or this machine's loopback.
[[nodiscard]] bool is_local(const std::string& hosts);

/// The sslmode to insist on, given what libpq made of options, service file and environment.
/// "prefer" and "allow" are what one gets by saying nothing (they fall back to plain text and
/// verify nobody), so towards another machine they become verify-full. Whoever wants less says
/// "require" or "disable" in the endpoint or the service file.
[[nodiscard]] std::string required_sslmode(const std::string& hosts, const std::string& sslmode);

}  // namespace sluice::db::pg
