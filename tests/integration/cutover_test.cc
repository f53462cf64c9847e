// Side tables become live, with everything that is bound to a table by its identity.
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "integration/cutover_fixture.h"

namespace sluice::test {
namespace {

TEST_CASE("a cutover gives the new rows the live name, and a rollback the old ones") {
  Migration migration;
  make_pair(migration);
  copy_and_verify(migration);
  const std::string before = live_schema(migration);
  const RunResult cut = migration.sluice("cutover");
  require_exit(cut, 0);
  CHECK(rows_of(migration, "t") == "1 | new\n2 | new\n");
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(migration.target_value("SELECT count(*) FROM pg_class WHERE relname LIKE 't_before_%'") ==
        "1");
  CHECK(migration.events("cutover").size() == 1);

  require_exit(migration.sluice("rollback"), 0);
  CHECK(rows_of(migration, "t") == "1 | old\n");
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(rows_of(migration, "t__side") == "1 | new\n2 | new\n");

  // Once more, by the same way.
  CHECK(migration.sluice("cutover").exit_code == 3);  // verified before the rollback
  require_exit(migration.sluice("verify"), 0);
  require_exit(migration.sluice("cutover"), 0);
  CHECK(rows_of(migration, "t") == "1 | new\n2 | new\n");
  CHECK(schema_difference(before, live_schema(migration)) == "");
}

/// One of each kind of object that is bound to a table.
constexpr const char* kObjects = R"(
  CREATE SCHEMA app;
  CREATE ROLE "reader {db}"; CREATE ROLE writer_{db};
  GRANT USAGE ON SCHEMA app TO "reader {db}", writer_{db};
  CREATE TABLE app.parent (id int PRIMARY KEY, name text);
  INSERT INTO app.parent SELECT n, 'p' || n FROM generate_series(1, 10) n;
  CREATE TABLE app."Or ders" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, serial_no serial,
    parent int CONSTRAINT to_parent REFERENCES app.parent ON DELETE CASCADE, v text DEFAULT 'x',
    amount numeric(8, 2) CONSTRAINT positive CHECK (amount > 0), UNIQUE (serial_no),
    span int4range, EXCLUDE USING gist (span WITH &&));
  CREATE TABLE app.items (id int PRIMARY KEY, order_id int CONSTRAINT of_order
    REFERENCES app."Or ders" DEFERRABLE, w int);
  ALTER TABLE app."Or ders" SET (fillfactor = 70, toast.autovacuum_enabled = false);
  CREATE INDEX by_v ON app."Or ders" (lower(v)) WHERE v IS NOT NULL;
  CREATE STATISTICS app.of_orders ON parent, v FROM app."Or ders";
  ALTER TABLE app."Or ders" REPLICA IDENTITY USING INDEX "Or ders_serial_no_key";
  ALTER TABLE app."Or ders" ALTER serial_no SET NOT NULL;
  COMMENT ON TABLE app."Or ders" IS 'it''s orders';
  COMMENT ON COLUMN app."Or ders".v IS 'a value';
  COMMENT ON SEQUENCE app."Or ders_serial_no_seq" IS 'numbers';
  CREATE TABLE app.notes (id int PRIMARY KEY, order_id int, no int DEFAULT
    nextval('app."Or ders_serial_no_seq"'));
  INSERT INTO app.notes (id) VALUES (1);
  ALTER TABLE app.notes ADD CONSTRAINT note_order FOREIGN KEY (order_id) REFERENCES app."Or ders"
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
  COMMENT ON CONSTRAINT note_order ON app.notes IS 'of an order';
  CREATE TABLE app.log (what text);
  CREATE VIEW app.v1 WITH (security_barrier = true) AS SELECT id, v, amount FROM app."Or ders"
    WHERE amount > 1 WITH LOCAL CHECK OPTION;
  CREATE VIEW app.v2 AS SELECT id FROM app.v1;
  CREATE VIEW app.v3 AS SELECT o.id, o.v, count(*) AS n FROM app."Or ders" o
    JOIN app.items i ON i.order_id = o.id GROUP BY o.id;
  COMMENT ON VIEW app.v1 IS 'first';
  GRANT SELECT ON app.v1 TO "reader {db}"; GRANT SELECT (id) ON app.v2 TO writer_{db};
  ALTER VIEW app.v2 ALTER COLUMN id SET DEFAULT 7;
  CREATE MATERIALIZED VIEW app.m1 AS SELECT id, v FROM app."Or ders";
  CREATE UNIQUE INDEX m1_id ON app.m1 (id);
  COMMENT ON MATERIALIZED VIEW app.m1 IS 'kept';
  GRANT SELECT ON app.m1 TO "reader {db}";
  CREATE MATERIALIZED VIEW app.m2 AS SELECT m.id, v.n FROM app.m1 m JOIN app.v3 v USING (id);
  CREATE MATERIALIZED VIEW app.m3 AS SELECT id FROM app."Or ders" WITH NO DATA;
  CREATE VIEW app.v4 AS SELECT * FROM app.m2;
  CREATE FUNCTION app.f(n int) RETURNS bigint LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT count(*) FROM app."Or ders" WHERE id < n; END;
  GRANT EXECUTE ON FUNCTION app.f TO writer_{db};
  CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO app.log VALUES (TG_OP); RETURN NEW; END';
  CREATE TRIGGER touched AFTER INSERT OR UPDATE OF v ON app."Or ders" FOR EACH ROW
    WHEN (NEW.v IS NOT NULL) EXECUTE FUNCTION app.touch();
  CREATE TRIGGER asleep BEFORE DELETE ON app."Or ders" FOR EACH STATEMENT
    EXECUTE FUNCTION app.touch();
  ALTER TABLE app."Or ders" DISABLE TRIGGER asleep;
  CREATE TRIGGER eager AFTER TRUNCATE ON app."Or ders" EXECUTE FUNCTION app.touch();
  ALTER TABLE app."Or ders" ENABLE ALWAYS TRIGGER eager;
  COMMENT ON TRIGGER touched ON app."Or ders" IS 'fires';
  CREATE RULE logged AS ON DELETE TO app."Or ders" DO ALSO INSERT INTO app.log VALUES ('gone');
  CREATE RULE other AS ON INSERT TO app.log DO ALSO SELECT count(*) FROM app."Or ders";
  ALTER TABLE app."Or ders" ENABLE ROW LEVEL SECURITY;
  CREATE POLICY mine ON app."Or ders" FOR SELECT TO "reader {db}" USING (v <> 'secret' AND
    EXISTS (SELECT FROM app.items i WHERE i.order_id = "Or ders".id));
  CREATE POLICY theirs ON app."Or ders" AS RESTRICTIVE FOR INSERT WITH CHECK (amount < 1000);
  ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY;
  CREATE POLICY of_orders ON app.notes USING (order_id IN (SELECT id FROM app."Or ders"));
  GRANT SELECT, INSERT ON app."Or ders" TO "reader {db}" WITH GRANT OPTION;
  GRANT UPDATE (v), SELECT (id, v) ON app."Or ders" TO writer_{db};
  GRANT SELECT ON app."Or ders" TO PUBLIC;
  GRANT USAGE ON SEQUENCE app."Or ders_serial_no_seq" TO writer_{db};
  SET ROLE "reader {db}"; GRANT SELECT ON app."Or ders" TO writer_{db}; RESET ROLE;
  CREATE PUBLICATION p_{db} FOR TABLE app."Or ders" (id, serial_no, v) WHERE (serial_no > 2),
    app.log;
  CREATE TABLE app.kept_out (a int);
)";

