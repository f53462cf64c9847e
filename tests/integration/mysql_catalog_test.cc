// Sessions of Connector/C++, and what the catalogue of a MariaDB server says.

#include <algorithm>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "sluice/db/removal.h"
#include "sluice/model/error.h"

#include "integration/mysql_catalog_fixture.h"

namespace sluice::test::mysql {
namespace {

model::Column column_of(const model::Table& table, const std::string& name) {
  const model::Column* const column = table.find_column(name);
  REQUIRE(column != nullptr);
  return *column;
}

}  // namespace

TEST_CASE("a session of MariaDB has the settings that reading relies on, and cannot write") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key)");
  const auto session = session_of(db);
  CHECK(session->engine() == model::Engine::mariadb);
  CHECK(session->query("SELECT @@time_zone").value() == "+00:00");
  CHECK(session->query("SELECT @@character_set_results").value() == "utf8mb4");
  CHECK(session->query("SELECT @@tx_isolation").value() == "REPEATABLE-READ");
  CHECK_THROWS_AS(session->query("INSERT INTO t VALUES (1)"), model::Error);
  CHECK_THROWS_AS(db::open_session(endpoint_of(db), db::Purpose::target), model::Error);
}

TEST_CASE("what a removal on MariaDB has locked is let go a minute after its client is gone") {
  const MariadbDatabase db;
  const auto removal = db::open_rows(endpoint_of(db), db::Purpose::removal);
  CHECK(removal->query("SELECT @@idle_transaction_timeout", {}).value() == "60");
  // Who only reads may have to wait for the other side for as long as that takes.
  CHECK(session_of(db)->query("SELECT @@idle_transaction_timeout").value() == "0");
}

TEST_CASE(
    "parameters of a MariaDB session arrive byte for byte, and results as the server writes") {
  const MariadbDatabase db;
  const auto session = session_of(db);
  for (const std::string& text :
       {std::string("plain"), std::string(""), std::string("it's \\ `?` -- \" % _"),
        std::string("a\0b\n\r\x1a", 6), std::string("\xf0\x9f\x98\x80 \xc3\xbc")}) {
    const db::QueryResult result = session->query("SELECT ?, HEX(?), '?', ? IS NULL /* ? */ -- ?\n",
                                                  {text, text, std::nullopt});
    CHECK(result.rows.at(0).at(0) == text);
    CHECK(result.rows.at(0).at(2) == "?");
    CHECK(result.rows.at(0).at(3) == "1");
  }
  const db::QueryResult result =
      session->query("SELECT 0.1e0 + 0.2e0 AS a, NULL AS b, x'00ff' AS c, DATE '2020-01-02' AS d");
  CHECK(result.columns == Texts{"a", "b", "c", "d"});
  CHECK(result.rows.at(0).at(0) == "0.30000000000000004");
  CHECK_FALSE(result.rows.at(0).at(1));
  CHECK(result.rows.at(0).at(2) == std::string("\0\xff", 2));
  CHECK_THROWS_AS(session->query("SELECT ?", {"a", "b"}), model::Error);
}

TEST_CASE("a transaction of a MariaDB session is one picture") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key)");
  const auto session = session_of(db);
  session->begin();
  CHECK(session->query("SELECT COUNT(*) FROM t").value() == "0");
  db.run("INSERT INTO t VALUES (1)");
  CHECK(session->query("SELECT COUNT(*) FROM t").value() == "0");
  session->commit();
  CHECK(session->query("SELECT COUNT(*) FROM t").value() == "1");
}

