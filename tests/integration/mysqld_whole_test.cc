// Whole databases in three commands from MySQL's own server.
#include <catch2/catch_test_macros.hpp>

#include "support/mysql_server.h"
#include "whole_fixture.h"

namespace sluice::test {

TEST_CASE("CiviCRM arrives from MySQL in three commands with all that it promises") {
  NEEDS_MYSQL();
  NEEDS_FIELD_DATA("civicrm");
  const Civicrm civi(MysqlServer::shared());
  REQUIRE(civi.failure == "");
  check_rows_arrived(civi);
  check_promises_arrived(civi);
}

TEST_CASE("Chinook arrives from MySQL in three commands with all that it promises") {
  NEEDS_MYSQL();
  NEEDS_FIELD_DATA("chinook");
  check_chinook_arrives(MysqlServer::shared());
}

}  // namespace sluice::test
