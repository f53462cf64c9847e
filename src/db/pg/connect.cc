#include "db/pg/connect.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/error.h"

#include "db/pg/connect_options.h"
#include "db/pg/error.h"

namespace sluice::db::pg {
namespace {

using model::Error;
using model::ErrorKind;
using model::Retry;

/// Keywords and values as libpq takes them: two arrays that end with null.
struct Arguments {
  std::vector<const char*> keywords;
  std::vector<const char*> values;

  explicit Arguments(const ConnectOptions& options) {
    for (const auto& [keyword, value] : options) {
      keywords.push_back(keyword.c_str());
      values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
  }
};

std::string option(const PQconninfoOption* options, std::string_view keyword) {
  for (; options != nullptr && options->keyword != nullptr; ++options) {
    if (keyword == options->keyword) return options->val == nullptr ? "" : options->val;
  }
  return {};
}

/// "FATAL:  28P01: no such password": where the last server that gave a state says it.
std::string_view sqlstate_in(std::string_view message) {
  constexpr std::string_view kBefore = ":  ";
  constexpr std::size_t kLength = 5;
  for (std::size_t at = message.rfind(kBefore); at != std::string_view::npos && at > 0;
       at = message.rfind(kBefore, at - 1)) {
    const std::string_view state = message.substr(at + kBefore.size(), kLength);
    const std::string_view after = message.substr(at + kBefore.size() + state.size(), 1);
    const bool is_state = state.size() == kLength && std::ranges::all_of(state, [](char c) {
                            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                          });
    if (is_state && after == ":") return state;
  }
  return {};
}

/// libpq's message on one line.
std::string trimmed(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == '\n' || c == '\t' || c == ' ';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

[[noreturn]] void fail_options(const PGconn* connection) {
  throw Error(ErrorKind::config,
              "the connection settings cannot be used: " + trimmed(PQerrorMessage(connection)),
              "check the endpoint and the libpq service file that it names");
}

/// What a person can do; texts do not decide it, but whether the server answers anybody.
std::string hint_for(PGPing ping, const std::string& sslmode) {
  if (ping == PQPING_OK) {
    return "the server runs but does not let this user in: check user, database, pg_hba.conf, "
           "max_connections and the password in .pgpass or the service file";
  }
  if (ping == PQPING_REJECT) return "the server is starting or stopping: try again in a moment";
  std::string reach = "see whether the server runs and can be reached from here";
  if (sslmode.starts_with("verify")) {
    return reach +
           "; its certificate is verified: name its authority with sslrootcert, and the "
           "server as the certificate does";
  }
  if (sslmode == "require") return reach + "; TLS is required: switch it on at the server";
  return reach;
}

/// Why a server that answers lets nobody in, and whether it ever will, says its SQLSTATE. libpq
/// keeps that to itself, unless it is told before it connects to put it among its words.
[[noreturn]] void fail_refused(const PGconn* connection, const std::string& sslmode) {
  std::string words = PQerrorMessage(connection);
  const std::string state(sqlstate_in(words));
  if (state.empty()) {
    // Not the server's own word: a person must look, and trying again may help.
    throw Error(ErrorKind::config, "cannot connect: " + trimmed(words),
                hint_for(PQPING_OK, sslmode), Retry::new_session);
  }
  words.erase(words.rfind(state + ": "), state.size() + 2);
  words.erase(std::min(words.size(), words.rfind("\nLOCATION:")));
  const Error meaning = to_error({state, "", true});
  throw Error(meaning.kind(), "cannot connect: " + trimmed(words) + " (SQLSTATE " + state + ")",
              meaning.hint().empty() ? hint_for(PQPING_OK, sslmode) : meaning.hint(),
              meaning.retry());
}

/// Throws where no server answers that takes connections.
void require_answer(const PGconn* connection, const Arguments& arguments,
                    const std::string& sslmode) {
  const PGPing ping = PQpingParams(arguments.keywords.data(), arguments.values.data(), 0);
  if (ping == PQPING_OK) return;
  if (ping == PQPING_NO_ATTEMPT) fail_options(connection);
  throw Error(ErrorKind::connection, "cannot connect: " + trimmed(PQerrorMessage(connection)),
              hint_for(ping, sslmode), Retry::new_session);
}

/// Returns where a second try succeeds.
void try_again_or_fail(PGconn* connection, const Arguments& arguments, const std::string& sslmode) {
  if (PQconnectionNeedsPassword(connection) != 0) {
    throw Error(ErrorKind::config, "cannot connect: " + trimmed(PQerrorMessage(connection)),
                "put the password into .pgpass (mode 0600) or a service file; sluice takes none");
  }
  require_answer(connection, arguments, sslmode);
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  PQreset(connection);
  PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
  if (PQstatus(connection) == CONNECTION_OK) return;
  require_answer(connection, arguments, sslmode);  // it may have gone meanwhile
  fail_refused(connection, sslmode);
}

/// Adds what is left open by the options, the service file and the environment. Only a start: where
/// a service names the peer, libpq opens a socket to it, sends nothing and closes it again.
ConnectOptions with_defaults(ConnectOptions options) {
  const Arguments arguments(options);
  const RawConnection probe(
      PQconnectStartParams(arguments.keywords.data(), arguments.values.data(), 0));
  if (!probe) throw std::bad_alloc();
  const Conninfo effective(PQconninfo(probe.get()));
  if (!effective) fail_options(probe.get());
  std::string hosts = option(effective.get(), "hostaddr");
  if (hosts.empty()) hosts = option(effective.get(), "host");
  const std::string sslmode = required_sslmode(hosts, option(effective.get(), "sslmode"));
  if (!sslmode.empty()) options["sslmode"] = sslmode;
  for (const auto& [keyword, value] : default_options()) {
    if (option(effective.get(), keyword).empty()) options[keyword] = value;
  }
  return options;
}

void check_version(const PGconn* connection) {
  const int version = PQserverVersion(connection);
  if (version >= kOldestVersion) return;
  throw Error(ErrorKind::config,
              "the server is PostgreSQL " + std::to_string(version / 10000) +
                  "; the oldest that sluice reads is " + std::to_string(kOldestVersion / 10000),
              "upgrade the server, or restore a dump of it into a newer one and move from there");
}

void ignore_notice(void* /*argument*/, const PGresult* /*notice*/) {}

}  // namespace

RawConnection connect(const model::Endpoint& endpoint) {
  const ConnectOptions options = with_defaults(connect_options(endpoint));
  const Arguments arguments(options);
  RawConnection connection(
      PQconnectdbParams(arguments.keywords.data(), arguments.values.data(), 0));
  if (!connection) throw std::bad_alloc();
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    const auto sslmode = options.find("sslmode");
    try_again_or_fail(connection.get(), arguments, sslmode == options.end() ? "" : sslmode->second);
  }
  check_version(connection.get());
  PQsetNoticeReceiver(connection.get(), ignore_notice, nullptr);
  return connection;
}

}  // namespace sluice::db::pg
