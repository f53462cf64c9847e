// Servers behind a network that swallows everything.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "sluice/db/source.h"

#include "support/mariadb_server.h"
#include "support/postgres_server.h"
#include "support/proxy.h"
#include "support/run_process.h"

namespace sluice::test {

TEST_CASE("a server that takes connections and never answers is given up after connect_timeout") {
  const bool mariadb = GENERATE(false, true);
  CAPTURE(mariadb);
  Proxy proxy(mariadb ? MariadbServer::shared().port() : PostgresServer::shared().port());
  proxy.stall();
  const std::string url =
      mariadb
          ? fmt::format("mariadb://reader@127.0.0.1:{}/crm?defaults_file=/dev/null", proxy.port())
          : fmt::format("postgresql://reader@127.0.0.1:{}/crm?sslmode=disable", proxy.port());
  const auto asked = std::chrono::steady_clock::now();
  const RunResult given_up = run_sluice({"inspect", "--url", url + "&connect_timeout=2"});
  INFO(given_up.out << given_up.err);
  CHECK(given_up.exit_code == 8);
  CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(15));
}

namespace {

/// Seconds until the kernel asks whether the peer is there, of each connection to this port; -1
/// where it never does.
std::vector<long> seconds_to_keepalive(int port) {
  std::vector<long> all;
  std::ifstream file("/proc/net/tcp");
  const std::string peer = fmt::format("0100007F:{:04X}", port);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    std::string queues;
    std::string timer;
    fields >> number >> local >> remote >> state >> queues >> timer;
    if (remote != peer || state != "01") continue;
    const bool is_keepalive = timer.starts_with("02:");
    all.push_back(is_keepalive ? std::stol(timer.substr(3), nullptr, 16) / sysconf(_SC_CLK_TCK)
                               : -1);
  }
  return all;
}

}  // namespace

TEST_CASE("a MariaDB server whose network is gone is noticed in minutes") {
  // A port that nobody else connects to.
  const Proxy proxy(MariadbServer::shared().port());
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mariadb;
  endpoint.defaults_file = MariadbServer::shared().option_file();
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(proxy.port());
  const auto snapshot = db::open_snapshot(endpoint, 1);
  // The session that streams rows; Connector/C++, which reads catalogues, lets nobody set this.
  const std::vector<long> seconds = seconds_to_keepalive(proxy.port());
  CHECK(std::ranges::any_of(seconds, [](long left) { return left >= 0 && left <= 60; }));
}

}  // namespace sluice::test
