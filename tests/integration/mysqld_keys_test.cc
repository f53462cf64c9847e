#include "keys_none_fixture.h"
#include "support/mysql_server.h"

namespace sluice::test {

TEST_CASE("a table of MySQL without a key arrives with all its equal rows") {
  NEEDS_MYSQL();
  check_twins_arrive(From::mysql);
}

}  // namespace sluice::test
