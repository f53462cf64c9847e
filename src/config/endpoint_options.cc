#include "config/endpoint_options.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "sluice/mapping/json_object.h"

#include "config/shapes.h"

namespace sluice::config {
namespace {

using model::Endpoint;
using model::Engine;

// What db hands to libpq and to the MySQL client; both refuse anything else too.
constexpr std::string_view kPostgresDriver[] = {"channel_binding",
                                                "connect_timeout",
                                                "gssencmode",
                                                "hostaddr",
                                                "keepalives",
                                                "keepalives_count",
                                                "keepalives_idle",
                                                "keepalives_interval",
                                                "passfile",
                                                "ssl_min_protocol_version",
                                                "sslcert",
                                                "sslcrl",
                                                "sslcrldir",
                                                "sslkey",
                                                "sslmode",
                                                "sslrootcert",
                                                "target_session_attrs",
                                                "tcp_user_timeout"};
constexpr std::string_view kMysqlDriver[] = {"ssl_mode", "ssl_ca",  "ssl_capath",
                                             "ssl_cert", "ssl_key", "connect_timeout"};

constexpr std::string_view kPostgresOwn[] = {"host", "port", "user", "dbname", "service"};
constexpr std::string_view kMysqlOwn[] = {"host",   "port",          "user", "database",
                                          "socket", "defaults_file", "group"};

constexpr std::string_view kPostgresTls[] = {"disable", "allow",     "prefer",
                                             "require", "verify-ca", "verify-full"};
constexpr std::string_view kMysqlTls[] = {"DISABLED", "PREFERRED", "REQUIRED", "VERIFY_IDENTITY"};

template <typename Words>
bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

std::string list(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Only what looks like a name is repeated: anything else could be a piece of a password.
std::string repeatable(std::string_view key) {
  const bool plain = !key.empty() && key.size() <= 40 && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  return plain ? fmt::format(" \"{}\"", key) : std::string();
}

EndpointProblem unknown_option(Engine engine, std::string_view key) {
  std::vector<std::string_view> known;
  const auto own = model::is_mysql_family(engine) ? std::span<const std::string_view>(kMysqlOwn)
                                                  : std::span<const std::string_view>(kPostgresOwn);
  known.insert(known.end(), own.begin(), own.end());
  const std::span<const std::string_view> driver = driver_options(engine);
  known.insert(known.end(), driver.begin(), driver.end());
  const std::string_view near = mapping::nearest(key, known);
  return {fmt::format("unknown connection option{}", repeatable(key)),
          near.empty() ? fmt::format("known options are: {}", list(known))
                       : fmt::format("did you mean \"{}\"?", near)};
}

EndpointProblem set_port(Endpoint& endpoint, std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || port == 0 || port > 65535) return {"the port is not a number from 1 to 65535", ""};
  endpoint.port = static_cast<std::uint16_t>(port);
  return {};
}

EndpointProblem set_host(Endpoint& endpoint, std::string value) {
  if (value.find(',') != std::string::npos) {
    return {"more than one host is named", "name the one server that the plan is made for"};
  }
  const bool is_path = value.starts_with('/') && endpoint.engine == Engine::postgresql;
  (is_path ? endpoint.socket : endpoint.host) = std::move(value);
  return {};
}

EndpointProblem set_driver_option(Endpoint& endpoint, std::string_view key, std::string value) {
  if (key == "sslmode" && !contains(kPostgresTls, value)) {
    return {"unknown sslmode", fmt::format("it is one of: {}", list(kPostgresTls))};
  }
  if (key == "ssl_mode" && !contains(kMysqlTls, value)) {
    return {"unknown ssl_mode", fmt::format("it is one of: {}", list(kMysqlTls))};
  }
  endpoint.options[std::string(key)] = std::move(value);
  return {};
}

bool is_local(const Endpoint& endpoint) {
  return !endpoint.socket.empty() || endpoint.host.empty() || model::is_loopback(endpoint.host);
}

}  // namespace

bool is_password_key(std::string_view key) noexcept { return contains(shapes::kPasswordKeys, key); }

EndpointProblem password_refused(Engine engine) {
  return {"a password must not stand in a config",
          model::is_mysql_family(engine)
              ? "put it into a MySQL option file and name that with defaults_file (and group)"
              : "put it into ~/.pgpass (mode 0600), or into a libpq service file's passfile"};
}

std::span<const std::string_view> driver_options(Engine engine) noexcept {
  if (model::is_mysql_family(engine)) return kMysqlDriver;
  return kPostgresDriver;
}

EndpointProblem set_option(Endpoint& endpoint, std::string_view key, std::string value) {
  if (is_password_key(key)) return password_refused(endpoint.engine);
  const bool mysql = model::is_mysql_family(endpoint.engine);
  const bool own = mysql ? contains(kMysqlOwn, key) : contains(kPostgresOwn, key);
  if (!own && !contains(driver_options(endpoint.engine), key))
    return unknown_option(endpoint.engine, key);
  if (value.empty()) return {fmt::format("the connection option \"{}\" has no value", key), ""};
  if (std::ranges::any_of(value, is_control)) {
    return {fmt::format("the connection option \"{}\" holds a control character", key), ""};
  }
  if (!own) return set_driver_option(endpoint, key, std::move(value));
  if (key == "host") return set_host(endpoint, std::move(value));
  if (key == "port") return set_port(endpoint, value);
  std::string& member = key == "user"            ? endpoint.user
                        : key == "service"       ? endpoint.service
                        : key == "socket"        ? endpoint.socket
                        : key == "defaults_file" ? endpoint.defaults_file
                        : key == "group"         ? endpoint.group
                                                 : endpoint.database;
  member = std::move(value);
  return {};
}

EndpointProblem check_endpoint(const Endpoint& endpoint) {
  if (!endpoint.host.empty() && !endpoint.socket.empty()) {
    return {"both a host and a socket are named", "name one of the two"};
  }
  if (endpoint.database.empty() && endpoint.service.empty() && endpoint.defaults_file.empty()) {
    return {"the database is not named", "write it behind the host: .../database"};
  }
  if (!endpoint.group.empty() && endpoint.defaults_file.empty()) {
    return {"a group is named, but no option file", "name the file with defaults_file"};
  }
  return {};
}

bool is_unverified(const Endpoint& endpoint) noexcept {
  if (is_local(endpoint)) return false;
  const auto mode =
      endpoint.options.find(model::is_mysql_family(endpoint.engine) ? "ssl_mode" : "sslmode");
  if (mode == endpoint.options.end()) return false;
  return mode->second != "verify-full" && mode->second != "VERIFY_IDENTITY";
}

}  // namespace sluice::config
