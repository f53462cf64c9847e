#include "integration/chinook_fixture.h"

TEST_CASE("Chinook arrives from MySQL's own server but for the twelve rows known to differ") {
  NEEDS_MYSQL();
  sluice::test::chinook::check_move(sluice::test::From::mysql);
}
