// Streams of PostgreSQL: every carrier, every kind of range, batches that follow each other without
// gap or overlap.
#include <algorithm>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/model/error.h"

#include "pg_fixture.h"

namespace sluice::test {
namespace {

using model::ErrorKind;
using model::Key;
using model::KeyRange;
using model::RangeKind;

constexpr std::size_t kManyBytes = std::size_t{64} << 20;

KeyRange whole_of(RangeKind kind) { return {kind, std::nullopt, std::nullopt}; }

struct Opened {
  explicit Opened(const PostgresDatabase& db, std::size_t count = 1)
      : snapshot(db::open_snapshot(endpoint_of(db), count)) {}
  [[nodiscard]] db::SourceSession& session(std::size_t i = 0) const {
    return *snapshot.sessions.at(i);
  }
  db::SnapshotSessions snapshot;
};

/// The plan that the server made for a stream of this session, as text.
std::string plan_of(db::SourceSession& session, const std::string& select) {
  std::string plan;
  session.sql().query(
      "SAVEPOINT p; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off;"
      "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_incremental_sort = off");
  for (const auto& row : session.sql().query("EXPLAIN " + select).rows)
    plan += row[0].value() + "\n";
  session.sql().query("ROLLBACK TO SAVEPOINT p");
  return plan;
}

}  // namespace

TEST_CASE("every PostgreSQL type comes as the server would print it") {
  const PostgresDatabase db;
  db.run(R"(
    CREATE EXTENSION citext; CREATE EXTENSION hstore;
    CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"', 'happy');
    CREATE TYPE pair AS (a int, b text);
    CREATE DOMAIN short AS varchar(5) CHECK (VALUE <> 'x');
    CREATE DOMAIN shorter AS short;
    CREATE TYPE span AS RANGE (subtype = numeric);
    CREATE TABLE t (
      n int, c_bool bool, c_int2 int2, c_int4 int4, c_int8 int8, c_float4 float4, c_float8 float8, c_numeric numeric,
      c_numeric2 numeric(12,2), c_text text, c_varchar varchar(20), c_char char(5), c_name name, c_one "char",
      c_bytea bytea, c_date date, c_time time, c_timetz timetz, c_timestamp timestamp(3), c_timestamptz timestamptz,
      c_interval interval, c_uuid uuid, c_json json, c_jsonb jsonb, c_bit bit(3), c_varbit varbit, c_oid oid,
      c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8, c_xml xml, c_mood mood, c_short short,
      c_shorter shorter, c_citext citext, c_hstore hstore, c_ints int[], c_texts text[], c_moods mood[], c_pair pair,
      c_int4range int4range, c_span span, c_tsvector tsvector, c_point point, c_money money, c_jsonpath jsonpath);
    INSERT INTO t (n) VALUES (1);
    INSERT INTO t VALUES (2, true, -32768, -2147483648, -9223372036854775808, '-0', 'NaN', 'NaN', -1234567890.12,
      E'a\tb\n"\\ \u00e9\U0001F600', 'x', 'ab', 'n', 'q', '\x00ff', '4713-01-01 BC', '24:00', '23:59:59.999999-15:59',
      '0044-03-15 BC', '294276-12-31 23:59:59.999999+00', '-1 mon 2 days -00:00:00.000001',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a" : 1}', '{"b": [1.10, "\u00e9"], "a": 1}', B'101', B'', 4294967295,
      '::ffff:1.2.3.4/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
      '<a b="1"/>', 'it''s "ok"', 'abc', 'z', 'MiXed', 'a=>1, b=>NULL', '{1,NULL,3}',
      '{"a,b",NULL,""}', '{sad,happy}', '(1,"x y")', '[1,10)', '[1.5,2.5]', 'fat:1A cat:2', '(1,2)', '-12.34', '$.a[*]');
    INSERT INTO t (n, c_float4, c_float8, c_numeric, c_date, c_timestamp, c_timestamptz, c_text, c_char, c_bytea, c_ints)
      VALUES (3, 'Infinity', 0.1, '-Infinity', 'infinity', '-infinity', '2024-02-29 12:00:00.5+09', '', '     ', '', '{}'),
             (4, 1e-45, 5e-324, 1e-400, '5874897-12-31', '2000-01-01', '1999-12-31 23:59:59.999999+00', 'NULL', 'abcde', '\x', '{{1,2},{3,4}}'),
             (5, 3.4028235e38, 1.7976931348623157e308, 1234567890123456789012345678901234567890.00, 'epoch', 'epoch', 'epoch', '\N', NULL, NULL, NULL))");
  const Opened opened(db);
  const db::TableRead table = table_read(db, {"public", "t"}, {});
  const std::vector<std::string> rows =
      read_in_one(opened.session(), table, whole_of(RangeKind::whole), kManyBytes);
  const std::vector<std::string> expected = server_texts(db, "SELECT * FROM t");
  REQUIRE(rows.size() == 5);
  CHECK(rows == expected);
}

TEST_CASE(
    "an xml value comes as it is stored, with the declaration that the server does not print") {
  const PostgresDatabase db;
  const std::string value = R"(<?xml version="1.0" encoding="UTF-8"?><a/>)";
  db.run("CREATE TABLE t (a xml); INSERT INTO t VALUES ('" + value + "')");
  const Opened opened(db);
  CHECK(read_in_one(opened.session(), table_read(db, {"public", "t"}, {}),
                    whole_of(RangeKind::whole), kManyBytes) == std::vector<std::string>{value});
}

TEST_CASE("a column asked for as text comes as text whatever its type") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a date, b numeric(6,2), c timestamptz, d uuid, e int);"
      "INSERT INTO t VALUES ('0044-03-15 BC', 1.5, '2024-02-29 12:00+09', "
      "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', -7)");
  db::TableRead table = table_read(db, {"public", "t"}, {});
  for (db::ReadColumn& column : table.columns) column.carrier = codec::Carrier::text;
  const Opened opened(db);
  CHECK(read_in_one(opened.session(), table, whole_of(RangeKind::whole), kManyBytes) ==
        server_texts(db, "SELECT * FROM t"));
}

