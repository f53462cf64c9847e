#include "sluice/config/endpoint_url.h"

#include <catch2/catch_test_macros.hpp>

using sluice::config::endpoint_url;
using sluice::config::EndpointProblem;
using sluice::config::parse_endpoint;
using sluice::model::Endpoint;
using sluice::model::Engine;

namespace {

Endpoint read(std::string_view url) {
  auto parsed = parse_endpoint(url);
  INFO(url);
  if (const auto* problem = std::get_if<EndpointProblem>(&parsed)) FAIL(problem->message);
  return std::get<Endpoint>(parsed);
}

EndpointProblem refused(std::string_view url) {
  auto parsed = parse_endpoint(url);
  INFO(url);
  REQUIRE(std::holds_alternative<EndpointProblem>(parsed));
  return std::get<EndpointProblem>(parsed);
}

}  // namespace

TEST_CASE("PostgreSQL URLs are read as libpq reads them") {
  const Endpoint tcp =
      read("postgresql://mover@db.example:5433/crm?sslmode=verify-full&connect_timeout=5");
  CHECK(tcp.engine == Engine::postgresql);
  CHECK(tcp.user == "mover");
  CHECK(tcp.host == "db.example");
  CHECK(tcp.port == 5433);
  CHECK(tcp.database == "crm");
  CHECK(tcp.options.at("sslmode") == "verify-full");
  const Endpoint socket = read("postgres:///crm?host=/run/pg&port=5433&user=me");
  CHECK(socket.socket == "/run/pg");
  CHECK(socket.host.empty());
  CHECK(socket.port == 5433);
  CHECK(read("postgresql://%2Frun%2Fpg/crm").socket == "/run/pg");
  CHECK(read("postgresql://[::1]:5432/crm").host == "::1");
  CHECK(read("postgresql://?service=crm").service == "crm");
  CHECK(read("postgresql:///odd%20name%2Fx").database == "odd name/x");
}

TEST_CASE("MySQL and MariaDB URLs are the same but for the engine") {
  const Endpoint socket = read("mysql:///legacy?socket=/run/x.sock&user=reader");
  CHECK(socket.engine == Engine::mysql);
  CHECK(socket.socket == "/run/x.sock");
  CHECK(socket.database == "legacy");
  const Endpoint file = read(
      "mariadb://reader@old:3306/legacy?defaults_file=/etc/"
      "crm.cnf&group=crm&ssl_mode=VERIFY_IDENTITY");
  CHECK(file.engine == Engine::mariadb);
  CHECK(file.defaults_file == "/etc/crm.cnf");
  CHECK(file.group == "crm");
  CHECK(file.port == 3306);
}

TEST_CASE("a password is refused wherever it hides, and never repeated") {
  for (const std::string_view url :
       {"postgresql://me:hunter2@host/db", "mysql://me:hun@ter2@host/db",
        "postgresql://me:@host/db", "postgresql://me:hunter2/x@host/db",
        "mysql://me:hunter2?x@host/db", "mysql://me:1234/hunter2@host",
        "postgresql://host/db?password=hunter2", "mysql://host/db?pwd=hunter2",
        "postgresql://host/db?sslpassword=hunter2", "postgresql://host/db?user=me&password"}) {
    const EndpointProblem problem = refused(url);
    INFO(url);
    CHECK(problem.message == "a password must not stand in a config");
    CHECK_FALSE(problem.action.empty());
    CHECK((problem.message + problem.action).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("no refusal repeats a value of the URL") {
  for (const std::string_view url :
       {"postgresql://me:SECRET", "postgresql://h:SECRET/db", "postgresql://h/db?sslmode=SECRET",
        "postgresql://h/db?port=SECRET", "mysql://a@b:SECRET@h/db", "SECRET",
        "postgresql://h/db?SECRET9=1", "postgresql://h/db/SECRET", "postgresql://h/db?user=%SECRET",
        "postgresql://h/db#SECRET", "mysql://me@SECRET@h/db"}) {
    const EndpointProblem problem = refused(url);
    INFO(url);
    CHECK((problem.message + problem.action).find("SECRET") == std::string::npos);
  }
}

TEST_CASE("unknown options are refused with the nearest known one") {
  CHECK(refused("postgresql://h/db?sslmod=require").action == "did you mean \"sslmode\"?");
  CHECK(refused("mysql://h/db?scoket=/x").action == "did you mean \"socket\"?");
  CHECK(refused("mysql://h/db?sslmode=require").action == "did you mean \"ssl_mode\"?");
  CHECK(refused("postgresql://h/db?sslmode=verify_full").action.find("verify-full") !=
        std::string::npos);
}

TEST_CASE("URLs that say too little or too much are refused") {
  CHECK_FALSE(refused("postgresql://h").message.empty());
  CHECK_FALSE(refused("postgresql://h/db?user=a&user=b").message.empty());
  CHECK_FALSE(refused("postgresql://h1,h2/db").message.empty());
  CHECK_FALSE(refused("postgresql://h:0/db").message.empty());
  CHECK_FALSE(refused("postgresql://h:65536/db").message.empty());
  CHECK_FALSE(refused("postgresql://h/db?user=").message.empty());
  CHECK_FALSE(refused("mysql://h/db?group=x").message.empty());
  CHECK_FALSE(refused("mysql://h/db?socket=/x").message.empty());
  CHECK_FALSE(refused("oracle://h/db").message.empty());
  CHECK_FALSE(refused("postgresql://[::1/db").message.empty());
  CHECK_FALSE(refused("postgresql://h/db?user=%00").message.empty());
  CHECK_FALSE(refused("postgresql://h/db?user=a%0Ab").message.empty());
  CHECK_FALSE(refused(std::string_view("mysql:///db?socket=/x\0", 22)).message.empty());
}

TEST_CASE("an endpoint printed as a URL reads back as itself") {
  for (const std::string_view url :
       {"postgresql://mover@db.example:5433/crm?connect_timeout=5&sslmode=verify-full",
        "postgresql:///crm?host=/run/pg", "mysql:///legacy?socket=/run/x.sock",
        "mariadb://a%40b@old:3306/odd%20name?defaults_file=/etc/crm.cnf&group=crm",
        "postgresql://[::1]:5432/crm"}) {
    CHECK(endpoint_url(read(url)) == url);
  }
}
