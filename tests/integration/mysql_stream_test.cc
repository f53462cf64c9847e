// Reading ranges of a MariaDB table: chains of batches, early ends, and every shape of key.

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"

namespace sluice::test::mysql {
namespace {

using Texts = std::vector<std::string>;

/// Reads the range as runs that are interrupted after every batch: each stream starts where the
/// batch before said. Budgets are random, so that batches end anywhere.
Texts read_in_chain(db::SourceSession& session, const db::TableRead& table, model::KeyRange range,
                    std::mt19937& random) {
  Texts texts;
  db::SourceBatch batch;
  while (session.read(table, range)->read(batch, 1 + random() % 2000)) {
    for (std::string& text : texts_of(batch, table)) texts.push_back(std::move(text));
    if (!batch.next) break;
    range.lower = batch.next;
  }
  return texts;
}

/// That chains of batches, over the whole table and over its ranges, give every row once and in the
/// key order of one plain SELECT.
void check_chains(const MariadbDatabase& db, const std::string& name,
                  const std::map<std::string, codec::Carrier>& carriers = {}) {
  const db::TableRead table = table_read(db, name, carriers);
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = *sessions.sessions.at(0);
  const auto seed = static_cast<unsigned>(std::random_device{}());
  CAPTURE(name, seed);
  std::mt19937 random(seed);
  const Texts all = read_all(session, table, {});
  CHECK(std::to_string(all.size()) == db.value("SELECT COUNT(*) FROM " + name));
  CHECK(read_in_chain(session, table, {}, random) == all);
  Texts by_ranges;
  for (const model::KeyRange& range :
       db::cut_ranges(session, table, model::RangeKind::key, 1 + random() % 7)) {
    for (std::string& text : read_in_chain(session, table, range, random)) {
      by_ranges.push_back(std::move(text));
    }
  }
  CHECK(by_ranges == all);
}

/// The plan that the server makes for the key order of the table's first range.
std::string plan_of(const MariadbDatabase& db, const std::string& sql) {
  return to_text(db.query("EXPLAIN " + sql));
}

db::SourceSession& first_of(const db::SnapshotSessions& sessions) {
  return *sessions.sessions.at(0);
}

}  // namespace

TEST_CASE("a table of no rows and one of one row are read to their ends") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE none (id int primary key); CREATE TABLE one (id int primary key);"
      "INSERT INTO one VALUES (7)");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceBatch batch;
  const auto none = first_of(sessions).read(table_read(db, "none"), {});
  CHECK_FALSE(none->read(batch, 100));
  CHECK_FALSE(none->read(batch, 100));
  const auto one = first_of(sessions).read(table_read(db, "one"), {});
  CHECK(one->read(batch, 1));
  CHECK(batch.rows.rows() == 1);
  CHECK_FALSE(batch.next);
  CHECK_FALSE(one->read(batch, 1));
}

TEST_CASE("a batch ends where its budget is full and names the key of the next row") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int primary key, v char(100)) AS "
      "SELECT seq * 10 AS id, REPEAT('x', 100) AS v FROM seq_1_to_100");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const auto stream = first_of(sessions).read(table_read(db, "t"), {});
  db::SourceBatch batch;
  std::size_t rows = 0;
  while (stream->read(batch, 1000)) {
    rows += batch.rows.rows();
    CHECK(batch.rows.byte_count() >= (batch.next ? 1000U : 1U));
    CHECK(batch.rows.byte_count() < 1200);
    if (batch.next) CHECK(batch.next->values == Texts{std::to_string((rows + 1) * 10)});
  }
  CHECK(rows == 100);
}

TEST_CASE("a table without a key is one stream, whose batches count its rows") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (v int) AS SELECT seq AS v FROM seq_1_to_1000");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const db::TableRead table = table_read(db, "t");
  CHECK(db::cut_ranges(first_of(sessions), table, model::RangeKind::whole, 8).size() == 1);
  CHECK_THROWS_AS(static_cast<void>(first_of(sessions).read(table, {})), model::Error);
  model::KeyRange range = whole_table();
  const auto stream = first_of(sessions).read(table, range);
  db::SourceBatch batch;
  std::size_t rows = 0;
  while (stream->read(batch, 2000)) {
    rows += batch.rows.rows();
    if (!batch.next) continue;
    CHECK(batch.next->values == Texts{std::to_string(rows)});
    range.lower = batch.next;
  }
  CHECK(rows == 1000);
}