TEST_CASE("errors of MariaDB say whether to try again, and what to do") {
  const MariadbDatabase db;
  db.run(
      "CREATE USER IF NOT EXISTS nobody@localhost; "
      "CREATE USER IF NOT EXISTS secret@localhost IDENTIFIED BY 'x'");
  const model::Error password = error_of(endpoint_as(db, "secret"));
  CHECK(password.kind() == model::ErrorKind::config);
  CHECK_FALSE(password.hint().empty());
  CHECK(error_of(endpoint_as(db, "nobody")).kind() == model::ErrorKind::config);

  model::Endpoint wrong = endpoint_of(db);
  wrong.database = "nowhere";
  CHECK(error_of(wrong).kind() == model::ErrorKind::config);
  wrong.socket = "/nonexistent/socket";
  CHECK(error_of(wrong).kind() == model::ErrorKind::connection);
  CHECK(error_of(wrong).retry() == model::Retry::new_session);

  const model::Endpoint right = endpoint_of(db);
  CHECK(error_of(right, "SELECT * FROM missing").kind() == model::ErrorKind::drift);
  CHECK(error_of(right, "SELEKT").kind() == model::ErrorKind::internal);
  CHECK(error_of(right, "KILL CONNECTION_ID()").retry() == model::Retry::new_session);
  CHECK(error_of(right, "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213").retry() ==
        model::Retry::same_session);
  CHECK(error_of(right, "SELECT * FROM missing").retry() == model::Retry::never);
}

TEST_CASE("the option file's groups say where the server is, the endpoint's own words go first") {
  const MariadbDatabase db;
  model::Endpoint endpoint = endpoint_of(db);
  CHECK(db::read_identity(*db::open_session(endpoint, db::Purpose::source)).address ==
        "socket:" + db.server().socket());
  endpoint.group = "client_tcp";
  const auto session = db::open_session(endpoint, db::Purpose::source);
  const model::ServerIdentity identity = db::read_identity(*session);
  CHECK(identity.address.ends_with(":" + std::to_string(db.server().port())));
  CHECK(identity.engine == model::Engine::mariadb);
  CHECK(identity.version_number > 100000);
  CHECK_FALSE(identity.identity.empty());
  CHECK(identity.database == db.name());
  CHECK(identity.user == "sluice@127.0.0.1");
  endpoint.group = "";
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(db.server().port());
  CHECK(db::open_session(endpoint, db::Purpose::source)->query("SELECT 1").value() == "1");
}

TEST_CASE("columns of MariaDB are read with exact types, defaults and what generates them") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'the \\'id\\'',"
      "a varchar(40) CHARACTER SET latin1 DEFAULT 'it''s', b decimal(12,3) NOT NULL DEFAULT 1.5,"
      "c timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),"
      "d enum('x','y''z','') DEFAULT 'x', e int AS (b + 1) VIRTUAL, f int AS (b + 2) STORED,"
      "g json, h bit(9), i text, j int DEFAULT NULL, k int INVISIBLE, l int DEFAULT (1 + 2),"
      "CONSTRAINT positive CHECK (b > 0)) COMMENT 'a table'");
  const model::Table t = table_of(db, "t");
  CHECK(t.kind == "table");
  CHECK(t.storage_engine == "InnoDB");
  CHECK(t.comment == "a table");
  const model::Column id = column_of(t, "id");
  CHECK(id.type.base == "int");
  CHECK(id.type.is_unsigned);
  CHECK_FALSE(id.nullable);
  CHECK(id.identity == model::Identity::auto_increment);
  CHECK(id.comment == "the 'id'");
  const model::Column a = column_of(t, "a");
  CHECK(a.type.length == 40);
  CHECK(a.type.charset == "latin1");
  CHECK(a.type.collation == "latin1_swedish_ci");
  CHECK(a.default_sql == "'it''s'");
  CHECK(column_of(t, "b").type.precision == 12);
  CHECK(column_of(t, "b").type.scale == 3);
  CHECK(column_of(t, "b").default_sql == "1.500");
  CHECK(column_of(t, "c").type.fraction_digits == 3);
  CHECK(column_of(t, "c").default_sql == "current_timestamp(3)");
  CHECK(column_of(t, "c").extra == "on update current_timestamp(3)");
  CHECK(column_of(t, "d").type.members == Texts{"x", "y'z", ""});
  CHECK(column_of(t, "e").generated == model::Generated::virtual_column);
  CHECK(column_of(t, "f").generated == model::Generated::stored);
  CHECK(column_of(t, "f").generation_sql == "`b` + 2");
  CHECK(column_of(t, "g").type.base == "json");
  CHECK(column_of(t, "g").type.sql == "longtext");
  CHECK(column_of(t, "h").type.length == 9);
  CHECK(column_of(t, "i").type.base == "text");
  CHECK_FALSE(column_of(t, "j").default_sql);
  CHECK(column_of(t, "k").extra == "INVISIBLE");
  CHECK(column_of(t, "l").default_sql == "(1 + 2)");
  CHECK(std::any_of(t.checks.begin(), t.checks.end(), [](const model::Check& check) {
    return check.name == "positive" && check.definition == "CHECK (`b` > 0)";
  }));
}

