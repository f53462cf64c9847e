#include "integration/chinook_fixture.h"

TEST_CASE(
    "Chinook for MySQL arrives as Chinook for PostgreSQL but for the twelve rows known to differ") {
  sluice::test::chinook::check_move(sluice::test::From::mariadb);
}
