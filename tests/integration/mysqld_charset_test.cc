#include "integration/charset_fixture.h"

namespace sluice::test {

TEST_CASE("every text of MySQL, in any character set, arrives as its bytes say or not at all") {
  NEEDS_MYSQL();
  charset::check_all(From::mysql);
}

}  // namespace sluice::test