TEST_CASE("a stream of a table without a key goes on where another of its snapshot stopped") {
  const MariadbDatabase db;
  // Read by the index, the rows would come in another order.
  db.run("CREATE TABLE t (v int, UNIQUE KEY (v)) AS SELECT 1000 - seq AS v FROM seq_1_to_1000");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const db::TableRead table = table_read(db, "t");
  const Texts all = read_all(first_of(sessions), table, whole_table());
  Texts parts;
  for (const auto& [lower, upper] :
       {std::pair(0, 300), std::pair(300, 301), std::pair(301, 1001)}) {
    model::KeyRange range = whole_table();
    if (lower > 0) range.lower = model::Key{{std::to_string(lower)}};
    if (upper <= 1000) range.upper = model::Key{{std::to_string(upper)}};
    for (std::string& row : read_all(first_of(sessions), table, range)) {
      parts.push_back(std::move(row));
    }
  }
  CHECK(all.size() == 1000);
  CHECK(parts == all);
}

TEST_CASE("chains of batches give every row once, in key order, for every shape of key") {
  const MariadbDatabase db;
  SECTION("dense integers") {
    db.run(
        "CREATE TABLE t (id bigint primary key, v varchar(40)) AS "
        "SELECT CAST(seq AS SIGNED) - 500 AS id, MD5(seq) AS v FROM seq_1_to_2000");
    check_chains(db, "t");
    check_chains(db, "t", {{"id", codec::Carrier::text}});
  }
  SECTION("unsigned integers at the end of their range") {
    db.run(
        "CREATE TABLE t (id bigint unsigned primary key, v varchar(40)) AS "
        "SELECT 18446744073709551615 - seq * 3 AS id, MD5(seq) AS v FROM seq_0_to_1000");
    check_chains(db, "t");
  }
  SECTION("1,018 integers over 5e15") {
    db.run(
        "CREATE TABLE t (id bigint primary key, v int) AS "
        "SELECT seq AS id, seq AS v FROM seq_1_to_1000;"
        "INSERT INTO t SELECT 5000000000000000 + seq * 77, seq FROM seq_1_to_18");
    check_chains(db, "t");
  }
  SECTION("composite") {
    db.run(
        "CREATE TABLE t (a smallint, b varchar(10), c datetime(3), d decimal(8,3), v int, "
        "PRIMARY KEY (a, b, c, d)) AS SELECT CAST(seq % 7 AS SIGNED) - 3 AS a, CONCAT('k', seq % "
        "13) AS b, "
        "'2020-01-01 00:00:00' + INTERVAL seq % 5 * 500000 MICROSECOND AS c, "
        "seq / 8 AS d, seq AS v FROM seq_1_to_1500");
    check_chains(db, "t");
  }
  SECTION("dates, zero and part-zero ones included") {
    db.run(
        "SET sql_mode = ''; CREATE TABLE t (d date primary key, v int) AS "
        "SELECT '2020-01-01' + INTERVAL seq DAY AS d, seq AS v FROM seq_1_to_300;"
        "INSERT INTO t VALUES ('0000-00-00', 1), ('2020-00-00', 2), ('2020-01-00', 3)");
    check_chains(db, "t");
  }
  SECTION("times on both sides of a day, as amounts") {
    db.run(
        "CREATE TABLE t (k time(2) primary key) AS "
        "SELECT SEC_TO_TIME(seq * 6011.25 - 3000000) AS k FROM seq_1_to_900");
    check_chains(db, "t");
    check_chains(db, "t", {{"k", codec::Carrier::interval}});
  }
  SECTION("timestamps") {
    db.run(
        "SET time_zone = '+02:00'; CREATE TABLE t (k timestamp(6) primary key) AS "
        "SELECT FROM_UNIXTIME(1500000000 + seq * 3600.125) AS k FROM seq_1_to_900");
    check_chains(db, "t");
  }
  SECTION("texts whose collation ignores case and accents") {
    db.run(
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_unicode_ci primary key, v int) AS "
        "SELECT CONCAT(IF(seq % 2, 'aa', 'AA'), IF(seq % 3, '\xc3\xa9', 'e'), seq) AS k, "
        "seq AS v FROM seq_1_to_900; INSERT INTO t VALUES ('', 0), ('\xf0\x9f\x98\x80', 1), "
        "('it''s \\\\', 2), ('ZZ', 3), ('zza', 4)");
    check_chains(db, "t");
  }
  SECTION("texts by their bytes: 'aa' and 'AA' are two keys") {
    db.run(
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_bin primary key, v int) AS "
        "SELECT CONCAT(IF(seq % 2, 'aa', 'AA'), seq DIV 2) AS k, seq AS v FROM seq_1_to_900;"
        "INSERT INTO t VALUES ('aa', 1), ('AA', 2), ('', 3)");
    check_chains(db, "t");
  }
  SECTION("texts of another character set") {
    db.run(
        "CREATE TABLE t (k varchar(20) CHARACTER SET latin1 COLLATE latin1_german1_ci "
        "primary key) AS SELECT CONCAT('z\xc3\xbcg', seq) AS k FROM seq_1_to_500");
    check_chains(db, "t");
  }
  SECTION("hexadecimal texts and text uuids, upper case") {
    db.run(
        "CREATE TABLE t (k char(32) COLLATE utf8mb4_bin primary key) AS "
        "SELECT UPPER(MD5(seq)) AS k FROM seq_1_to_900");
    check_chains(db, "t");
    db.run(
        "CREATE TABLE u (k char(36) COLLATE utf8mb4_bin primary key) AS SELECT CAST("
        "CONCAT_WS('-', LEFT(k, 8), SUBSTR(k, 9, 4), SUBSTR(k, 13, 4), SUBSTR(k, 17, 4), "
        "SUBSTR(k, 21)) AS CHAR(36)) AS k FROM t");
    check_chains(db, "u");
  }
  SECTION("binary") {
    db.run(
        "CREATE TABLE t (k varbinary(16) primary key) AS SELECT UNHEX(MD5(seq)) AS k FROM "
        "seq_1_to_900; INSERT INTO t VALUES (x''), (x'00'), (x'0000'), (x'ff')");
    check_chains(db, "t");
    db.run("CREATE TABLE u (k binary(16) primary key) AS SELECT k FROM t WHERE LENGTH(k) = 16");
    check_chains(db, "u", {{"k", codec::Carrier::uuid}});
  }
  SECTION("MariaDB's uuid") {
    db.run("CREATE TABLE t (k uuid primary key) AS SELECT UUID() AS k FROM seq_1_to_500");
    check_chains(db, "t", {{"k", codec::Carrier::text}});
  }
  SECTION("names that need quotes") {
    db.run(
        "CREATE TABLE `odd ``t` (`k ``? 'y` int primary key, `select` int) AS "
        "SELECT seq AS `k ``? 'y`, seq AS `select` FROM seq_1_to_300");
    const db::TableRead table = table_read(db, "odd `t");
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
    std::mt19937 random(1);
    CHECK(read_in_chain(first_of(sessions), table, {}, random).size() == 300);
  }
}