std::string with_database(std::string sql, const std::string& name) {
  const std::string place = "{db}";
  for (std::size_t at = 0; (at = sql.find(place, at)) != std::string::npos;) {
    sql.replace(at, place.size(), name);
  }
  return sql;
}

/// Roles are the whole server's.
class Objects {
 public:
  explicit Objects(Migration& migration) : migration_(migration) {
    migration.source(
        "CREATE TABLE orders (id int PRIMARY KEY, serial_no int, parent int, v text, amount "
        "numeric(8, 2), span int4range);"
        "INSERT INTO orders SELECT n, n, 1 + n % 10, 'v' || n, n, int4range(n, n + 1) "
        "FROM generate_series(1, 20) n;"
        "CREATE TABLE items (id int PRIMARY KEY, order_id int, w int);"
        "INSERT INTO items SELECT n, 1 + n % 20, n FROM generate_series(1, 30) n");
    migration.target(with_database(kObjects, migration.target_database().name()));
    migration.move("orders", "app.Or ders");
    migration.move("items", "app.items");
  }
  Objects(const Objects&) = delete;
  Objects& operator=(const Objects&) = delete;
  ~Objects() {
    const std::string name = migration_.target_database().name();
    migration_.target(
        with_database("DROP OWNED BY \"reader {db}\", writer_{db} CASCADE; DROP ROLE \"reader "
                      "{db}\", writer_{db}",
                      name));
  }

