#include "db/mysql/settings.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "sluice/codec/ascii.h"
#include "sluice/model/error.h"

#include "db/mysql/dialect.h"
#include "db/mysql/option_file.h"

namespace sluice::db::mysql {
namespace {

constexpr std::uint16_t kDefaultPort = 3306;
/// A server across the world answers within a second; a firewall that drops packets never does.
constexpr unsigned kDefaultConnectTimeout = 10;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw model::Error(model::ErrorKind::config, message, hint);
}

TlsMode read_tls_mode(const std::string& value) {
  constexpr std::array kModes{
      std::pair<std::string_view, TlsMode>{"disabled", TlsMode::disabled},
      std::pair<std::string_view, TlsMode>{"preferred", TlsMode::preferred},
      std::pair<std::string_view, TlsMode>{"required", TlsMode::required},
      std::pair<std::string_view, TlsMode>{"verify_identity", TlsMode::verify_identity},
  };
  const std::string lower = codec::ascii_lower(value);
  for (const auto& [name, mode] : kModes) {
    if (lower == name) return mode;
  }
  refuse("ssl_mode is '" + value + "'", "write disabled, preferred, required or verify_identity");
}

unsigned read_seconds(const std::string& value) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error != std::errc() || end != value.data() + value.size() || seconds == 0) {
    refuse("connect_timeout is '" + value + "'", "write a number of seconds");
  }
  return seconds;
}

/// The file that is read when none is named: the user's own, as with the servers' command line
/// tools. Files of the machine are not read, so that a config means the same everywhere.
std::string own_option_file() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in the process changes its environment
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  std::string path = std::string(home) + "/.my.cnf";
  return access(path.c_str(), R_OK) == 0 ? path : std::string();
}

void take_option(const std::string& name, const std::string& value, ConnectSettings& settings) {
  if (name == "ssl_ca") {
    settings.ssl_ca = value;
  } else if (name == "ssl_capath") {
    settings.ssl_capath = value;
  } else if (name == "ssl_cert") {
    settings.ssl_cert = value;
  } else if (name == "ssl_key") {
    settings.ssl_key = value;
  } else if (name == "connect_timeout") {
    settings.connect_timeout = read_seconds(value);
  } else if (name != "ssl_mode") {
    refuse("unknown option '" + name + "' for a MySQL or MariaDB server",
           "known: ssl_mode, ssl_ca, ssl_capath, ssl_cert, ssl_key, connect_timeout");
  }
}

/// The endpoint's own words, where it has any, or else the option file's.
OptionFileAddress find_address(const model::Endpoint& endpoint, const ConnectSettings& settings) {
  OptionFileAddress address;
  if (!endpoint.socket.empty() || !endpoint.host.empty()) {
    address.socket = endpoint.socket;
    address.host = endpoint.host;
    address.port = endpoint.port;
  } else if (!settings.defaults_file.empty()) {
    address = read_option_file(settings.defaults_file, settings.group);
    if (endpoint.port != 0) address.port = endpoint.port;
    if (address.includes && address.host.empty() && address.socket.empty()) {
      refuse(settings.defaults_file + " includes other files, which are not searched for a host",
             "name the host or the socket in the config");
    }
  }
  return address;
}

/// localhost means the unix socket to every MySQL client, unless a port is named.
void decide_peer(const OptionFileAddress& address, ConnectSettings& settings) {
  const bool local_name = address.host.empty() || address.host == "localhost";
  const bool wants_tcp = address.tcp || (!local_name && address.socket.empty()) ||
                         (address.socket.empty() && address.port != 0);
  if (wants_tcp) {
    settings.host = address.host.empty() ? "localhost" : address.host;
    settings.port = address.port != 0 ? address.port : kDefaultPort;
  } else {
    settings.socket = address.socket.empty() ? default_socket() : address.socket;
  }
}

}  // namespace

std::string ConnectSettings::address() const {
  return socket.empty() ? host + ":" + std::to_string(port) : "socket:" + socket;
}

ConnectSettings resolve_settings(const model::Endpoint& endpoint) {
  ConnectSettings settings;
  settings.database = endpoint.database;
  settings.user = endpoint.user;
  settings.group = endpoint.group;
  settings.connect_timeout = kDefaultConnectTimeout;
  settings.statement_seconds = endpoint.statement_seconds;
  settings.defaults_file =
      endpoint.defaults_file.empty() ? own_option_file() : endpoint.defaults_file;
  if (!settings.group.empty() && endpoint.defaults_file.empty()) {
    refuse("group '" + settings.group + "' is named without an option file",
           "name the file that holds it as defaults_file");
  }
  for (const auto& [name, value] : endpoint.options) take_option(name, value, settings);
  decide_peer(find_address(endpoint, settings), settings);
  const auto mode = endpoint.options.find("ssl_mode");
  if (mode != endpoint.options.end()) {
    settings.tls = read_tls_mode(mode->second);
  } else {
    const bool near = !settings.socket.empty() || model::is_loopback(settings.host);
    settings.tls = near ? TlsMode::preferred : TlsMode::verify_identity;
  }
  return settings;
}

void require_tls(const ConnectSettings& settings, bool encrypted) {
  const bool wanted = settings.tls == TlsMode::required || settings.tls == TlsMode::verify_identity;
  if (!wanted || encrypted) return;
  refuse("connecting to " + settings.address() + ": the server does not offer TLS",
         "switch TLS on at the server, or say ssl_mode=disabled");
}

std::vector<std::string> session_statements(model::Engine engine, const ConnectSettings& settings) {
  std::vector<std::string> statements{
      "SET NAMES utf8mb4",
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION', "
      "time_zone = '+00:00', sql_select_limit = DEFAULT, sql_big_selects = 1, "
      "lock_wait_timeout = 10, net_write_timeout = 86400, wait_timeout = 86400, "
      // Where no index gives the order of a key, keys that begin alike must still be sorted whole:
      // a cut between two that the server takes for equal loses rows.
      "max_sort_length = 8388608",
      "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
      "SET SESSION TRANSACTION READ ONLY",
  };
  statements.push_back(own_session_statement(engine, settings.statement_seconds));
  return statements;
}

std::vector<std::string> removal_statements(bool by_statement) {
  // The door is that of a source which is read-only since its cutover (kReadOnlyTrigger).
  // READ COMMITTED locks the rows that go and no gaps between them; whoever inserts goes on.
  return {"SET @sluice_door = 'open'", "SET SESSION TRANSACTION READ WRITE",
          std::string("SET SESSION TRANSACTION ISOLATION LEVEL ") +
              (by_statement ? "REPEATABLE READ" : "READ COMMITTED"),
          "SET SESSION innodb_lock_wait_timeout = 3, lock_wait_timeout = 3"};
}

}  // namespace sluice::db::mysql