TEST_CASE("keys, indexes, foreign keys and triggers of MariaDB are read") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE p (a int, b varchar(20), PRIMARY KEY (b, a));"
      "CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c text, UNIQUE KEY u (a, b),"
      "KEY prefix (c(7)), KEY down (a DESC), FULLTEXT KEY words (c),"
      "CONSTRAINT fk FOREIGN KEY (b, a) REFERENCES p (b, a) ON DELETE CASCADE);"
      "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;"
      "CREATE VIEW v AS SELECT * FROM t");
  const model::Table t = table_of(db, "t");
  const model::Table p = table_of(db, "p");
  REQUIRE(p.primary_key() != nullptr);
  CHECK(p.primary_key()->definition == "PRIMARY KEY (`b`, `a`)");
  std::set<std::string> definitions;
  for (const model::Index& index : t.indexes) definitions.insert(index.definition);
  CHECK(definitions.count("UNIQUE KEY `u` (`a`, `b`)") == 1);
  CHECK(definitions.count("KEY `prefix` (`c`(7))") == 1);
  CHECK(definitions.count("KEY `down` (`a` DESC)") == 1);
  CHECK(definitions.count("FULLTEXT KEY `words` (`c`)") == 1);
  REQUIRE(t.foreign_keys.size() == 1);
  CHECK(t.foreign_keys[0].columns == Texts{"b", "a"});
  CHECK(t.foreign_keys[0].referenced == model::QualifiedName{db.name(), "p"});
  CHECK(t.foreign_keys[0].referenced_columns == Texts{"b", "a"});
  CHECK(t.foreign_keys[0].on_delete == "CASCADE");
  REQUIRE(t.triggers.size() == 1);
  CHECK(t.triggers[0].definition == "BEFORE INSERT: SET NEW.a = 1");
  CHECK(table_of(db, "v").kind == "view");
}

TEST_CASE("a MariaDB user who may only read tables sees every foreign key with its rules") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE p (id int PRIMARY KEY);"
      "CREATE TABLE c (id int PRIMARY KEY, a int, b int, "
      "CONSTRAINT one FOREIGN KEY (a) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE, "
      "CONSTRAINT two FOREIGN KEY (b) REFERENCES p (id));"
      "CREATE USER key_reader@localhost; GRANT SELECT ON " +
      db.name() + ".* TO key_reader@localhost");
  const auto definitions = [](const model::Table& table) {
    Texts texts;
    for (const model::ForeignKey& key : table.foreign_keys) texts.push_back(key.definition);
    return texts;
  };
  const auto session = db::open_session(endpoint_as(db, "key_reader"), db::Purpose::catalog);
  const Texts seen = definitions(*db::read_catalog(*session).find({db.name(), "c"}));
  CHECK(seen.size() == 2);
  CHECK(seen == definitions(table_of(db, "c")));
  db.run("DROP USER key_reader@localhost");
}

TEST_CASE("tables without snapshots and estimates are told by the catalogue") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE m (id int PRIMARY KEY) ENGINE=MyISAM;"
      "CREATE TABLE h (id int PRIMARY KEY) WITH SYSTEM VERSIONING;"
      "CREATE TABLE t (id int PRIMARY KEY, v char(200)) AS SELECT seq AS id, 'x' AS v "
      "FROM seq_1_to_5000; ANALYZE TABLE t");
  CHECK_FALSE(codec::mysql_engine_has_snapshots(table_of(db, "m").storage_engine));
  CHECK(codec::mysql_engine_has_snapshots(table_of(db, "h").storage_engine));
  CHECK(table_of(db, "h").kind == "system versioned table");
  const model::Table t = table_of(db, "t");
  CHECK(t.estimated_rows > 4000);
  CHECK(t.estimated_rows < 6000);
  CHECK(t.estimated_bytes > 5000 * 200);
  const auto session = session_of(db);
  CHECK(db::read_storage(*session).database_bytes > 5000 * 200);
}

