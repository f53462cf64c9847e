#pragma once

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"

/// What the tests of the catalogues of MariaDB and of MySQL share.
namespace sluice::test::mysql {

using Texts = std::vector<std::string>;

[[nodiscard]] inline std::unique_ptr<db::SqlSession> session_of(const MysqlFamilyDatabase& db) {
  return db::open_session(endpoint_of(db), db::Purpose::catalog);
}

[[nodiscard]] inline model::Table table_of(const MysqlFamilyDatabase& db, const std::string& name) {
  const model::Catalog catalog = db::read_catalog(*session_of(db));
  const model::Table* const table = catalog.find({db.name(), name});
  REQUIRE(table != nullptr);
  return *table;
}

/// The error of opening a session and asking it something.
[[nodiscard]] inline model::Error error_of(const model::Endpoint& endpoint,
                                           const std::string& sql = "SELECT 1") {
  try {
    db::open_session(endpoint, db::Purpose::source)->query(sql);
  } catch (const model::Error& error) {
    return error;
  }
  FAIL("nothing was refused");
  return {model::ErrorKind::internal, ""};
}

/// What a user may change, with DB for the database's name. Asking leaves the user's role alone.
[[nodiscard]] inline Texts privileges_of(const MysqlFamilyDatabase& db, const std::string& user) {
  const auto session = db::open_session(endpoint_as(db, user), db::Purpose::source);
  const auto role = session->query("SELECT CURRENT_ROLE()").rows;
  Texts found = db::write_privileges(*session, {{db.name(), "t"}});
  CHECK(session->query("SELECT CURRENT_ROLE()").rows == role);
  for (std::string& text : found) {
    const std::size_t at = text.find(db.name());
    if (at != std::string::npos) text.replace(at, db.name().size(), "DB");
  }
  return found;
}

/// Literals that neither server's catalogue prints as they are: characters of four bytes, bytes
/// with NUL among them and bytes that are no text.
inline void check_defaults_are_exact(const MysqlFamilyDatabase& db) {
  db.run(
      "CREATE TABLE t (id int PRIMARY KEY, a varchar(9) DEFAULT '\xf0\x9f\x98\x80?', b binary(4) "
      "DEFAULT 0xff00fe, c varbinary(9) DEFAULT 'a?b', d varbinary(9) DEFAULT '', e varbinary(9) "
      "DEFAULT x'00', f varchar(9) CHARACTER SET latin1 DEFAULT '\xc3\xa9?', g varchar(9) DEFAULT "
      "'\xc3\xa9', h text DEFAULT ('\xf0\x9f\x98\x80'), i blob DEFAULT ('a'));"
      "CREATE VIEW v AS SELECT CONCAT(a, 'x') AS a, b FROM t");
  const model::Table t = table_of(db, "t");
  const auto default_of = [&t](const char* name) { return t.find_column(name)->default_sql; };
  CHECK(default_of("a") == "'\xf0\x9f\x98\x80?'");
  CHECK(default_of("b") == "0xFF00FE00");
  CHECK(default_of("c") == "0x613F62");
  CHECK(default_of("d") == "0x");
  CHECK(default_of("e") == "0x00");
  CHECK(default_of("f") == "'\xc3\xa9?'");
  CHECK(default_of("g") == "'\xc3\xa9'");
  CHECK(default_of("h").value().find("'\xf0\x9f\x98\x80'") != std::string::npos);
}

}  // namespace sluice::test::mysql
