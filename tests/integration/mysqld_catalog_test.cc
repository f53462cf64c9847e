// MySQL's own server where its sessions and its catalogue are not MariaDB's.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "sluice/db/removal.h"
#include "sluice/model/error.h"

#include "integration/mysql_catalog_fixture.h"

namespace sluice::test::mysql {
namespace {

std::string default_of(const model::Table& table, const std::string& name) {
  const model::Column* const column = table.find_column(name);
  REQUIRE(column != nullptr);
  return column->default_sql.value_or("none");
}

}  // namespace

TEST_CASE("a session of MySQL has the settings that reading relies on, and cannot write") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run("CREATE TABLE t (id int primary key); INSERT INTO t VALUES (1)");
  const auto session = session_of(db);
  CHECK(session->engine() == model::Engine::mysql);
  CHECK(session->query("SELECT @@time_zone").value() == "+00:00");
  CHECK(session->query("SELECT @@character_set_results").value() == "utf8mb4");
  CHECK(session->query("SELECT @@transaction_isolation").value() == "REPEATABLE-READ");
  CHECK_THROWS_AS(session->query("INSERT INTO t VALUES (2)"), model::Error);
  // MySQL keeps estimates for a day unless it is told otherwise.
  CHECK(table_of(db, "t").estimated_rows == 1);
  db.run("INSERT INTO t SELECT seq FROM seq_2_to_500; ANALYZE TABLE t");
  CHECK(table_of(db, "t").estimated_rows == 500);
}

TEST_CASE("a session that deletes is opened on MySQL without what only MariaDB knows") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run("CREATE TABLE t (id int primary key); INSERT INTO t VALUES (1)");
  const auto removal = db::open_rows(endpoint_of(db), db::Purpose::removal);
  removal->query("DELETE FROM t", {});
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("who a MySQL server is") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  const model::ServerIdentity identity = db::read_identity(*session_of(db));
  CHECK(identity.engine == model::Engine::mysql);
  CHECK(identity.version_number >= 80000);
  CHECK(identity.identity == db.value("SELECT @@server_uuid"));
  CHECK(identity.address == "socket:" + db.server().socket());
  CHECK(identity.user == "sluice@localhost");
}

TEST_CASE("errors of MySQL say whether to try again, and what to do") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE USER secret@localhost IDENTIFIED BY 'x';"
      "CREATE USER locked@localhost ACCOUNT LOCK;"
      "CREATE USER expired@localhost PASSWORD EXPIRE");
  for (const char* user : {"secret", "locked", "expired"}) {
    CAPTURE(user);
    const model::Error error = error_of(endpoint_as(db, user));
    CHECK(error.kind() == model::ErrorKind::config);
    CHECK_FALSE(error.hint().empty());
  }
  const model::Endpoint right = endpoint_of(db);
  CHECK(error_of(right, "SELECT * FROM missing").kind() == model::ErrorKind::drift);
  CHECK(error_of(right, "SELEKT").kind() == model::ErrorKind::internal);
  CHECK(
      error_of(right, "SELECT /*+ MAX_EXECUTION_TIME(1) */ SLEEP(5) FROM information_schema.tables")
          .kind() == model::ErrorKind::interrupted);
  CHECK(error_of(right, "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").retry() ==
        model::Retry::same_session);
}

TEST_CASE("columns of MySQL are read with exact types, and defaults as SQL") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, j json,"
      "a varchar(40) DEFAULT 'it''s', b decimal(12,3) DEFAULT 1.5, c varchar(40) DEFAULT "
      "'CURRENT_TIMESTAMP', d datetime(3) DEFAULT CURRENT_TIMESTAMP(3), e int DEFAULT (1 + 2),"
      "f varchar(40) DEFAULT (CONCAT('it''s \\\\', '\\n')), g bit(3) DEFAULT b'101',"
      "h binary(2) DEFAULT 'ab', i date DEFAULT '2020-01-02', k int INVISIBLE, l varchar(9) AS "
      "(CONCAT(a, '''')) STORED, m geometrycollection, n vector(3), o bool)");
  const model::Table t = table_of(db, "t");
  const auto type = [&](const char* name) { return t.find_column(name)->type; };
  CHECK(type("id").is_unsigned);
  CHECK(t.find_column("id")->identity == model::Identity::auto_increment);
  CHECK(type("j").base == "json");
  CHECK(type("a").collation == "utf8mb4_0900_ai_ci");
  CHECK(default_of(t, "a") == "'it''s'");
  CHECK(default_of(t, "b") == "1.500");
  CHECK(default_of(t, "c") == "'CURRENT_TIMESTAMP'");
  CHECK(default_of(t, "d") == "CURRENT_TIMESTAMP(3)");
  CHECK(default_of(t, "e") == "(1 + 2)");
  CHECK(default_of(t, "f") == R"(concat(_utf8mb4'it\'s \\',_utf8mb4'\n'))");
  CHECK(default_of(t, "g") == "b'101'");
  CHECK(default_of(t, "h") == "0x6162");
  CHECK(default_of(t, "i") == "'2020-01-02'");
  CHECK(t.find_column("k") != nullptr);
  CHECK(t.find_column("l")->generated == model::Generated::stored);
  CHECK(t.find_column("l")->generation_sql == R"(concat(`a`,_utf8mb4'\''))");
  CHECK(codec::mysql_kind(type("m")) == codec::MysqlKind::geometry);
  CHECK(codec::mysql_kind(type("n")) == codec::MysqlKind::binary);
  CHECK(codec::is_mysql_boolean(type("o")));
}