TEST_CASE("what a MariaDB user may change is found, through roles and patterns too") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key, v int)");
  const std::string on_db = " ON " + db.name() + ".* TO ";
  const auto make = [&](const std::string& user, const std::string& grants) {
    db.run("CREATE OR REPLACE USER " + user + "@localhost;" + grants);
  };
  make("only_reads", "GRANT SELECT, SHOW VIEW, LOCK TABLES, TRIGGER, EVENT" + on_db +
                         "only_reads@localhost; GRANT RELOAD, PROCESS, BINLOG MONITOR ON *.* TO "
                         "only_reads@localhost");
  CHECK(privileges_of(db, "only_reads").empty());
  make("deletes", "GRANT SELECT, DELETE" + on_db + "deletes@localhost");
  CHECK(privileges_of(db, "deletes") == Texts{"DELETE on DB.*"});
  make("owns", "GRANT ALL ON *.* TO owns@localhost");
  CHECK(privileges_of(db, "owns") == Texts{"ALL PRIVILEGES on *.*"});
  make("edits", "GRANT SELECT, UPDATE (v), INSERT (id, v) ON " + db.name() +
                    ".t TO edits@localhost; GRANT SELECT" + on_db + "edits@localhost");
  CHECK(privileges_of(db, "edits") == Texts{"INSERT on DB.t", "UPDATE on DB.t"});
  make("elsewhere", "GRANT SELECT" + on_db +
                        "elsewhere@localhost; CREATE DATABASE IF NOT EXISTS "
                        "other; GRANT DELETE ON other.* TO elsewhere@localhost");
  CHECK(privileges_of(db, "elsewhere").empty());
  make("may_become", "CREATE OR REPLACE ROLE cleaner; GRANT DROP" + on_db +
                         "cleaner; GRANT SELECT" + on_db +
                         "may_become@localhost; GRANT cleaner TO may_become@localhost");
  CHECK(privileges_of(db, "may_become") == Texts{"DROP on DB.*"});
}

TEST_CASE("ranges of a sparse table hold rows, all of them") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id bigint primary key) AS SELECT seq AS id FROM seq_1_to_1000;"
      "INSERT INTO t SELECT 5000000000000000 + seq FROM seq_1_to_18; ANALYZE TABLE t;"
      "CREATE TABLE dense (id bigint primary key) AS SELECT seq * 7 AS id FROM seq_1_to_40000;"
      "ANALYZE TABLE dense; CREATE TABLE none (id int primary key)");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = *sessions.sessions.at(0);
  const auto rows_of_ranges = [&](const std::string& name, std::size_t pieces) {
    std::vector<std::size_t> rows;
    const db::TableRead table = table_read(db, name);
    for (const model::KeyRange& range :
         db::cut_ranges(session, table, model::RangeKind::key, pieces)) {
      rows.push_back(read_all(session, table, range).size());
    }
    return rows;
  };
  const std::vector<std::size_t> sparse = rows_of_ranges("t", 10);
  CHECK(sparse.size() >= 5);
  CHECK(sparse.size() <= 10);
  for (const std::size_t rows : sparse) {
    CHECK(rows > 0);
    CHECK(rows < 400);
  }
  const std::vector<std::size_t> dense = rows_of_ranges("dense", 8);
  CHECK(dense.size() == 8);
  for (const std::size_t rows : dense) {
    CHECK(rows > 2000);
    CHECK(rows < 10000);
  }
  CHECK(rows_of_ranges("none", 8) == std::vector<std::size_t>{0});
  CHECK(rows_of_ranges("dense", 1) == std::vector<std::size_t>{40000});
}

TEST_CASE("defaults of MariaDB are read as they are") {
  check_defaults_are_exact(MariadbDatabase());
}

}  // namespace sluice::test::mysql
