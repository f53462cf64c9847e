#include <catch2/generators/catch_generators.hpp>

#include "integration/latin1_fixture.h"

namespace sluice::test {

TEST_CASE("every byte that MySQL can hold in latin1 comes back from the text that it sends") {
  NEEDS_MYSQL();
  latin1::check_bytes(MysqlDatabase());
}

TEST_CASE("figures of MySQL are of the text that was read anew, like MariaDB's") {
  NEEDS_MYSQL();
  latin1::check_figures(From::mysql, GENERATE("utf8", "both"));
}

}  // namespace sluice::test
