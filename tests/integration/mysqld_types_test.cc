// Values and keys that MySQL's own server holds otherwise than MariaDB, or alone.

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"

namespace sluice::test::mysql {
namespace {

using codec::Carrier;
using Texts = std::vector<std::string>;

Texts read_table(const MysqlDatabase& db, const std::map<std::string, Carrier>& carriers = {}) {
  const db::TableRead table = table_read(db, "t", carriers);
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  return read_all(*sessions.sessions.at(0), table, whole_table());
}

/// Puts the literals into a column of the type, in a session that refuses nothing, and reads them
/// back.
Texts read_values(const std::string& type, const Texts& literals,
                  const std::map<std::string, Carrier>& carriers = {}) {
  const MysqlDatabase db;
  std::string sql = "SET sql_mode = '', time_zone = '+00:00'; CREATE TABLE t (v " + type + ");";
  for (const std::string& literal : literals) sql += "INSERT INTO t VALUES (" + literal + ");";
  db.run(sql);
  return read_table(db, carriers);
}

/// Reads the table in batches of about one row, each from where the one before said, and over its
/// ranges; both must be the server's own order.
void check_chain(const MysqlDatabase& db) {
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = *sessions.sessions.at(0);
  const Texts all = read_all(session, table, {});
  CHECK(std::to_string(all.size()) == db.value("SELECT COUNT(*) FROM t"));
  Texts chain;
  Texts ranges;
  model::KeyRange rest;
  db::SourceBatch batch;
  while (session.read(table, rest)->read(batch, 400)) {
    for (std::string& text : texts_of(batch, table)) chain.push_back(std::move(text));
    if (!batch.next) break;
    rest.lower = batch.next;
  }
  for (const model::KeyRange& range : db::cut_ranges(session, table, model::RangeKind::key, 5)) {
    for (std::string& text : read_all(session, table, range)) ranges.push_back(std::move(text));
  }
  CHECK(chain == all);
  CHECK(ranges == all);
}

}  // namespace

TEST_CASE("MySQL's json arrives as the server prints it, its numbers and dates included") {
  NEEDS_MYSQL();
  CHECK(
      read_values("json", {R"('{"b": 1.10,  "a":[1e300, null]}')", "NULL",
                           "json_array(cast(1.10 as decimal(5,3)), date '2020-01-02', x'00ff', "
                           "18446744073709551615, '\xc3\xbc')"}) ==
      Texts{R"({"a": [1e300, null], "b": 1.1})", "NULL",
            "[1.100, \"2020-01-02\", \"base64:type15:AP8=\", 18446744073709551615, \"\xc3\xbc\"]"});
  CHECK(read_values("json", {"'[1]'"}, {{"v", Carrier::text}}) == Texts{"[1]"});
}

TEST_CASE("MySQL's vectors and shapes arrive as the server stores them") {
  NEEDS_MYSQL();
  CHECK(read_values("geometry", {"ST_GeomFromText('POINT(1 2)')", "NULL"}) ==
        Texts{"\\x000000000101000000000000000000f03f0000000000000040", "NULL"});
  const MysqlDatabase db;
  if (db.value("SELECT CAST(VERSION() AS UNSIGNED)") >= "9") {  // vectors came with 9.0
    CHECK(read_values("vector(2)", {"TO_VECTOR('[1, -2.5]')", "NULL"}) ==
          Texts{"\\x0000803f000020c0", "NULL"});
  }
}

TEST_CASE("MySQL's floats, times, dates and odd texts arrive as they are") {
  NEEDS_MYSQL();
  CHECK(read_values("double", {"0.1e0 + 0.2e0", "-0e0", "5e-324"}) ==
        Texts{"0.30000000000000004", "-0", "5e-324"});
  CHECK(read_values("bigint unsigned zerofill", {"18446744073709551615", "7"}) ==
        Texts{"18446744073709551615", "7"});
  CHECK(read_values("datetime(3)", {"'0000-00-00'", "'2020-00-01'", "'2020-02-03 04:05:06.789'"}) ==
        Texts{"!zero_date:0000-00-00 00:00:00.000", "!part_zero_date:2020-00-01 00:00:00.000",
              "2020-02-03 04:05:06.789"});
  CHECK(read_values("timestamp", {"'2020-02-03 04:05:06'"}) == Texts{"2020-02-03 04:05:06+00"});
  CHECK(read_values("time", {"'-838:59:59'"}, {{"v", Carrier::interval}}) == Texts{"-838:59:59"});
  CHECK(read_values("enum('', 'a')", {"''", "'nonsense'", "'a'"}) ==
        Texts{"", "!ambiguous_enum:", "a"});
  CHECK(read_values("bit(9)", {"b'100000001'"}) == Texts{"100000001"});
  CHECK(read_values("varchar(9) CHARACTER SET latin1", {"_latin1 x'e4'"}) == Texts{"\xc3\xa4"});
}

TEST_CASE("generated and invisible columns of MySQL are read like others") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (id int PRIMARY KEY, a int AS (id * 2) VIRTUAL, b int AS (id * 3) STORED, c "
      "int INVISIBLE DEFAULT 5); INSERT INTO t (id) VALUES (1)");
  CHECK(read_table(db) == Texts{"1|2|3|5"});
}

