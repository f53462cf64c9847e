#include "db/shown_statement.h"

#include <catch2/catch_test_macros.hpp>

namespace {

std::string pg(std::string_view sql) {
  return sluice::db::shown_statement(sluice::model::Engine::postgresql, sql);
}
std::string mysql(std::string_view sql) {
  return sluice::db::shown_statement(sluice::model::Engine::mariadb, sql);
}

TEST_CASE("a statement is shown on one line, without its values") {
  CHECK(pg("UPDATE t\n  SET a = 'x', b2 = 17.5\tWHERE id=$1") ==
        "UPDATE t SET a = ?, b2 = ? WHERE id=$1");
  CHECK(pg("ALTER ROLE app PASSWORD 'secret'") == "ALTER ROLE app PASSWORD ?");
  CHECK(pg("SELECT 'it''s secret', \"My 'table\" FROM t") == "SELECT ?, \"My 'table\" FROM t");
  CHECK(mysql("SET PASSWORD = \"secret\"") == "SET PASSWORD = ?");
  CHECK(mysql("INSERT INTO `o'k` VALUES (0x414243)") == "INSERT INTO `o'k` VALUES (?)");
  CHECK(pg("") == "");
}

TEST_CASE("where it cannot be told what is a value, the text ends") {
  CHECK(pg("SELECT E'a\\' || 'secret'") == "SELECT E...");
  CHECK(pg("SELECT $$secret$$") == "SELECT...");
  CHECK(pg("DO $body$ secret $body$") == "DO...");
  CHECK(pg("SELECT 1 -- don't\n, 'secret'") == "SELECT ?...");
  CHECK(pg("SELECT /* don't */ 'secret'") == "SELECT...");
  CHECK(mysql("SELECT 1 # don't\n, 'secret'") == "SELECT ?...");
  CHECK(pg("SELECT 'secret that is cut o") == "SELECT...");
}

TEST_CASE("a long statement is cut to 60 characters, not bytes") {
  const std::string shown = pg("SELECT " + std::string(100, 'c'));
  CHECK(shown.size() == 60);
  CHECK(shown.ends_with("c..."));
  std::string wide = "SELECT ";
  for (int i = 0; i < 100; ++i) wide += "\xc3\xbc";
  CHECK(pg(wide).size() == 7 + 2 * 50 + 3);
}

}  // namespace
