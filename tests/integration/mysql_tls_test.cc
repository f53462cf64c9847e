// Whose certificate is believed.

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"
#include "integration/tls_fixture.h"

namespace sluice::test::mysql {
namespace {

/// What each client of the endpoint says: "encrypted", "plain", or the kind of its error.
struct Outcome {
  std::string connector;
  std::string client;
};

template <typename Ask>
std::string outcome_of(Ask ask) {
  try {
    return ask().empty() ? "plain" : "encrypted";
  } catch (const model::Error& error) {
    return error.kind() == model::ErrorKind::config ? "refused" : error.what();
  }
}

Outcome connect(const model::Endpoint& endpoint) {
  const std::string sql =
      "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
      "WHERE VARIABLE_NAME = 'Ssl_cipher'";
  return {outcome_of(
              [&] { return db::open_session(endpoint, db::Purpose::source)->query(sql).value(); }),
          outcome_of([&] {
            return db::open_snapshot(endpoint, 1).sessions.at(0)->sql().query(sql).value();
          })};
}

void check_both(const model::Endpoint& endpoint, const std::string& expected) {
  const Outcome outcome = connect(endpoint);
  CHECK(outcome.connector == expected);
  CHECK(outcome.client == expected);
}

model::Endpoint tcp_endpoint(const MariadbServer& server) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.defaults_file = server.option_file();
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(server.port());
  return endpoint;
}

}  // namespace

TEST_CASE("a MariaDB server's certificate is believed for its name and from its authority only") {
  const TlsFiles tls("localhost");
  const MariadbServer server(MysqlFamilyOptions{
      false, {"ssl_ca=" + tls.ca, "ssl_cert=" + tls.certificate, "ssl_key=" + tls.key}});

  model::Endpoint endpoint = tcp_endpoint(server);
  endpoint.options = {{"ssl_mode", "required"}};
  check_both(endpoint, "encrypted");
  endpoint.options = {{"ssl_mode", "verify_identity"}};
  check_both(endpoint, "refused");  // nobody knows the authority
  endpoint.host = "localhost";
  const TlsFiles others("localhost");
  endpoint.options = {{"ssl_mode", "verify_identity"}, {"ssl_ca", others.ca}};
  check_both(endpoint, "refused");  // another authority of the same name
  endpoint.host = "127.0.0.1";
  endpoint.options = {{"ssl_mode", "verify_identity"}, {"ssl_ca", tls.ca}};
  check_both(endpoint, "refused");  // the certificate is for localhost, not for 127.0.0.1
  endpoint.host = "localhost";
  check_both(endpoint, "encrypted");
}

TEST_CASE("a MariaDB server without TLS is refused where TLS is asked for") {
  model::Endpoint endpoint = tcp_endpoint(MariadbServer::shared());
  check_both(endpoint, "plain");  // loopback
  endpoint.options = {{"ssl_mode", "required"}};
  check_both(endpoint, "refused");
  endpoint.options = {{"ssl_mode", "verify_identity"}};
  check_both(endpoint, "refused");
}

}  // namespace sluice::test::mysql