 private:
  Migration& migration_;
};

TEST_CASE("one of each kind of object is bound to the new tables, and back again") {
  Migration migration;
  const Objects objects(migration);
  const std::string before = live_schema(migration);
  copy_and_verify(migration);
  REQUIRE(schema_difference(before, live_schema(migration)) == "");
  migration.target("SELECT nextval('app.\"Or ders_serial_no_seq\"') FROM generate_series(1, 40)");

  require_exit(migration.sluice("cutover"), 0);
  CHECK(schema_difference(before, live_schema(migration)) == "");
  // By what they show, whichever table they name.
  for (const char* const what :
       {"app.\"Or ders\"", "app.m1", "(SELECT * FROM app.v3) x", "app.m2", "app.v4"}) {
    CAPTURE(what);
    CHECK(migration.target_value(std::string("SELECT count(*) FROM ") + what) == "20");
  }
  CHECK(migration.target_value("SELECT count(*) FROM app.v2") == "19");
  CHECK(migration.target_value("SELECT app.f(100)") == "20");
  CHECK(migration.target_value("SELECT relispopulated FROM pg_class WHERE relname = 'm3'") == "f");
  CHECK(migration.target_value("SELECT bool_and(convalidated) FROM pg_constraint") == "t");
  // Numbers go on behind those that were given out meanwhile.
  CHECK(std::stoi(migration.target_value("INSERT INTO app.notes (id) VALUES (2) RETURNING no")) >
        40);
  migration.target("INSERT INTO app.\"Or ders\" (v, amount) VALUES ('late', 5)");
  CHECK(migration.target_value("SELECT string_agg(what, ',') FROM app.log") == "INSERT");
  CHECK(migration.target_value(
            "SELECT min(serial_no) > 40 FROM app.\"Or ders\" WHERE v = 'late'") == "t");
  // What an unplanned table refers to is the new table.
  migration.target("UPDATE app.notes SET order_id = 7 WHERE id = 1");
  CHECK_THROWS(migration.target("DELETE FROM app.\"Or ders\" WHERE id = 7"));
  // The old table holds no row of a table that keeps its place.
  migration.target("INSERT INTO app.parent VALUES (77); DELETE FROM app.parent WHERE id = 77");
  migration.target("UPDATE app.notes SET order_id = NULL");

  const RunResult refused = migration.sluice("rollback");
  CHECK(refused.exit_code == 3);
  CHECK(refused.out.find("1 inserted or changed, 0 changed or deleted") != std::string::npos);
  require_exit(migration.sluice("rollback", {"--losing", "1"}), 0);
  CHECK(schema_difference(before, live_schema(migration)) == "");
  CHECK(migration.target_value("SELECT count(*) FROM app.\"Or ders\"") == "0");
  CHECK(migration.target_value("SELECT count(*) FROM app.m1") == "0");
  const std::string lost = migration.target_value(
      "SELECT quote_ident(relname) FROM pg_class WHERE relname LIKE '%_lost1_%' AND relkind = 'r'");
  CHECK(migration.target_value("SELECT v FROM app." + lost) == "late");
}

}  // namespace
}  // namespace sluice::test
