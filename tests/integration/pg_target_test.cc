// Writing to PostgreSQL: what is read arrives byte for byte, and what the target refuses is said by
// its code.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "sluice/model/error.h"

#include "pg_fixture.h"

namespace sluice::test {
namespace {

using codec::Carrier;
using db::Refusal;
using model::ErrorKind;
using model::RangeKind;

constexpr std::size_t kManyBytes = std::size_t{64} << 20;

db::WriteColumn column(const std::string& name, const std::string& type, Carrier carrier) {
  return {name, type, carrier, false};
}

/// Writes all rows of `from` into `to`, by the columns' natural carriers, and commits.
void copy_table(const PostgresDatabase& db, const model::QualifiedName& from,
                const model::QualifiedName& to) {
  const db::TableRead read = table_read(db, from, {});
  db::TableWrite write;
  write.table = to;
  for (const db::ReadColumn& c : read.columns) {
    write.columns.push_back(
        {c.name, c.type.sql, c.carrier, !codec::carrier_for_pg_column(c.type).binary_copy});
  }
  const db::SnapshotSessions snapshot = db::open_snapshot(endpoint_of(db), 1);
  const auto target = db::open_target(endpoint_of(db));
  const auto stream =
      snapshot.sessions[0]->read(read, {RangeKind::whole, std::nullopt, std::nullopt});
  db::SourceBatch batch;
  while (stream->read(batch, 10000)) {
    target->begin();
    const auto refusal = target->write(write, batch.rows);
    if (refusal) throw std::runtime_error(refusal->message);
    target->commit();
  }
}

}  // namespace

TEST_CASE(
    "what is read from one PostgreSQL table arrives in another as it was, in binary or in text") {
  const PostgresDatabase db;
  db.run(R"(
    CREATE EXTENSION citext; CREATE EXTENSION hstore;
    CREATE TYPE mood AS ENUM ('sad', 'it''s "ok"');
    CREATE TYPE pair AS (a int, b text);
    CREATE DOMAIN short AS varchar(5);
    CREATE TYPE span AS RANGE (subtype = numeric);
    CREATE TABLE binary_t (
      n int, a bool, b int2, c int8, d float4, e float8, f numeric, g numeric(12,2), h text, i varchar(20), j char(5),
      k name, l bytea, m date, o time, p timetz, q timestamp(3), r timestamptz, s interval, t uuid, u json, v jsonb,
      w bit(3), x varbit, y inet, z cidr, aa macaddr, bb macaddr8, cc xml, dd mood, ee short, ff citext, gg oid);
    INSERT INTO binary_t VALUES (1, true, -32768, -9223372036854775808, '-0', 'NaN', 'Infinity', -1234567890.12,
      E'a\tb\n"\\.\r\\N \u00e9\U0001F600', 'x', 'ab', 'n', '\x00ff', '4713-01-01 BC', '24:00', '23:59:59.999999-15:59',
      '0044-03-15 BC', '294276-12-31 23:59:59.999999+00', '-1 mon 2 days -00:00:00.000001',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a" : 1}', '{"b": [1.10, "\u00e9"], "a": 1}', B'101', B'',
      '::ffff:1.2.3.4/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
      '<?xml version="1.0" encoding="UTF-8"?><a/>', 'it''s "ok"', 'abc', 'MiXed', 4294967295);
    INSERT INTO binary_t (n, h, l, x) VALUES (2, NULL, NULL, NULL), (3, '', '', '1'), (4, E'\\N', E'\\\\', '0');
    CREATE TABLE text_t AS SELECT *, ARRAY['a,b', NULL, '', E'\\ "'] AS ta, ARRAY[1, NULL]::int[] AS tb,
      ARRAY['abcde']::varchar(5)[] AS tc, hstore('k"', E'v\\') AS td, '[1.5,)'::span AS te, (1, E'x\ty')::pair AS tf,
      'fat:1A'::tsvector AS tg, '(1,2)'::point AS th, '-12.34'::money AS ti, ARRAY['sad']::mood[] AS tj, 'q'::"char" AS tk
      FROM binary_t;
    CREATE TABLE binary_u (LIKE binary_t); CREATE TABLE text_u (LIKE text_t))");
  const std::string kind = GENERATE("binary", "text");
  copy_table(db, {"public", kind + "_t"}, {"public", kind + "_u"});
  const std::string tables = kind + "_t AS one JOIN " + kind + "_u AS two USING (n)";
  // Images show what a row's text does not, such as the bits of floats.
  CHECK(db.value("SELECT bool_and(record_image_eq(one, two)) FROM " + tables) == "t");
  CHECK(db.value("SELECT count(*) FROM " + tables + " WHERE one::text = two::text") == "4");
}

TEST_CASE(
    "every kind of refusal comes with its code, and the transaction goes on from a savepoint") {
  const PostgresDatabase db;
  db.run(
      "CREATE TABLE parent (a int PRIMARY KEY);"
      "CREATE TABLE t (a int PRIMARY KEY, b text NOT NULL, c int CONSTRAINT positive CHECK (c > 0),"
      " d int CONSTRAINT known REFERENCES parent, e varchar(3), f numeric(4,2),"
      " EXCLUDE USING btree (e WITH =))");
  db.run("CREATE INDEX ON t (b)");
  struct Case {
    std::vector<TextField> row;
    Refusal::Kind kind;
    std::string sqlstate;
    std::string column;
    std::string constraint;
  };
  const std::string incompressible =
      db.value("SELECT string_agg(md5(g::text), '') FROM generate_series(1, 500) g");
  const std::vector<Case> cases = {
      {{"1", "x", "1", std::nullopt, std::nullopt, std::nullopt},
       Refusal::Kind::duplicate_key,
       "23505",
       "",
       "t_pkey"},
      {{"2", "x", "1", std::nullopt, "one", std::nullopt},
       Refusal::Kind::duplicate_key,
       "23P01",
       "",
       "t_e_excl"},
      {{"2", std::nullopt, "1", std::nullopt, std::nullopt, std::nullopt},
       Refusal::Kind::not_null,
       "23502",
       "b",
       ""},
      {{"2", "x", "0", std::nullopt, std::nullopt, std::nullopt},
       Refusal::Kind::check,
       "23514",
       "",
       "positive"},
      {{"2", "x", "1", "9", std::nullopt, std::nullopt},
       Refusal::Kind::foreign_key,
       "23503",
       "",
       "known"},
      {{"2", "x", "1", std::nullopt, "four", std::nullopt}, Refusal::Kind::value, "22001", "", ""},
      {{"2", "x", "1", std::nullopt, std::nullopt, "100"}, Refusal::Kind::value, "22003", "", ""},
      {{"2", incompressible, "1", std::nullopt, std::nullopt, std::nullopt},
       Refusal::Kind::row_too_big,
       "54000",
       "",
       ""},
  };
  const db::TableWrite table{
      {"public", "t"},
      {column("a", "integer", Carrier::int4), column("b", "text", Carrier::text),
       column("c", "integer", Carrier::int4), column("d", "integer", Carrier::int4),
       column("e", "character varying(3)", Carrier::text),
       column("f", "numeric(4,2)", Carrier::numeric)}};
  const std::vector<Carrier> carriers = {Carrier::int4, Carrier::text, Carrier::int4,
                                         Carrier::int4, Carrier::text, Carrier::numeric};
  const auto target = db::open_target(endpoint_of(db));
  target->begin();
  codec::RowBuffer good;
  put_row(good, carriers, {"1", "x", "1", std::nullopt, "one", "1.50"});
  REQUIRE_FALSE(target->write(table, good).has_value());
  for (const Case& tested : cases) {
    target->query("SAVEPOINT s");
    codec::RowBuffer rows;
    put_row(rows, carriers, {"77", "fine", "1", std::nullopt, std::nullopt, std::nullopt});
    put_row(rows, carriers, tested.row);
    const std::optional<Refusal> refusal = target->write(table, rows);
    REQUIRE(refusal.has_value());
    CHECK(refusal->kind == tested.kind);
    CHECK(refusal->sqlstate == tested.sqlstate);
    CHECK(refusal->column == tested.column);
    CHECK(refusal->constraint == tested.constraint);
    CHECK_FALSE(refusal->message.empty());
    target->query("ROLLBACK TO SAVEPOINT s");
  }
  target->commit();
  CHECK(db.value("SELECT count(*) FROM t") == "1");
}

TEST_CASE("lengths inside a text-loaded type are checked, not cut") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int, b varchar(3)[])");
  const db::TableWrite table{{"public", "t"},
                             {column("a", "integer", Carrier::int4),
                              {"b", "character varying(3)[]", Carrier::text, true}}};
  const auto target = db::open_target(endpoint_of(db));
  codec::RowBuffer rows;
  put_row(rows, {Carrier::int4, Carrier::text}, {"1", "{abc}"});
  put_row(rows, {Carrier::int4, Carrier::text}, {"2", "{abcd}"});
  CHECK_FALSE(target->write(table, rows, 0, 1).has_value());
  const auto refusal = target->write(table, rows, 1, 1);
  REQUIRE(refusal.has_value());
  CHECK(refusal->sqlstate == "22001");
  CHECK(db.value("SELECT string_agg(b::text, ' ') FROM t") == "{abc}");
}

