#include "db/pg/connect_options.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::pg {

TEST_CASE("an endpoint becomes libpq keywords, its own options over sluice's defaults") {
  model::Endpoint endpoint;
  endpoint.host = "db.example.org";
  endpoint.port = 5433;
  endpoint.database = "crm";
  endpoint.user = "reader";
  endpoint.options = {{"connect_timeout", "3"}, {"sslrootcert", "/ca.pem"}};
  const ConnectOptions options = connect_options(endpoint);
  CHECK(options.at("host") == "db.example.org");
  CHECK(options.at("port") == "5433");
  CHECK(options.at("dbname") == "crm");
  CHECK(options.at("user") == "reader");
  CHECK(options.at("connect_timeout") == "3");
  CHECK(options.at("sslrootcert") == "/ca.pem");
  CHECK(options.at("client_encoding") == "UTF8");
  CHECK(options.at("application_name") == "sluice");
}

TEST_CASE("what an endpoint does not say is not said to libpq") {
  model::Endpoint endpoint;
  endpoint.service = "crm";
  const ConnectOptions options = connect_options(endpoint);
  CHECK(options.at("service") == "crm");
  for (const char* keyword : {"host", "port", "dbname", "user", "sslmode", "password"}) {
    CHECK(options.count(keyword) == 0);
  }
}

TEST_CASE("a socket directory is libpq's host") {
  model::Endpoint endpoint;
  endpoint.socket = "/run/postgresql";
  CHECK(connect_options(endpoint).at("host") == "/run/postgresql");
}

TEST_CASE("options outside the list are refused, a password and server settings among them") {
  for (const char* keyword : {"password", "options", "dbname", "nonsense"}) {
    model::Endpoint endpoint;
    endpoint.options[keyword] = "secret";
    try {
      static_cast<void>(connect_options(endpoint));
      FAIL(keyword << " was taken");
    } catch (const model::Error& error) {
      CHECK(error.kind() == model::ErrorKind::config);
      CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("only sockets and loopback are local") {
  for (const char* hosts : {"", "/run/postgresql", "@abstract", "localhost", "127.0.0.1",
                            "127.8.8.8", "::1", "localhost,127.0.0.1"}) {
    CHECK(is_local(hosts));
  }
  for (const char* hosts :
       {"db.example.org", "10.0.0.1", "localhost.example.org", "localhost,db", "db,localhost"}) {
    CHECK_FALSE(is_local(hosts));
  }
}

TEST_CASE("another machine must prove who it is unless somebody said otherwise") {
  CHECK(required_sslmode("db.example.org", "") == "verify-full");
  CHECK(required_sslmode("db.example.org", "prefer") == "verify-full");
  CHECK(required_sslmode("db.example.org", "allow") == "verify-full");
  CHECK(required_sslmode("db.example.org", "require") == "require");
  CHECK(required_sslmode("db.example.org", "disable") == "disable");
  CHECK(required_sslmode("db.example.org", "verify-ca") == "verify-ca");
  CHECK(required_sslmode("localhost", "prefer") == "prefer");
  CHECK(required_sslmode("/run/postgresql", "").empty());
  CHECK(required_sslmode("localhost,db.example.org", "prefer") == "verify-full");
}

}  // namespace sluice::db::pg
