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

}  // namespace sluice::test::mysql
