#include "sluice/config/endpoint_url.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "config/endpoint_options.h"

namespace sluice::config {
namespace {

using model::Endpoint;
using model::Engine;

/// Stops reading; caught by parse_endpoint() only.
struct Refused {
  EndpointProblem problem;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0) {
      throw Refused{
          {"a % in the URL is not followed by two hex digits", "write %25 for a % itself"}};
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

void set(Endpoint& endpoint, std::string_view key, std::string_view encoded) {
  EndpointProblem problem = set_option(endpoint, key, decoded(encoded));
  if (!problem.message.empty()) throw Refused{std::move(problem)};
}

Engine take_scheme(std::string_view& url) {
  const std::size_t end = url.find("://");
  const std::string_view scheme = url.substr(0, end);
  if (end != std::string_view::npos) {
    url.remove_prefix(end + 3);
    if (scheme == "postgresql" || scheme == "postgres") return Engine::postgresql;
    if (scheme == "mysql") return Engine::mysql;
    if (scheme == "mariadb") return Engine::mariadb;
  }
  throw Refused{{"the URL starts with none of postgresql://, mysql:// and mariadb://", ""}};
}

void read_host_and_port(Endpoint& endpoint, std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) throw Refused{{"the ] of an IPv6 address is missing", ""}};
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':'))
      throw Refused{{"only a port may follow the ] of an IPv6 address", ""}};
    text = text.substr(1, end - 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    port = text.substr(colon);
    text = text.substr(0, colon);
  }
  if (!text.empty()) set(endpoint, "host", text);
  if (!port.empty()) set(endpoint, "port", port.substr(1));
}

void read_authority(Endpoint& endpoint, std::string_view text) {
  // The last @ ends the user: a password with an @ in it must not become part of the host, and of
  // messages.
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) {
    read_host_and_port(endpoint, text);
    return;
  }
  const std::string_view user = text.substr(0, at);
  if (user.find(':') != std::string_view::npos) throw Refused{password_refused(endpoint.engine)};
  if (user.find('@') != std::string_view::npos) {
    throw Refused{
        {"the URL holds more than one @ before the host", "write %40 for an @ in a name"}};
  }
  if (!user.empty()) set(endpoint, "user", user);
  read_host_and_port(endpoint, text.substr(at + 1));
}

void read_options(Endpoint& endpoint, std::string_view query) {
  std::set<std::string_view> seen;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view option = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const std::size_t equals = option.find('=');
    const std::string_view key = option.substr(0, equals);
    if (is_password_key(key)) throw Refused{password_refused(endpoint.engine)};
    if (equals == std::string_view::npos) {
      throw Refused{
          {"an option of the URL has no =", "options are written ?name=value&name=value"}};
    }
    if (!seen.insert(key).second) throw Refused{{"an option stands twice in the URL", ""}};
    set(endpoint, key, option.substr(equals + 1));
  }
}

/// A password may hold a slash or a question mark; what follows must then not be taken for a
/// database and be repeated.
void refuse_late_at(Engine engine, std::string_view url, std::size_t authority_end) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos || at < authority_end) return;
  if (url.substr(0, authority_end).find(':') != std::string_view::npos) {
    throw Refused{password_refused(engine)};
  }
  throw Refused{{"an @ follows the host", "write %40 for an @ in a name"}};
}

/// Everything but letters, digits and a few signs that mean nothing in a URL.
std::string encoded(std::string_view text) {
  constexpr std::string_view kPlain = "-_.~/";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

}  // namespace

std::variant<Endpoint, EndpointProblem> parse_endpoint(std::string_view url) {
  try {
    Endpoint endpoint;
    endpoint.engine = take_scheme(url);
    if (url.find('#') != std::string_view::npos) {
      throw Refused{{"the URL holds a #", "write %23 for a # in a name"}};
    }
    const std::size_t query = url.find('?');
    const std::string_view before = url.substr(0, query);
    const std::size_t slash = before.find('/');
    refuse_late_at(endpoint.engine, url, std::min(slash, query));
    read_authority(endpoint, before.substr(0, slash));
    if (slash != std::string_view::npos) {
      const std::string_view database = before.substr(slash + 1);
      if (database.find('/') != std::string_view::npos) {
        throw Refused{{"more than the database follows the host", "write %2F for a / in its name"}};
      }
      if (!database.empty()) {
        set(endpoint, endpoint.engine == Engine::postgresql ? "dbname" : "database", database);
      }
    }
    if (query != std::string_view::npos) read_options(endpoint, url.substr(query + 1));
    EndpointProblem problem = check_endpoint(endpoint);
    if (!problem.message.empty()) return problem;
    return endpoint;
  } catch (Refused& refused) {
    return std::move(refused.problem);
  }
}

std::string endpoint_url(const Endpoint& endpoint) {
  std::string url = fmt::format("{}://", model::to_string(endpoint.engine));
  if (!endpoint.user.empty()) url += encoded(endpoint.user) + "@";
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  url += ipv6 ? "[" + endpoint.host + "]" : encoded(endpoint.host);
  if (endpoint.port != 0) url += fmt::format(":{}", endpoint.port);
  url += "/" + encoded(endpoint.database);
  char separator = '?';
  const auto add = [&](std::string_view key, const std::string& value) {
    if (value.empty()) return;
    url += fmt::format("{}{}={}", separator, key, encoded(value));
    separator = '&';
  };
  add(endpoint.engine == Engine::postgresql ? "host" : "socket", endpoint.socket);
  add("service", endpoint.service);
  add("defaults_file", endpoint.defaults_file);
  add("group", endpoint.group);
  for (const auto& [key, value] : endpoint.options) add(key, value);
  return url;
}

}  // namespace sluice::config
