#include "db/mysql/settings.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::mysql {
namespace {

model::Endpoint endpoint_at(const std::string& host) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.host = host;
  endpoint.defaults_file = "/dev/null";
  return endpoint;
}

model::ErrorKind refusal(const model::Endpoint& endpoint) {
  try {
    static_cast<void>(resolve_settings(endpoint));
  } catch (const model::Error& error) {
    CHECK_FALSE(error.hint().empty());
    return error.kind();
  }
  return model::ErrorKind::internal;
}

}  // namespace

TEST_CASE("certificates of servers elsewhere are verified unless the endpoint says otherwise") {
  CHECK(resolve_settings(endpoint_at("crm-db")).tls == TlsMode::verify_identity);
  CHECK(resolve_settings(endpoint_at("127.0.0.1")).tls == TlsMode::preferred);
  CHECK(resolve_settings(endpoint_at("::1")).tls == TlsMode::preferred);
  model::Endpoint endpoint = endpoint_at("crm-db");
  endpoint.options["ssl_mode"] = "REQUIRED";
  CHECK(resolve_settings(endpoint).tls == TlsMode::required);
  endpoint = endpoint_at("127.0.0.1");
  endpoint.options["ssl_mode"] = "verify_identity";
  endpoint.options["ssl_ca"] = "/ca.pem";
  CHECK(resolve_settings(endpoint).tls == TlsMode::verify_identity);
  CHECK(resolve_settings(endpoint).ssl_ca == "/ca.pem");
}

TEST_CASE("localhost is the unix socket unless a port is named") {
  CHECK(resolve_settings(endpoint_at("localhost")).address() == "socket:" + default_socket());
  model::Endpoint endpoint = endpoint_at("localhost");
  endpoint.port = 3307;
  CHECK(resolve_settings(endpoint).address() == "localhost:3307");
  CHECK(resolve_settings(endpoint_at("crm-db")).address() == "crm-db:3306");
  endpoint = endpoint_at("");
  endpoint.socket = "/run/other.sock";
  CHECK(resolve_settings(endpoint).address() == "socket:/run/other.sock");
}

TEST_CASE("options that are not known, and values that mean nothing, are refused with a hint") {
  model::Endpoint endpoint = endpoint_at("crm-db");
  endpoint.options["ssl_mode"] = "sometimes";
  CHECK(refusal(endpoint) == model::ErrorKind::config);
  endpoint.options = {{"sslmode", "required"}};
  CHECK(refusal(endpoint) == model::ErrorKind::config);
  endpoint.options = {{"connect_timeout", "0"}};
  CHECK(refusal(endpoint) == model::ErrorKind::config);
  endpoint = endpoint_at("crm-db");
  endpoint.defaults_file.clear();
  endpoint.group = "crm";
  CHECK(refusal(endpoint) == model::ErrorKind::config);
}

}  // namespace sluice::db::mysql
