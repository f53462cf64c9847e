// Random databases of MySQL's own server; random_schema_fault_test has the others.
#include <catch2/catch_test_macros.hpp>

#include "random_move.h"
#include "support/mysql_server.h"

namespace sluice::test {

TEST_CASE("random databases of MySQL arrive as they are") {
  NEEDS_MYSQL();
  for (const std::uint64_t seed : {2U, 4U}) check_random_mysql(MysqlServer::shared(), seed);
}

}  // namespace sluice::test