TEST_CASE("a part of a batch is written as that part, and nothing as nothing") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int)");
  const db::TableWrite table{{"public", "t"}, {column("a", "integer", Carrier::int4)}};
  codec::RowBuffer rows;
  for (int i = 0; i < 10; ++i) put_row(rows, {Carrier::int4}, {std::to_string(i)});
  const auto target = db::open_target(endpoint_of(db));
  CHECK_FALSE(target->write(table, rows, 3, 4).has_value());
  CHECK_FALSE(target->write(table, rows, 5, 0).has_value());
  CHECK(db.value("SELECT string_agg(a::text, ',' ORDER BY a) FROM t") == "3,4,5,6");
  CHECK_THROWS_AS(target->write(table, rows, 9, 2), model::Error);
  CHECK_THROWS_AS(target->write(table, rows, 11, 0), model::Error);
}

TEST_CASE("a batch of many megabytes and a row of 20 MiB are written whole") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int PRIMARY KEY, b bytea)");
  const db::TableWrite table{
      {"public", "t"},
      {column("a", "integer", Carrier::int4), column("b", "bytea", Carrier::bytea)}};
  codec::RowBuffer rows;
  std::string large(std::size_t{20} << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<char>(i * 2654435761U >> 24);
  for (int i = 0; i < 3; ++i) {
    rows.begin_row(2);
    rows.put_int32(i);
    rows.put_bytes(i == 1 ? std::string_view(large) : std::string_view("x"));
    rows.end_row();
  }
  const auto target = db::open_target(endpoint_of(db));
  target->begin();
  CHECK_FALSE(target->write(table, rows).has_value());
  target->commit();
  const db::SnapshotSessions snapshot = db::open_target_snapshot(endpoint_of(db), 1);
  const auto stream =
      snapshot.sessions[0]->read(table_read(db, {"public", "t"}, {"a"}), {RangeKind::key, {}, {}});
  db::SourceBatch batch;
  REQUIRE(stream->read(batch, kManyBytes));
  CHECK(batch.rows.bytes() == rows.bytes());
}

