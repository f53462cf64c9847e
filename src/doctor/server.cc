#include "doctor/server.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/model/error.h"

namespace sluice::doctor {
namespace {

/// Signatures have dates, and so has every event: what is further apart than that is no order of
/// events any more.
constexpr std::int64_t kMaxClockSeconds = 60;

Check check_tls(const model::Endpoint& endpoint, const db::Health& health) {
  const bool is_mysql = model::is_mysql_family(endpoint.engine);
  const auto option = endpoint.options.find(is_mysql ? "ssl_mode" : "sslmode");
  const std::string mode = option == endpoint.options.end() ? "" : option->second;
  if (health.is_socket) return {"", Verdict::ok, "a unix socket: nothing leaves the machine", ""};
  if (model::is_loopback(endpoint.host)) {
    return {"", Verdict::ok, "loopback: nothing leaves the machine", ""};
  }
  const std::string verify = is_mysql ? "ssl_mode=verify_identity" : "sslmode=verify-full";
  const std::string action = fmt::format(
      "say {} in the URL, or nothing, and name the authority of the certificate", verify);
  if (!health.is_encrypted) return {"", Verdict::error, "not encrypted", action};
  const bool is_verified = verify.ends_with("=" + mode);
  if (is_verified)
    return {"", Verdict::ok, "encrypted, and the server's certificate is verified", ""};
  if (mode.empty() && endpoint.service.empty()) {
    return {"", Verdict::ok, "encrypted; without a word on it the certificate is verified", ""};
  }
  if (mode.empty()) {
    return {"", Verdict::warning,
            fmt::format("encrypted; whether the certificate is verified is for the service {} to "
                        "say",
                        endpoint.service),
            action};
  }
  return {"", Verdict::error, fmt::format("encrypted, but {} does not verify the server", mode),
          action};
}

}  // namespace

Check check_clock(std::int64_t server, std::int64_t before, std::int64_t after) {
  const std::int64_t apart =
      server < before ? before - server : std::max<std::int64_t>(0, server - after);
  if (apart <= kMaxClockSeconds) {
    return {"", Verdict::ok,
            fmt::format("within {} s of this machine's", std::max<std::int64_t>(apart, 1)), ""};
  }
  return {
      "", Verdict::error,
      fmt::format("{} s {} this machine's clock", apart, server < before ? "behind" : "ahead of"),
      "let both set their clocks by NTP: approvals have dates, and so has the record"};
}

ServerVisit::ServerVisit(const model::Endpoint& endpoint) : endpoint_(endpoint) {
  try {
    session_ = db::open_session(endpoint, db::Purpose::catalog);
    const model::ServerIdentity server = db::read_identity(*session_);
    const std::time_t before = std::time(nullptr);
    health_ = db::read_health(*session_);
    const std::time_t after = std::time(nullptr);
    add("connection", {"", Verdict::ok,
                       fmt::format("{} {} at {}, as {}", model::to_string(server.engine),
                                   server.version, server.address, server.user),
                       ""});
    add("tls", check_tls(endpoint, health_));
    add("clock", check_clock(health_.clock, before, after));
  } catch (const model::Error& error) {
    session_.reset();
    add("connection",
        {"", Verdict::unknown, error.what(),
         error.hint().empty() ? "see whether the server can be reached from here" : error.hint()});
  }
}

std::uint64_t ServerVisit::number(const std::string& setting) const {
  const auto found = health_.settings.find(setting);
  return found == health_.settings.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
}

void ServerVisit::check(const std::string& name, const std::function<Check()>& ask) {
  if (!is_open()) return;
  try {
    add(name, ask());
  } catch (const model::Error& error) {
    add(name, {"", Verdict::unknown, error.what(), error.hint()});
  }
}

void ServerVisit::add(const std::string& name, Check check) {
  check.name = endpoint_.side + "-" + name;
  checks_.push_back(std::move(check));
}

}  // namespace sluice::doctor
