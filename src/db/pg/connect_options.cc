#include "db/pg/connect_options.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sluice/model/error.h"

namespace sluice::db::pg {
namespace {

constexpr std::array<std::string_view, 18> kPassedOn = {"channel_binding",
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

void add(ConnectOptions& options, const char* keyword, const std::string& value) {
  if (!value.empty()) options[keyword] = value;
}

bool is_local_host(std::string_view host) {
  return host.empty() || host[0] == '/' || host[0] == '@' || model::is_loopback(host);
}

}  // namespace

ConnectOptions connect_options(const model::Endpoint& endpoint) {
  ConnectOptions options = {{"application_name", "sluice"}, {"client_encoding", "UTF8"}};
  add(options, "host", endpoint.socket.empty() ? endpoint.host : endpoint.socket);
  if (endpoint.port != 0) add(options, "port", std::to_string(endpoint.port));
  add(options, "dbname", endpoint.database);
  add(options, "user", endpoint.user);
  add(options, "service", endpoint.service);
  for (const auto& [keyword, value] : endpoint.options) {
    if (std::find(kPassedOn.begin(), kPassedOn.end(), keyword) == kPassedOn.end()) {
      throw model::Error(model::ErrorKind::config,
                         "the option " + keyword + " is not one that a postgresql endpoint takes",
                         "put it into a libpq service file and name that with ?service=");
    }
    options[keyword] = value;
  }
  return options;
}

const ConnectOptions& default_options() {
  // A server or network that is gone must be noticed in minutes, not in the two hours of the
  // kernel's default.
  static const ConnectOptions options = {{"keepalives_idle", "60"},
                                         {"keepalives_interval", "10"},
                                         {"keepalives_count", "6"},
                                         // Milliseconds; longer than a server may stop taking rows
                                         // because of a checkpoint or a lock.
                                         {"tcp_user_timeout", "300000"},
                                         {"connect_timeout", "15"}};
  return options;
}

bool is_local(const std::string& hosts) {
  std::string_view rest = hosts;
  while (true) {
    const std::size_t comma = rest.find(',');
    if (!is_local_host(rest.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

std::string required_sslmode(const std::string& hosts, const std::string& sslmode) {
  const bool unsaid = sslmode.empty() || sslmode == "prefer" || sslmode == "allow";
  return unsaid && !is_local(hosts) ? "verify-full" : sslmode;
}

}  // namespace sluice::db::pg