TEST_CASE("what is not the data's fault is an Error, with its kind") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int); CREATE TABLE locked (a int)");
  const auto target = db::open_target(endpoint_of(db));
  codec::RowBuffer rows;
  put_row(rows, {Carrier::int4}, {"1"});
  const auto kind_of = [&](const db::TableWrite& table) {
    try {
      static_cast<void>(target->write(table, rows));
    } catch (const model::Error& error) {
      return error.kind();
    }
    return ErrorKind::usage;
  };
  CHECK(kind_of({{"public", "missing"}, {column("a", "integer", Carrier::int4)}}) ==
        ErrorKind::drift);
  CHECK(kind_of({{"public", "t"}, {column("b", "integer", Carrier::int4)}}) == ErrorKind::drift);
  // Rows whose shape is not the table's are a mistake of ours: nobody should find them in
  // quarantine.
  codec::RowBuffer wide;
  put_row(wide, {Carrier::int4, Carrier::int4}, {"1", "2"});
  CHECK_THROWS_AS(target->write({{"public", "t"}, {column("a", "integer", Carrier::int4)}}, wide),
                  model::Error);
  CHECK(db.value("SELECT count(*) FROM t") == "0");
  CHECK_FALSE(
      target->write({{"public", "t"}, {column("a", "integer", Carrier::int4)}}, rows).has_value());
}

TEST_CASE("a session that is lost in the middle of a write says so and nothing is there") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int, b text)");
  const auto target = db::open_target(endpoint_of(db));
  const db::TableWrite table{
      {"public", "t"}, {column("a", "integer", Carrier::int4), column("b", "text", Carrier::text)}};
  codec::RowBuffer rows;
  for (int i = 0; i < 1000; ++i)
    put_row(rows, {Carrier::int4, Carrier::text}, {std::to_string(i), std::string(10000, 'x')});
  target->begin();
  REQUIRE_FALSE(target->write(table, rows).has_value());
  db.run("SELECT pg_terminate_backend(" + target->query("SELECT pg_backend_pid()").value() +
         ", 10000)");
  try {
    static_cast<void>(target->write(table, rows));
    FAIL("the rows were written");
  } catch (const model::Error& error) {
    CHECK(error.retry() == model::Retry::new_session);
  }
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE(
    "a statement that fails because of the data is a refusal, and any other failure an Error") {
  const PostgresDatabase db;
  db.run("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1), (NULL)");
  const auto target = db::open_target(endpoint_of(db));
  const auto twice = target->try_query("CREATE UNIQUE INDEX ON public.t (a)");
  REQUIRE(twice.has_value());
  CHECK(twice->kind == Refusal::Kind::duplicate_key);
  const auto null = target->try_query("ALTER TABLE public.t ALTER a SET NOT NULL");
  REQUIRE(null.has_value());
  CHECK(null->kind == Refusal::Kind::not_null);
  CHECK(null->column == "a");
  CHECK_FALSE(target->try_query("CREATE INDEX ON public.t (a)").has_value());
  CHECK_THROWS_AS(target->try_query("CREATE INDEX ON public.missing (a)"), model::Error);
}

TEST_CASE("a MySQL target is refused clearly") {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  CHECK_THROWS_AS(db::open_target(endpoint), model::Error);
}

}  // namespace sluice::test
