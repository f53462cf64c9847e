// What PostgreSQL tables need, how they are cut, and what a database holds beside them.

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/schema.h"

#include "pg_fixture.h"
#include "pg_role.h"

namespace sluice::test {
namespace {

using db::Purpose;
using model::Catalog;
using model::SchemaObject;
using Texts = std::vector<std::string>;

Catalog catalog_of(const model::Endpoint& endpoint, const Texts& schemas = {}) {
  return db::read_catalog(*db::open_session(endpoint, Purpose::catalog), schemas);
}

Catalog catalog_of(const PostgresDatabase& db, const Texts& schemas = {}) {
  return catalog_of(endpoint_of(db), schemas);
}

Texts ids_of(const Catalog& catalog) {
  Texts ids;
  for (const SchemaObject& object : catalog.objects) ids.push_back(object.id());
  return ids;
}

const SchemaObject& object_of(const Catalog& catalog, const std::string& id) {
  for (const SchemaObject& object : catalog.objects) {
    if (object.id() == id) return object;
  }
  throw std::invalid_argument("no object " + id);
}

Texts needs_of(const Catalog& catalog, const std::string& table) {
  const model::Table* found = catalog.find({"app", table});
  if (found == nullptr) throw std::invalid_argument("no table " + table);
  return found->needs;
}

Texts others_of(const Catalog& catalog) {
  Texts texts;
  for (const model::OtherObject& other : catalog.others) {
    texts.push_back(other.kind + " " +
                    (other.name.schema.empty() ? other.name.table : other.name.text()));
  }
  return texts;
}

/// Every kind that can be made, most of them by what must be made before.
constexpr const char* kObjects = R"(
  CREATE SCHEMA app;
  CREATE SCHEMA "Odd ""Name";
  CREATE SCHEMA ext;
  COMMENT ON SCHEMA app IS 'it''s ours';
  CREATE EXTENSION citext WITH SCHEMA ext;
  CREATE EXTENSION btree_gist WITH SCHEMA ext;
  CREATE EXTENSION pg_trgm;
  CREATE EXTENSION cube WITH SCHEMA ext;
  CREATE EXTENSION earthdistance WITH SCHEMA ext;
  CREATE COLLATION app.german (provider = icu, locale = 'de-u-co-phonebk');
  CREATE COLLATION app.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE COLLATION app.mixed (lc_collate = 'C', lc_ctype = 'POSIX');
  COMMENT ON COLLATION app.mixed IS 'two';
  CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', E'back\\slash', U&'\00c5');
  ALTER TYPE app.mood ADD VALUE 'first' BEFORE 'sad';
  COMMENT ON TYPE app.mood IS E'feel\\ing';
  CREATE TYPE app.empty AS ENUM ();
  CREATE SEQUENCE app.numbers AS integer START WITH 7 INCREMENT BY -2 MINVALUE -100 MAXVALUE 10 CACHE 5 CYCLE;
  CREATE SEQUENCE "Odd ""Name"."S q";
  CREATE DOMAIN app.code AS varchar(8) COLLATE app.german DEFAULT 'x' NOT NULL
    CONSTRAINT long CHECK (length(VALUE) > 2) CONSTRAINT filled CHECK (VALUE <> '');
  COMMENT ON CONSTRAINT filled ON DOMAIN app.code IS 'never empty';
  COMMENT ON DOMAIN app.code IS 'a code';
  ALTER DOMAIN app.code ADD CONSTRAINT newer CHECK (VALUE <> 'y') NOT VALID;
  CREATE DOMAIN app.counted AS integer DEFAULT nextval('app.numbers');
  CREATE DOMAIN app.a_first AS app.counted;
  CREATE DOMAIN app.moods AS app.mood[];
  CREATE TYPE app.pair AS (a app.code, dropped int, "B b" text COLLATE app.blind, m app.moods, n numeric(5,2)[]);
  ALTER TYPE app.pair DROP ATTRIBUTE dropped;
  COMMENT ON COLUMN app.pair."B b" IS 'second';
  CREATE TYPE app.nothing AS ();
  CREATE TYPE app.prices AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
  CREATE TYPE app.words AS RANGE (SUBTYPE = text, SUBTYPE_OPCLASS = text_pattern_ops, COLLATION = app.german);
  CREATE TYPE app.feelings AS RANGE (SUBTYPE = app.mood);
)";

}  // namespace

