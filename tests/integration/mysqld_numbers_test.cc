#include "integration/numbers_fixture.h"

namespace sluice::test {

TEST_CASE("AUTO_INCREMENT of MySQL goes on as an identity column") {
  NEEDS_MYSQL();
  check_auto_increment_goes_on(From::mysql);
}

}  // namespace sluice::test