TEST_CASE("batches of a key range follow each other without gap or overlap, whatever the budget") {
  const PostgresDatabase db;
  struct Case {
    std::string ddl;
    std::string columns;
    std::vector<std::string> key;
  };
  const Case tested =
      GENERATE(Case{"CREATE TABLE t (a int PRIMARY KEY, v text); INSERT INTO t SELECT g, "
                    "repeat('x', g % 300) FROM "
                    "generate_series(-500, 500) g",
                    "*",
                    {"a"}},
               Case{"CREATE TABLE t (a bigint PRIMARY KEY, v text); INSERT INTO t SELECT g * "
                    "5000000000000 + g % 3, 'v' FROM "
                    "generate_series(-500, 500) g",
                    "*",
                    {"a"}},
               Case{"CREATE TABLE t (v text, b int, a int, PRIMARY KEY (a, b)); INSERT INTO t "
                    "SELECT 'v' || g, g % 100, g / 100 "
                    "FROM generate_series(0, 1017) g",
                    "*",
                    {"a", "b"}},
               Case{"CREATE TABLE t (a uuid PRIMARY KEY, v int); INSERT INTO t SELECT "
                    "md5(g::text)::uuid, g FROM "
                    "generate_series(1, 1000) g",
                    "*",
                    {"a"}},
               Case{"CREATE TABLE t (a text PRIMARY KEY, v int); INSERT INTO t SELECT CASE g % 3 "
                    "WHEN 0 THEN 'it''s \\' WHEN 1 "
                    "THEN 'A-' ELSE E'\\u00e4\\n' END || g, g FROM generate_series(1, 1000) g",
                    "*",
                    {"a"}},
               Case{"CREATE EXTENSION citext; CREATE TABLE t (a citext PRIMARY KEY, v int); INSERT "
                    "INTO t SELECT CASE g % 2 WHEN 0 "
                    "THEN 'Ab' ELSE 'aB' END || g, g FROM generate_series(1, 1000) g",
                    "*",
                    {"a"}},
               Case{"CREATE TYPE e AS ENUM ('z', 'y', 'x'); CREATE TABLE t (a e, b timestamptz, v "
                    "int, PRIMARY KEY (a, b)); INSERT "
                    "INTO t SELECT (ARRAY['x','y','z']::e[])[1 + g % 3], timestamptz '2020-01-01' "
                    "+ g * interval '0.1 s', g FROM "
                    "generate_series(1, 1000) g",
                    "*",
                    {"a", "b"}},
               Case{"CREATE TABLE t (a numeric PRIMARY KEY, v bytea); INSERT INTO t SELECT g * "
                    "0.10, int4send(g) FROM "
                    "generate_series(1, 1000) g",
                    "*",
                    {"a"}});
  db.run(tested.ddl + "; ANALYZE t");
  const db::TableRead table = table_read(db, {"public", "t"}, tested.key);
  std::string order;
  for (const std::string& column : tested.key) order += (order.empty() ? "" : ", ") + column;
  const std::vector<std::string> expected = server_texts(db, "SELECT * FROM t ORDER BY " + order);
  const Opened opened(db);
  INFO(tested.ddl);

  std::mt19937 random(20261122);
  for (int i = 0; i < 5; ++i) {
    const std::size_t budget = std::uniform_int_distribution<std::size_t>(1, 20000)(random);
    INFO("budget " << budget);
    CHECK(read_in_one(opened.session(), table, whole_of(RangeKind::key), budget) == expected);
    const std::size_t coarse =
        std::max<std::size_t>(budget, 1000);  // a stream a batch: not a thousand of them
    CHECK(read_in_chain(opened.session(), table, whole_of(RangeKind::key), coarse) == expected);
  }

  for (const std::size_t pieces : {2U, 7U, 64U}) {
    std::vector<std::string> rows;
    for (const KeyRange& range : db::cut_ranges(opened.session(), table, RangeKind::key, pieces)) {
      const auto part = read_in_one(opened.session(), table, range, 5000);
      CHECK_FALSE(part.empty());
      rows.insert(rows.end(), part.begin(), part.end());
    }
    CHECK(rows == expected);
  }
}

