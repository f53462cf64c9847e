#include "sluice/model/endpoint.h"

#include <string_view>

#include <catch2/catch_test_macros.hpp>

namespace sluice::model {
namespace {

TEST_CASE("only addresses of this machine are loopback") {
  for (const std::string_view host : {"localhost", "::1", "127.0.0.1", "127.255.1.2"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
}

TEST_CASE("a name that looks like a loopback address is another machine") {
  for (const std::string_view host :
       {"", "127.0.0.1.evil.example", "127.evil.example", "127.example", "128.0.0.1",
        "localhost.example", "1127.0.0.1", "127.0.0"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace
}  // namespace sluice::model
