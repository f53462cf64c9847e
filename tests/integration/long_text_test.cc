#include "integration/long_text_fixture.h"

namespace sluice::test {

TEST_CASE("texts beyond MariaDB's max_allowed_packet are moved and compared whole") {
  MariadbServer server;
  Migration migration(server, PostgresServer::shared());
  long_text::check_figures(migration);
}

}  // namespace sluice::test
