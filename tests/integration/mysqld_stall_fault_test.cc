#include "integration/stall_fixture.h"
#include "support/mysql_server.h"

namespace sluice::test {

TEST_CASE("a table of MySQL that somebody has locked is what the copy waits for") {
  NEEDS_MYSQL();
  check_waits_for_locked_table(From::mysql);
}

}  // namespace sluice::test
