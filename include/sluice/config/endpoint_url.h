#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sluice/model/endpoint.h"

namespace sluice::config {

/// Why a text is no endpoint. Never holds any part of the text that could be a password.
struct EndpointProblem {
  std::string message;
  std::string action;
};

/// Reads
///   postgresql://[user@][host][:port][/database][?option=value&...]   (postgres:// is the same)
///   mysql://[user@][host][:port]/database[?option=value&...]          (mariadb:// is the same)
/// Parts are percent-decoded. Options besides those of the TLS and timeout lists: host (a path is a
/// socket directory), port, user, dbname, service for PostgreSQL; socket, user, defaults_file,
/// group for the MySQL family. A password in any place is refused and never repeated; an unknown
/// option is refused with the nearest known one.
[[nodiscard]] std::variant<model::Endpoint, EndpointProblem> parse_endpoint(std::string_view url);

/// The endpoint as a URL that parse_endpoint() reads back; for messages and the plan.
[[nodiscard]] std::string endpoint_url(const model::Endpoint& endpoint);

}  // namespace sluice::config