TEST_CASE("a table is cut into pieces of about equal size, dense, sparse or skewed") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a bigint PRIMARY KEY, v text);"
      "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 100000) g;"
      "INSERT INTO t SELECT g * 5000000000000, 'x' FROM generate_series(1, 1018) g; ANALYZE t");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  const std::vector<KeyRange> ranges = db::cut_ranges(opened.session(), table, RangeKind::key, 8);
  REQUIRE(ranges.size() == 8);
  CHECK_FALSE(ranges.front().lower.has_value());
  CHECK_FALSE(ranges.back().upper.has_value());
  for (std::size_t i = 1; i < ranges.size(); ++i) CHECK(ranges[i].lower == ranges[i - 1].upper);
  for (const KeyRange& range : ranges) {
    const std::size_t rows = read_in_one(opened.session(), table, range, kManyBytes).size();
    CHECK(rows > 101018 / 8 / 2);
    CHECK(rows < 101018 / 8 * 2);
  }
}

TEST_CASE("empty and tiny tables are one range, or few, and nothing is lost") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t0 (a int PRIMARY KEY); CREATE TABLE t1 (a int PRIMARY KEY); INSERT INTO t1 "
      "VALUES (7)");
  const Opened opened(db);
  for (const RangeKind kind : {RangeKind::key, RangeKind::ctid, RangeKind::whole}) {
    const db::TableRead empty = table_read(db, {"public", "t0"}, {"a"});
    const db::TableRead one = table_read(db, {"public", "t1"}, {"a"});
    CHECK(db::cut_ranges(opened.session(), empty, kind, 8) ==
          std::vector<KeyRange>{whole_of(kind)});
    CHECK(db::cut_ranges(opened.session(), one, kind, 8) == std::vector<KeyRange>{whole_of(kind)});
    db::SourceBatch batch;
    const auto stream = opened.session().read(empty, whole_of(kind));
    CHECK_FALSE(stream->read(batch, 1));
    CHECK(batch.rows.empty());
  }
}