TEST_CASE("a range is read through the key's index, without a sort") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (a int, b varchar(10), v text, w varchar(40), PRIMARY KEY (a, b), "
      "KEY (w)) AS SELECT seq DIV 100 AS a, CONCAT('k', seq) AS b, REPEAT('x', 200) AS v, "
      "MD5(seq) AS w FROM seq_1_to_20000; ANALYZE TABLE t");
  // What read() sends, as its general log has it.
  db.run("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1; TRUNCATE mysql.general_log");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  model::KeyRange range;
  range.lower = model::Key{{"50", "k5050"}};
  range.upper = model::Key{{"60", "k6"}};
  CHECK(read_all(first_of(sessions), table, range).size() > 900);
  db.run("SET GLOBAL general_log = 0");
  const std::string sql = db.value(
      "SELECT argument FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE "
      "'%FORCE INDEX%'");
  const std::string plan = plan_of(db, sql);
  CAPTURE(sql, plan);
  CHECK(plan.find("range") != std::string::npos);
  CHECK(plan.find("PRIMARY") != std::string::npos);
  CHECK(plan.find("filesort") == std::string::npos);
}

TEST_CASE("a bound of a uuid key means the same as its order, and is found through the index") {
  const MariadbDatabase db;
  // Of version 1: MariaDB orders them by their swapped parts.
  db.run(
      "CREATE TABLE t (k uuid PRIMARY KEY, v text) AS SELECT UUID() AS k, REPEAT('x', 200) AS v "
      "FROM seq_1_to_5000; ANALYZE TABLE t");
  const std::string bound = db.value("SELECT k FROM t ORDER BY k LIMIT 1 OFFSET 4000");
  const std::string from = " FROM t FORCE INDEX (PRIMARY) WHERE k >= '" + bound + "'";
  CHECK(db.value("SELECT count(*)" + from) == "1000");
  const std::string plan = plan_of(db, "SELECT k, v" + from + " ORDER BY k");
  CAPTURE(plan);
  CHECK(plan.find("range") != std::string::npos);
  CHECK(plan.find("PRIMARY") != std::string::npos);
  CHECK(plan.find("filesort") == std::string::npos);
}