TEST_CASE("indexes and checks of MySQL are read as they would be made") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), p point NOT NULL SRID 0,"
      "KEY e ((a + 1), b(3)), KEY d (a DESC, id) INVISIBLE, SPATIAL KEY s (p),"
      "CONSTRAINT yes CHECK (b <> 'it''s'), CONSTRAINT no CHECK (a > 0) NOT ENFORCED)");
  const model::Table t = table_of(db, "t");
  Texts definitions;
  for (const model::Index& index : t.indexes) definitions.push_back(index.definition);
  CHECK(definitions == Texts{"PRIMARY KEY (`id`)", "KEY `d` (`a` DESC, `id`) INVISIBLE",
                             "KEY `e` (((`a` + 1)), `b`(3))", "SPATIAL KEY `s` (`p`)"});
  Texts checks;
  for (const model::Check& check : t.checks) checks.push_back(check.definition);
  CHECK(checks == Texts{"CHECK ((`a` > 0)) NOT ENFORCED", R"(CHECK ((`b` <> _utf8mb4'it\'s')))"});
}

TEST_CASE("defaults of MySQL are read as they are") {
  NEEDS_MYSQL();
  check_defaults_are_exact(MysqlDatabase());
}

TEST_CASE("texts in expressions of MySQL are read as they are") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  const std::string text = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  db.run("CREATE TABLE t (`\xc3\xa9` varchar(9), g varchar(30) AS (CONCAT(`\xc3\xa9`, '" + text +
         "')), d text DEFAULT (CONCAT('" + text + "', 'x')), KEY k ((CONCAT(`\xc3\xa9`, '" + text +
         "'))), CONSTRAINT c CHECK (`\xc3\xa9` <> '" + text + "'))");
  const model::Table t = table_of(db, "t");
  const std::string concat = "concat(`\xc3\xa9`,_utf8mb4'" + text + "')";
  CHECK(t.find_column("g")->generation_sql == concat);
  CHECK(default_of(t, "d") == "concat(_utf8mb4'" + text + "',_utf8mb4'x')");
  CHECK(t.indexes.at(0).parts.at(0).expression == concat);
  CHECK(t.checks.at(0).definition == "CHECK ((`\xc3\xa9` <> _utf8mb4'" + text + "'))");
}

TEST_CASE("what a MySQL user may change is found, through roles of roles and everybody's roles") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  const std::string on_db = " ON " + db.name() + ".* TO ";
  db.run(
      "CREATE TABLE t (id int primary key); CREATE ROLE cleaner, chief; CREATE USER "
      "only_reads@localhost, may_become@localhost, defines@localhost;"
      "GRANT SELECT, SHOW VIEW" +
      on_db +
      "only_reads@localhost, may_become@localhost, defines@localhost;"
      "GRANT REPLICATION CLIENT, FLUSH_TABLES, BACKUP_ADMIN ON *.* TO only_reads@localhost;"
      "GRANT BACKUP_ADMIN, SET_ANY_DEFINER ON *.* TO defines@localhost;"
      "GRANT DROP" +
      on_db + "cleaner; GRANT cleaner TO chief; GRANT chief TO may_become@localhost");
  CHECK(privileges_of(db, "only_reads").empty());
  CHECK(privileges_of(db, "defines") == Texts{"SET_ANY_DEFINER on *.*"});
  CHECK(privileges_of(db, "may_become") == Texts{"DROP on DB.*"});
  db.run("CREATE ROLE everybody; GRANT INSERT ON *.* TO everybody");
  db.run("SET GLOBAL mandatory_roles = 'everybody'");
  const Texts found = privileges_of(db, "only_reads");
  db.run("SET GLOBAL mandatory_roles = ''");
  CHECK(found == Texts{"INSERT on *.*"});
}

}  // namespace sluice::test::mysql