TEST_CASE("one row is a batch without a next, and the stream then is at its end") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (7)");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  for (const RangeKind kind : {RangeKind::key, RangeKind::ctid, RangeKind::whole}) {
    const auto stream = opened.session().read(table, whole_of(kind));
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 1));
    CHECK(batch.rows.rows() == 1);
    CHECK_FALSE(batch.next.has_value());
    CHECK_FALSE(stream->read(batch, 1));
  }
}

TEST_CASE(
    "a table is read by ctid without gap or overlap, with and without values outside its rows") {
  const PostgresDatabase db;
  const bool large = GENERATE(false, true);
  db.run(
      "CREATE TABLE t (a int, v text, w text); ALTER TABLE t ALTER w SET STORAGE EXTERNAL;"
      "INSERT INTO t SELECT g, repeat(md5(g::text), g % 30) FROM generate_series(1, 20000) g;"
      "DELETE FROM t WHERE a % 7 = 0 OR a BETWEEN 5000 AND 9000");
  db.run("VACUUM t");
  if (large) db.run("UPDATE t SET w = repeat('y', 10000) WHERE a % 100 = 1");
  const db::TableRead table = table_read(db, {"public", "t"}, {});
  const std::vector<std::string> expected = server_texts(db, "SELECT * FROM t ORDER BY ctid");
  const Opened opened(db);
  for (const std::size_t budget : {std::size_t{3000}, std::size_t{100000}, kManyBytes}) {
    CHECK(read_in_one(opened.session(), table, whole_of(RangeKind::ctid), budget) == expected);
    CHECK(read_in_chain(opened.session(), table, whole_of(RangeKind::ctid),
                        std::max<std::size_t>(budget, 50000)) == expected);
  }
  std::vector<std::string> rows;
  const std::vector<KeyRange> ranges = db::cut_ranges(opened.session(), table, RangeKind::ctid, 5);
  CHECK(ranges.size() == 5);
  for (const KeyRange& range : ranges) {
    const auto part = read_in_one(opened.session(), table, range, 30000);
    rows.insert(rows.end(), part.begin(), part.end());
  }
  CHECK(rows == expected);
}

TEST_CASE("a block full of large values is cut inside the block") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL;"
      "INSERT INTO t SELECT g, repeat('x', 1 << 20) FROM generate_series(1, 20) g");
  const db::TableRead table = table_read(db, {"public", "t"}, {});
  const Opened opened(db);
  const auto stream = opened.session().read(table, whole_of(RangeKind::ctid));
  db::SourceBatch batch;
  std::size_t rows = 0;
  while (stream->read(batch, std::size_t{3} << 20)) {
    CHECK(batch.rows.byte_count() <= std::size_t{3} << 20);
    rows += batch.rows.rows();
  }
  CHECK(rows == 20);
}

TEST_CASE("steps of blocks stay near the budget") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int, v text); INSERT INTO t SELECT g, repeat(md5(g::text), 20) FROM "
      "generate_series(1, 20000) g");
  const db::TableRead table = table_read(db, {"public", "t"}, {});
  const Opened opened(db);
  const auto stream = opened.session().read(table, whole_of(RangeKind::ctid));
  db::SourceBatch batch;
  std::vector<std::size_t> sizes;
  while (stream->read(batch, std::size_t{1} << 20)) sizes.push_back(batch.rows.byte_count());
  REQUIRE(sizes.size() > 5);
  sizes.pop_back();
  CHECK(*std::max_element(sizes.begin(), sizes.end()) < std::size_t{5} << 18);
  CHECK(*std::min_element(sizes.begin(), sizes.end()) > std::size_t{3} << 18);
}