TEST_CASE("a stream that is destroyed early leaves its session and its snapshot usable") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int primary key, v varchar(200)) AS "
      "SELECT seq AS id, REPEAT('x', 200) AS v FROM seq_1_to_200000");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = first_of(sessions);
  db.run("INSERT INTO t VALUES (0, 'later')");
  for (int i = 0; i < 5; ++i) {
    const auto stream = session.read(table, {});
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 1000));
    CHECK(texts_of(batch, table).at(0).starts_with("1|"));
    CHECK_THROWS_AS(static_cast<void>(session.read(table, {})), model::Error);
  }
  CHECK(session.sql().query("SELECT COUNT(*) FROM t").value() == "200000");
}

TEST_CASE("a running read is cancelled from another thread") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key)");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = first_of(sessions);
  const auto start = std::chrono::steady_clock::now();
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      session.cancel();
    }
  });
  model::ErrorKind kind = model::ErrorKind::internal;
  try {
    session.sql().query("SELECT COUNT(*) FROM seq_1_to_100000000 a JOIN seq_1_to_1000 b");
  } catch (const model::Error& error) {
    kind = error.kind();
  }
  done = true;
  other.join();
  CHECK(kind == model::ErrorKind::interrupted);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a stream that is cancelled ends with an error, and its session can go on") {
  const MariadbDatabase db;
  db.run(
      "CREATE TABLE t (id int primary key, v varchar(400)) AS "
      "SELECT seq AS id, REPEAT('x', 400) AS v FROM seq_1_to_200000");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  db::SourceSession& session = first_of(sessions);
  {
    const auto stream = session.read(table, {});
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 1000));
    session.cancel();
    model::ErrorKind kind = model::ErrorKind::internal;
    try {
      while (stream->read(batch, 1 << 20)) {
      }
    } catch (const model::Error& error) {
      kind = error.kind();
    }
    CHECK(kind == model::ErrorKind::interrupted);
  }
  CHECK(session.sql().query("SELECT COUNT(*) FROM t").value() == "200000");
}

TEST_CASE("a column that was changed after the plan is drift, not other bytes") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id int primary key, v int); INSERT INTO t VALUES (1, 2)");
  const db::TableRead table = table_read(db, "t");
  const auto kind_of_reading = [&] {
    const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
    try {
      static_cast<void>(read_all(first_of(sessions), table, {}));
    } catch (const model::Error& error) {
      return error.kind();
    }
    return model::ErrorKind::internal;
  };
  db.run("ALTER TABLE t MODIFY v bigint");
  CHECK(kind_of_reading() == model::ErrorKind::drift);
  db.run("ALTER TABLE t MODIFY v int unsigned");
  CHECK(kind_of_reading() == model::ErrorKind::drift);
  db.run("ALTER TABLE t DROP v");
  CHECK(kind_of_reading() == model::ErrorKind::drift);
  db.run("DROP TABLE t");
  CHECK(kind_of_reading() == model::ErrorKind::drift);
}

TEST_CASE("a server that goes away during a read is an error that a new session may cure") {
  MariadbServer server;
  const MariadbDatabase db(server);
  db.run(
      "CREATE TABLE t (id int primary key, v varchar(200)) AS "
      "SELECT seq AS id, REPEAT('x', 200) AS v FROM seq_1_to_100000");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  const auto stream = first_of(sessions).read(table, {});
  db::SourceBatch batch;
  REQUIRE(stream->read(batch, 1000));
  server.stop_immediately();
  try {
    while (stream->read(batch, 1 << 20)) {
    }
    FAIL("the stream ended as if nothing had happened");
  } catch (const model::Error& error) {
    CAPTURE(error.what());
    CHECK(error.kind() == model::ErrorKind::connection);
    CHECK(error.retry() == model::Retry::new_session);
  }
  CHECK_THROWS_AS(stream->read(batch, 1000), model::Error);  // and not: no more rows
}

TEST_CASE("columns that cannot be a key are refused as one") {
  const MariadbDatabase db;
  db.run("CREATE TABLE t (id enum('b', 'a') primary key); INSERT INTO t VALUES ('a'), ('b')");
  const db::TableRead table = table_read(db, "t");
  const db::SnapshotSessions sessions = db::open_snapshot(endpoint_of(db), 1);
  model::KeyRange range;
  range.lower = model::Key{{"a"}};
  CHECK_THROWS_AS(static_cast<void>(first_of(sessions).read(table, range)), model::Error);
  CHECK(read_all(first_of(sessions), table, whole_table()).size() == 2);
}

}  // namespace sluice::test::mysql