TEST_CASE("tables of MySQL are cut at keys of every collation and order") {
  NEEDS_MYSQL();
  const std::string words =
      "SELECT CONCAT(ELT(1 + seq % 5, 'a', 'A\xcc\x81', '\xc3\xa4', 'zz', '\xf0\x9f\x98\x80'), "
      "seq), "
      "REPEAT('x', 90) FROM seq_1_to_600";
  for (const char* key :
       {"varchar(20)", "varchar(20) COLLATE utf8mb4_0900_as_cs", "varchar(20) COLLATE utf8mb4_bin",
        "varchar(20) COLLATE utf8mb4_0900_bin", "varchar(20) COLLATE utf8mb4_general_ci",
        "char(20) COLLATE utf8mb4_unicode_ci"}) {
    CAPTURE(key);
    const MysqlDatabase db;
    db.run(std::string("CREATE TABLE t (k ") + key + " PRIMARY KEY, v varchar(100));" +
           "INSERT INTO t " + words + "; ANALYZE TABLE t");
    check_chain(db);
  }
  const std::string numbers = " FROM seq_1_to_600; ANALYZE TABLE t";
  for (const std::string& table :
       {"(k bigint unsigned PRIMARY KEY, v varchar(100)); INSERT INTO t SELECT "
        "18446744073709551615 - seq * 1000003, REPEAT('x', 90)" +
            numbers,
        "(a int, b int, v varchar(100), PRIMARY KEY (a DESC, b)); INSERT INTO t SELECT seq % 7, "
        "seq, REPEAT('x', 90)" +
            numbers,
        "(k binary(16) PRIMARY KEY, v varchar(100)); INSERT INTO t SELECT "
        "UNHEX(LEFT(SHA2(seq, 256), 32)), REPEAT('x', 90)" +
            numbers,
        "(k char(36) CHARACTER SET ascii PRIMARY KEY, v varchar(100)); INSERT INTO t SELECT "
        "BIN_TO_UUID(UNHEX(LEFT(SHA2(seq, 256), 32))), REPEAT('x', 90)" +
            numbers}) {
    CAPTURE(table);
    const MysqlDatabase db;
    db.run("CREATE TABLE t " + table);
    check_chain(db);
  }
}

TEST_CASE("ranges of a MySQL table hold about the same number of rows") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (id bigint primary key); INSERT INTO t SELECT seq * 7 FROM seq_1_to_40000;"
      "ANALYZE TABLE t");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = *sessions.sessions.at(0);
  const auto ranges = db::cut_ranges(session, table, model::RangeKind::key, 8);
  CHECK(ranges.size() == 8);
  for (const model::KeyRange& range : ranges) {
    const std::size_t rows = read_all(session, table, range).size();
    CHECK(rows > 2000);
    CHECK(rows < 10000);
  }
}

TEST_CASE("a key whose index the optimizer of MySQL must not see can be read by all the same") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE KEY a (a), UNIQUE KEY b (b) "
      "INVISIBLE); INSERT INTO t VALUES (1, 2), (2, 1)");
  db::TableRead table = table_read(db, "t");
  table.key = {1};
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  CHECK(read_all(*sessions.sessions.at(0), table, {}) == Texts{"2|1", "1|2"});
}

TEST_CASE("a stream of MySQL that is killed, or whose session is, says whether to try again") {
  NEEDS_MYSQL();
  const MysqlDatabase db;
  db.run(
      "CREATE TABLE t (id int primary key, v varchar(400)); INSERT INTO t SELECT seq, REPEAT('x', "
      "400) FROM seq_1_to_100000");
  const db::TableRead table = table_read(db, "t");
  const auto kill = [&](const std::string& what) {
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
    db::SourceSession& session = *sessions.sessions.at(0);
    const std::string id = session.sql().query("SELECT CONNECTION_ID()").value();
    const auto stream = session.read(table, {});
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 1000));
    db.run("KILL " + what + " " + id);
    try {
      while (stream->read(batch, 1 << 20)) {
      }
    } catch (const model::Error& error) {
      return error;
    }
    FAIL("the stream ended as if it were whole");
    return model::Error(model::ErrorKind::internal, "");
  };
  CHECK(kill("QUERY").kind() == model::ErrorKind::interrupted);
  CHECK(kill("CONNECTION").retry() == model::Retry::new_session);
}

}  // namespace sluice::test::mysql