TEST_CASE("a batch that names a next one is followed by rows, over deserts of empty blocks too") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int, v text) WITH (autovacuum_enabled = off);"
      "INSERT INTO t SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 30000) g;"
      "DELETE FROM t WHERE a BETWEEN 5000 AND 25000 OR a > 29000");
  const db::TableRead table = table_read(db, {"public", "t"}, {});
  const std::vector<std::string> expected = server_texts(db, "SELECT * FROM t ORDER BY ctid");
  const Opened opened(db);
  for (const std::size_t budget :
       {std::size_t{1}, std::size_t{10000}, std::size_t{300000}, std::size_t{8} << 20}) {
    const auto stream = opened.session().read(table, whole_of(RangeKind::ctid));
    db::SourceBatch batch;
    bool promised = true;
    std::size_t rows = 0;
    while (stream->read(batch, budget)) {
      CHECK(promised);
      CHECK_FALSE(batch.rows.empty());
      CHECK(batch.rows.byte_count() < 3 * std::max<std::size_t>(budget, 16 << 10));
      rows += batch.rows.rows();
      promised = batch.next.has_value();
    }
    CHECK_FALSE(promised);
    CHECK(rows == expected.size());
    CHECK(read_in_chain(opened.session(), table, whole_of(RangeKind::ctid),
                        std::max<std::size_t>(budget, 50000)) == expected);
  }
}

TEST_CASE("a row of 20 MiB comes whole, in a batch of its own") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int PRIMARY KEY, v bytea);"
      "INSERT INTO t VALUES (1, 'x'), (2, decode(repeat('00ff', 10 << 20), 'hex')), (3, 'y')");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  const auto stream = opened.session().read(table, whole_of(RangeKind::key));
  db::SourceBatch batch;
  REQUIRE(stream->read(batch, 1000));
  CHECK(batch.next == Key{{"2"}});
  REQUIRE(stream->read(batch, 1000));
  CHECK(batch.rows.rows() == 1);
  CHECK(batch.rows.byte_count() == (std::size_t{20} << 20) + 2 + 4 + 4 + 4);
  CHECK(batch.next == Key{{"3"}});
  REQUIRE(stream->read(batch, 1000));
  CHECK_FALSE(batch.next.has_value());
}

TEST_CASE("a stream that ends early leaves the session in its snapshot") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int PRIMARY KEY, v text);"
      "INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(1, 100000) g");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  db.run("DELETE FROM t WHERE a > 10");
  for (const RangeKind kind : {RangeKind::key, RangeKind::ctid, RangeKind::whole}) {
    const auto stream = opened.session().read(table, whole_of(kind));
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 10000));
  }
  CHECK(opened.session().sql().query("SELECT count(*) FROM public.t").value() == "100000");
  CHECK(read_in_one(opened.session(), table, whole_of(RangeKind::key), kManyBytes).size() ==
        100000);
}

TEST_CASE("a lock that is not given in time costs the stream, not the snapshot") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  opened.session().sql().query("SET lock_timeout = '50ms'");
  db.run("DELETE FROM t");
  {
    PgSql other(db.conninfo());
    other.query("BEGIN; LOCK TABLE t");
    for (const RangeKind kind : {RangeKind::key, RangeKind::ctid}) {
      try {
        static_cast<void>(opened.session().read(table, whole_of(kind)));
        FAIL("the table was read");
      } catch (const model::Error& error) {
        CHECK(error.retry() == model::Retry::same_session);
      }
      CHECK_THROWS_AS(db::cut_ranges(opened.session(), table, kind, 4), model::Error);
    }
  }
  CHECK(read_in_one(opened.session(), table, whole_of(RangeKind::key), kManyBytes).size() == 100);
}

