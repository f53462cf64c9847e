#include "integration/long_text_fixture.h"

namespace sluice::test {

TEST_CASE("texts beyond MySQL's max_allowed_packet are moved and compared whole") {
  NEEDS_MYSQL();
  MysqlServer server;
  Migration migration(server, PostgresServer::shared());
  long_text::check_figures(migration);
}

TEST_CASE("a JSON document that MySQL cannot send is no empty text") {
  NEEDS_MYSQL();
  MysqlServer server;
  Migration migration(server, PostgresServer::shared());
  // MySQL sends '' for it, with a warning that no client sees.
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, a json, b json);"
      "INSERT INTO t VALUES (1, JSON_QUOTE(REPEAT('x', 100000)), '[1]'), "
      "(2, '[2]', JSON_QUOTE(REPEAT('x', 100000))), (3, '[3]', '[3]');"
      "SET GLOBAL max_allowed_packet = 65536");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, a text, b jsonb)");
  migration.move("t");
  copy_all(migration);
  CHECK(migration.quarantine("t") ==
        "[\"1\"] | a | invalid_json | open\n[\"2\"] | b | invalid_json | open\n");
  CHECK(migration.target_value("SELECT string_agg(a, ' ') FROM t__side") == "[3]");
}

}  // namespace sluice::test