TEST_CASE("objects that tables need can be made in their order, and are then read as the same") {
  const PostgresDatabase db;
  db.run(kObjects);
  db.run(R"(
    CREATE SCHEMA sluice; CREATE TYPE sluice.own AS ENUM ('a');
    CREATE TABLE app.t (id int GENERATED ALWAYS AS IDENTITY, old serial))");
  const Catalog before = catalog_of(db);
  CHECK(before.objects.size() == 24);

  const PostgresDatabase made;
  const auto session = db::open_session(endpoint_of(made), Purpose::target);
  Texts done;
  for (const SchemaObject& object : before.objects) {
    INFO(object.definition);
    for (const std::string& need : object.needs) {
      CHECK(std::find(done.begin(), done.end(), need) != done.end());
    }
    session->query(object.definition);
    done.push_back(object.id());
  }
  const Catalog after = catalog_of(made);
  CHECK(ids_of(after) == ids_of(before));
  CHECK(after.objects == before.objects);
}

TEST_CASE("a definition has everything that was said of the object") {
  const PostgresDatabase db;
  db.run(kObjects);
  const Catalog catalog = catalog_of(db);
  const auto definition = [&](const char* id) { return object_of(catalog, id).definition; };
  CHECK(definition("schema app") == "CREATE SCHEMA app;\nCOMMENT ON SCHEMA app IS 'it''s ours'");
  CHECK(definition("extension citext") == "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA ext");
  CHECK(definition("collation app.blind") ==
        "CREATE COLLATION app.blind (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = "
        "false)");
  CHECK(definition("collation app.mixed") ==
        "CREATE COLLATION app.mixed (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'POSIX');\n"
        "COMMENT ON COLLATION app.mixed IS 'two'");
  CHECK(definition("sequence app.numbers") ==
        "CREATE SEQUENCE app.numbers AS integer START WITH 7 INCREMENT BY -2 MINVALUE -100 "
        "MAXVALUE 10 CACHE 5 CYCLE");
  CHECK(definition("type app.mood") ==
        "CREATE TYPE app.mood AS ENUM ('first', 'sad', 'it''s ok', E'back\\\\slash', '\xc3\x85');\n"
        "COMMENT ON TYPE app.mood IS E'feel\\\\ing'");
  CHECK(definition("type app.pair") ==
        "CREATE TYPE app.pair AS (a app.code, \"B b\" text COLLATE app.blind, m app.moods, n "
        "numeric(5,2)[]);\nCOMMENT ON COLUMN app.pair.\"B b\" IS 'second'");
  CHECK(definition("domain app.code").find(" NOT NULL") != std::string::npos);
  CHECK(definition("domain app.code").find("NOT VALID") != std::string::npos);
  CHECK(object_of(catalog, "domain app.code").needs == Texts{"schema app", "collation app.german"});
  CHECK(object_of(catalog, "extension earthdistance").needs ==
        Texts{"schema ext", "extension cube"});
  CHECK(object_of(catalog, "type app.pair").needs == Texts{"schema app", "collation app.blind",
                                                           "collation app.german",
                                                           "domain app.code", "domain app.moods"});
}

TEST_CASE("what a table needs is found behind its types, defaults, checks and indexes") {
  const PostgresDatabase db;
  db.run(kObjects);
  db.run(R"(
    CREATE TABLE app.plain (id bigserial PRIMARY KEY, name text);
    CREATE TABLE public.nothing (a int);
    CREATE TABLE app.defaults (n int DEFAULT nextval('app.numbers'));
    CREATE TABLE app.deep (c app.a_first[], e ext.citext);
    CREATE TABLE app.spans (f int4multirange, g app.feelings_multirange[]);
    CREATE TABLE app.constructed (x float8 CHECK (app.prices(1, 2) @> x));
    CREATE TABLE app.sorted (a text COLLATE app.blind, b text);
    CREATE INDEX ON app.sorted (b COLLATE app.german);
    CREATE TABLE app.searched (a text);
    CREATE INDEX ON app.searched USING gin (lower(a) public.gin_trgm_ops);
    CREATE TABLE app.booked (during int4range, room int, EXCLUDE USING gist (room WITH =, during WITH &&));
    CREATE TABLE app.parted (e ext.citext, m app.mood) PARTITION BY LIST (m);
    CREATE TABLE app.part PARTITION OF app.parted DEFAULT;
    CREATE TABLE app.refers (id bigint REFERENCES app.plain, x ext.citext);
    CREATE TABLE app.kid () INHERITS (app.plain);
    CREATE VIEW app.seen AS SELECT e, upper(e::text)::text AS up FROM app.deep)");
  const Catalog catalog = catalog_of(db);
  const Texts ext = {"schema app", "schema ext", "extension citext"};
  CHECK(catalog.find({"public", "nothing"})->needs.empty());
  CHECK(needs_of(catalog, "plain") == Texts{"schema app"});
  CHECK(needs_of(catalog, "kid") == Texts{"schema app", "table app.plain"});  // its sequence
  CHECK(needs_of(catalog, "refers") == ext);
  CHECK(needs_of(catalog, "seen") == ext);
  CHECK(needs_of(catalog, "defaults") == Texts{"schema app", "sequence app.numbers"});
  CHECK(needs_of(catalog, "deep") == Texts{"schema app", "schema ext", "extension citext",
                                           "sequence app.numbers", "domain app.counted",
                                           "domain app.a_first"});
  CHECK(needs_of(catalog, "spans") == Texts{"schema app", "type app.mood", "type app.feelings"});
  CHECK(needs_of(catalog, "constructed") == Texts{"schema app", "type app.prices"});
  CHECK(needs_of(catalog, "sorted") ==
        Texts{"schema app", "collation app.blind", "collation app.german"});
  CHECK(needs_of(catalog, "searched") == Texts{"extension pg_trgm", "schema app"});
  CHECK(needs_of(catalog, "booked") == Texts{"schema app", "schema ext", "extension btree_gist"});
  CHECK(needs_of(catalog, "part") ==
        Texts{"schema app", "schema ext", "extension citext", "type app.mood"});
  // Another schema's objects are there whichever schemas are asked for.
  const Catalog one = catalog_of(db, {"app"});
  CHECK(ids_of(one) == ids_of(catalog));
  CHECK(needs_of(one, "deep") == needs_of(catalog, "deep"));
}