TEST_CASE("a stream ends when another thread cancels its session") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int PRIMARY KEY, v text);"
      "INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(1, 100000) g");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  const Opened opened(db);
  {
    const auto stream = opened.session().read(table, whole_of(RangeKind::key));
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, 10000));
    std::jthread([&] { opened.session().cancel(); }).join();
    try {
      while (stream->read(batch, 10000)) {
      }
      FAIL("the stream came to its end");
    } catch (const model::Error& error) {
      CHECK(error.kind() == ErrorKind::interrupted);
    }
    // It must not look like a stream that has come to its end.
    CHECK_THROWS_AS(stream->read(batch, 10000), model::Error);
  }
  CHECK(opened.session().sql().query("SELECT count(*) FROM public.t").value() == "100000");
}

TEST_CASE(
    "all sessions of a snapshot see one point in time, and others may join it while it lives") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)");
  std::string id;
  {
    const Opened opened(db, 3);
    id = opened.snapshot.info.id;
    db.run("INSERT INTO t VALUES (2)");
    const db::SnapshotSessions joined = db::open_snapshot(endpoint_of(db), 1, {}, id);
    for (const auto& session : opened.snapshot.sessions) {
      CHECK(session->sql().query("SELECT count(*) FROM public.t").value() == "1");
    }
    CHECK(joined.sessions[0]->sql().query("SELECT count(*) FROM public.t").value() == "1");
    CHECK(joined.info.position == opened.snapshot.info.position);
    const Opened later(db);
    CHECK(later.session().sql().query("SELECT count(*) FROM public.t").value() == "2");
  }
  try {
    static_cast<void>(db::open_snapshot(endpoint_of(db), 1, {}, id));
    FAIL("a snapshot that is gone was joined");
  } catch (const model::Error& error) {
    CHECK(error.kind() == ErrorKind::drift);
  }
}

TEST_CASE("a source has moved if and only if something was committed in between") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)");
  PgSql older(db.conninfo());
  older.query("BEGIN; INSERT INTO t VALUES (2000)");
  db.run("INSERT INTO t VALUES (3000)");
  const Opened before(db);
  db.run("SELECT sum(a) FROM t");
  db.run("CHECKPOINT");
  db.run("VACUUM t");
  const Opened unchanged(db);
  CHECK(db::moved(model::Engine::postgresql, before.snapshot.info, unchanged.snapshot.info) ==
        db::Moved::no);
  // Its number is below xmax already: xmax alone would not show that it commits.
  older.query("COMMIT");
  const Opened after(db);
  CHECK(db::moved(model::Engine::postgresql, before.snapshot.info, after.snapshot.info) ==
        db::Moved::yes);
  db::SnapshotInfo unknown = before.snapshot.info;
  unknown.position.clear();
  CHECK(db::moved(model::Engine::postgresql, unknown, unknown) == db::Moved::unknown);
}

TEST_CASE("names with quotes, capitals, spaces and line ends are read as they are") {
  const PostgresDatabase db;
  db.run(
      "CREATE SCHEMA \"S \"\"x\"; CREATE TABLE \"S \"\"x\".\"T'\n;--\" (\"K ,\" int, \"select\" "
      "text, \"\\\" int,"
      " PRIMARY KEY (\"K ,\", \"\\\")); INSERT INTO \"S \"\"x\".\"T'\n;--\" SELECT g, 'v', g FROM "
      "generate_series(1, 100) g");
  const model::QualifiedName name{"S \"x", "T'\n;--"};
  const db::TableRead table = table_read(db, name, {"K ,", "\\"});
  REQUIRE(table.columns.size() == 3);
  const Opened opened(db);
  CHECK(read_in_chain(opened.session(), table, whole_of(RangeKind::key), 200).size() == 100);
  CHECK(read_in_chain(opened.session(), table, whole_of(RangeKind::ctid), 200).size() == 100);
  CHECK(db::cut_ranges(opened.session(), table, RangeKind::key, 4).size() == 4);
}

TEST_CASE("rows of inheriting tables are not their parent's, rows of partitions are") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE parent (a int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);"
      "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2);"
      "CREATE TABLE p (a int PRIMARY KEY) PARTITION BY RANGE (a);"
      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (500);"
      "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (500) TO (1000);"
      "INSERT INTO p SELECT generate_series(0, 999); ANALYZE");
  const Opened opened(db);
  const db::TableRead parent = table_read(db, {"public", "parent"}, {"a"});
  for (const RangeKind kind : {RangeKind::key, RangeKind::ctid, RangeKind::whole}) {
    CHECK(read_in_one(opened.session(), parent, whole_of(kind), 100) ==
          std::vector<std::string>{"1"});
  }
  const db::TableRead partitioned = table_read(db, {"public", "p"}, {"a"});
  CHECK(read_in_chain(opened.session(), partitioned, whole_of(RangeKind::key), 2000) ==
        server_texts(db, "SELECT a FROM p ORDER BY a"));
  CHECK(read_in_one(opened.session(), partitioned, whole_of(RangeKind::whole), 2000).size() ==
        1000);
  CHECK(db::cut_ranges(opened.session(), partitioned, RangeKind::key, 4).size() == 4);
  CHECK_THROWS_AS(opened.session().read(partitioned, whole_of(RangeKind::ctid)), model::Error);
}

TEST_CASE("a key range is read through its index, without a sort") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE t (a int, b int, v text, PRIMARY KEY (a, b));"
      "INSERT INTO t SELECT g % 1000, g, md5(g::text) FROM generate_series(1, 50000) g; ANALYZE t");
  const Opened opened(db);
  const std::string range =
      "SELECT a, b, v FROM ONLY public.t WHERE (a, b) >= ('10'::integer, '0'::integer) AND"
      " (a, b) < ('900'::integer, '0'::integer) ORDER BY a, b";
  const std::string plan = plan_of(opened.session(), range);
  INFO(plan);
  CHECK(plan.find("Index") != std::string::npos);
  CHECK(plan.find("Sort") == std::string::npos);
}

TEST_CASE("texts that are no UTF-8 are found in a database without an encoding") {
  const PostgresDatabase ascii(PostgresServer::shared(), kSqlAscii);
  ascii.run(
      "CREATE TABLE t (a int PRIMARY KEY, v text, w bytea); INSERT INTO t VALUES (1, "
      "E'\\xc3\\xa4', '\\xff'), "
      "(2, E'M\\xfcller', '\\xff')");
  const db::SnapshotSessions snapshot = db::open_snapshot(endpoint_of(ascii), 1);
  db::TableRead table;
  table.table = {"public", "t"};
  table.columns = {{"a", {}, codec::Carrier::int4},
                   {"v", {}, codec::Carrier::text},
                   {"w", {}, codec::Carrier::bytea}};
  table.columns[0].type.base = "int4";
  table.columns[0].type.sql = "integer";
  table.columns[1].type.base = "text";
  table.columns[2].type.base = "bytea";
  table.key = {0};
  for (const RangeKind kind : {RangeKind::key, RangeKind::ctid}) {
    const auto stream = snapshot.sessions[0]->read(table, whole_of(kind));
    db::SourceBatch batch;
    REQUIRE(stream->read(batch, kManyBytes));
    CHECK(batch.rows.rows() == 2);
    CHECK(batch.irregular == std::vector<codec::Irregular>{{1, 1, codec::Problem::invalid_utf8}});
  }
}

TEST_CASE("a table that is gone is drift") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY)");
  const db::TableRead table = table_read(db, {"public", "t"}, {"a"});
  db.run("DROP TABLE t");
  const Opened opened(db);
  try {
    static_cast<void>(opened.session().read(table, whole_of(RangeKind::key)));
    FAIL("the table was read");
  } catch (const model::Error& error) {
    CHECK(error.kind() == ErrorKind::drift);
  }
}

}  // namespace sluice::test