TEST_CASE("what cannot be made here is named among the needs") {
  const PostgresDatabase db;
  db.run(R"(
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('a');
    CREATE FUNCTION app.ok(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE FUNCTION app.diff(app.mood, app.mood) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8';
    CREATE FUNCTION app.same(app.mood, app.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OPERATOR app.=== (LEFTARG = app.mood, RIGHTARG = app.mood, FUNCTION = app.same);
    CREATE DOMAIN app.checked AS integer CHECK (app.ok(VALUE));
    CREATE TYPE app.feelings AS RANGE (SUBTYPE = app.mood, SUBTYPE_DIFF = app.diff);
    CREATE TEXT SEARCH CONFIGURATION app.search (COPY = simple);
    CREATE TABLE app."T" (old serial, a int CHECK (app.ok(a)));
    CREATE TABLE app.domains (a app.checked[]);
    CREATE TABLE app.ranges (a app.feelings);
    CREATE TABLE app.generated (a int, b boolean GENERATED ALWAYS AS (app.ok(a)) STORED);
    CREATE TABLE app.indexed (a int);
    CREATE INDEX ON app.indexed (app.ok(a));
    CREATE TABLE app.compared (m app.mood CHECK (m OPERATOR(app.===) 'a'));
    CREATE TABLE app.docs (v tsvector DEFAULT to_tsvector('app.search'::regconfig, 'x'));
    CREATE VIEW app.v AS SELECT 1 AS one;
    CREATE TABLE app.rows (t app."T"[]);
    CREATE TABLE app.counts (n int DEFAULT nextval('app."T_old_seq"'), v app.v))");
  const Catalog catalog = catalog_of(db);
  CHECK(ids_of(catalog) ==
        Texts{"schema app", "domain app.checked", "type app.mood", "type app.feelings"});
  CHECK(object_of(catalog, "domain app.checked").needs ==
        Texts{"schema app", "function app.ok(integer)"});
  CHECK(needs_of(catalog, "T") == Texts{"schema app", "function app.ok(integer)"});
  CHECK(needs_of(catalog, "domains") ==
        Texts{"schema app", "domain app.checked", "function app.ok(integer)"});
  CHECK(needs_of(catalog, "ranges") == Texts{"schema app", "type app.mood", "type app.feelings",
                                             "function app.diff(app.mood,app.mood)"});
  CHECK(needs_of(catalog, "generated") == Texts{"schema app", "function app.ok(integer)"});
  CHECK(needs_of(catalog, "indexed") == Texts{"schema app", "function app.ok(integer)"});
  CHECK(needs_of(catalog, "compared") ==
        Texts{"schema app", "type app.mood", "operator app.===(app.mood,app.mood)"});
  CHECK(needs_of(catalog, "docs") == Texts{"schema app", "text search configuration app.search"});
  CHECK(needs_of(catalog, "rows") == Texts{"schema app", "table app.T"});
  CHECK(needs_of(catalog, "counts") == Texts{"schema app", "table app.T", "view app.v"});
}

TEST_CASE("parents and partitions of PostgreSQL are read") {
  const PostgresDatabase db;
  db.run(R"(
    CREATE SCHEMA app;
    CREATE TABLE app.one (id int);
    CREATE TABLE app.two (x int);
    CREATE TABLE app.kid (extra int) INHERITS (app.two, app.one);
    CREATE TABLE app.parted (day date, region text) PARTITION BY RANGE (day);
    CREATE TABLE app.p1 PARTITION OF app.parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
      PARTITION BY LIST (lower(region));
    CREATE TABLE app.p1a PARTITION OF app.p1 FOR VALUES IN ('a', 'b');
    CREATE TABLE app.p0 PARTITION OF app.parted DEFAULT)");
  const Catalog catalog = catalog_of(db);
  const auto table = [&](const char* name) { return *catalog.find({"app", name}); };
  using Names = std::vector<model::QualifiedName>;
  CHECK(table("one").parents.empty());
  CHECK(table("kid").parents == Names{{"app", "two"}, {"app", "one"}});
  CHECK(table("kid").partition_bound.empty());
  CHECK(table("parted").partition_key == "RANGE (day)");
  CHECK(table("parted").parents.empty());
  CHECK(table("p1").parents == Names{{"app", "parted"}});
  CHECK(table("p1").partition_bound == "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')");
  CHECK(table("p1").partition_key == "LIST (lower(region))");
  CHECK(table("p1a").partition_bound == "FOR VALUES IN ('a', 'b')");
  CHECK(table("p1a").partition_key.empty());
  CHECK(table("p0").partition_bound == "DEFAULT");
}

TEST_CASE("what a PostgreSQL database holds beside tables is listed, for a role without rights") {
  const PostgresDatabase db;
  db.run(R"(
    CREATE SCHEMA app;
    CREATE SCHEMA sluice;
    CREATE EXTENSION citext WITH SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('a');
    CREATE TYPE app.prices AS RANGE (SUBTYPE = float8);
    CREATE TABLE app.t (id int PRIMARY KEY, up int REFERENCES app.t);
    CREATE TABLE app.parted (id int) PARTITION BY LIST (id);
    CREATE TABLE app.part PARTITION OF app.parted DEFAULT;
    CREATE VIEW app.v AS SELECT 1 AS one;
    CREATE VIEW sluice.v AS SELECT 1 AS one;
    CREATE MATERIALIZED VIEW app.mv AS SELECT 1 AS one;
    CREATE PROCEDURE app.run(x int) LANGUAGE sql AS 'SELECT 1';
    CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer);
    CREATE FUNCTION app.act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER each BEFORE INSERT ON app.parted FOR EACH ROW EXECUTE FUNCTION app.act();
    CREATE FUNCTION app.evt() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.evt();
    CREATE RULE quiet AS ON DELETE TO app.t DO INSTEAD NOTHING;
    CREATE POLICY mine ON app.t USING (true);
    CREATE PUBLICATION pub FOR TABLE app.t;
    CREATE SUBSCRIPTION )" +
         db.name() + R"( CONNECTION 'dbname=x' PUBLICATION p
      WITH (connect = false, slot_name = NONE);
    CREATE FUNCTION app.same(app.mood, app.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
    CREATE OPERATOR app.=== (LEFTARG = app.mood, RIGHTARG = app.mood, FUNCTION = app.same);
    CREATE FUNCTION app.to_int(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE CAST (app.mood AS integer) WITH FUNCTION app.to_int(app.mood);
    CREATE TEXT SEARCH CONFIGURATION app.search (COPY = simple);
    CREATE FOREIGN DATA WRAPPER fdw;
    CREATE SERVER elsewhere FOREIGN DATA WRAPPER fdw;
    CREATE FOREIGN TABLE app.far (a int) SERVER elsewhere;
    SELECT lo_create(0), lo_create(0))");
  const Role role(db, "");
  const Catalog catalog = catalog_of(endpoint_as(db, role.name()));
  CHECK(others_of(catalog) == Texts{"aggregate app.total(integer)",
                                    "cast app.mood AS integer",
                                    "event trigger watch",
                                    "foreign server elsewhere",
                                    "foreign table app.far",
                                    "foreign-data wrapper fdw",
                                    "function app.act()",
                                    "function app.evt()",
                                    "function app.same(app.mood, app.mood)",
                                    "function app.to_int(app.mood)",
                                    "large objects 2",
                                    "materialized view app.mv",
                                    "operator app.===(app.mood, app.mood)",
                                    "policy app.t.mine",
                                    "procedure app.run(integer)",
                                    "publication pub",
                                    "rule app.t.quiet",
                                    "subscription " + db.name(),
                                    "text search configuration app.search",
                                    "trigger app.parted.each",
                                    "view app.v"});
  CHECK(catalog.objects == catalog_of(db).objects);
  db.run("DROP SUBSCRIPTION " + db.name());
}

}  // namespace sluice::test
