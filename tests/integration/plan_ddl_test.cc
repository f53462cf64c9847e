// What the plan's DDL makes of a real PostgreSQL: side tables that are the live ones but for their
// names.
#include <algorithm>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/quote.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/shape.h"

#include "pg_fixture.h"
#include "support/run_process.h"

namespace sluice::test {
namespace {

using plan::DeferredStep;

constexpr const char* kCustomers = R"sql(
  CREATE SCHEMA crm;
  CREATE TYPE crm.mood AS ENUM ('good', 'it''s bad');
  CREATE DOMAIN crm.email AS varchar(255) CHECK (VALUE ~ '@');
  CREATE FUNCTION crm.norm(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
  CREATE TABLE crm.customers (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5 CACHE 3) PRIMARY KEY,
    legacy_no serial,
    email crm.email COLLATE "C",
    mood crm.mood DEFAULT 'it''s bad',
    note text COMPRESSION pglz,
    tags text[] NOT NULL DEFAULT '{}',
    credit numeric(12,2) CHECK (credit >= 0),
    upper_note text GENERATED ALWAYS AS (upper(note)) STORED,
    CONSTRAINT tags_key UNIQUE (legacy_no, credit) INCLUDE (mood) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT no_later CHECK (id < 1000000) NO INHERIT
  ) WITH (fillfactor = 80, toast.autovacuum_enabled = false);
  ALTER TABLE crm.customers ALTER note SET STORAGE EXTERNAL;
  ALTER TABLE crm.customers ALTER email SET STATISTICS 321;
  ALTER TABLE crm.customers ADD CONSTRAINT some_day CHECK (note <> 'x') NOT VALID;
  CREATE INDEX ON crm.customers (crm.norm(email), id DESC NULLS LAST) WHERE mood IS NOT NULL;
  CREATE UNIQUE INDEX one_null ON crm.customers (email) NULLS NOT DISTINCT WITH (fillfactor = 55);
  CREATE INDEX ON crm.customers USING gin (tags);
  CREATE INDEX ON crm.customers USING hash (note);
  CREATE INDEX ON crm.customers USING brin (id) WITH (pages_per_range = 16);
  CREATE INDEX by_norm ON crm.customers (id, crm.norm(note));
  ALTER INDEX crm.by_norm ALTER COLUMN 2 SET STATISTICS 444;
  ALTER TABLE crm.customers CLUSTER ON by_norm;
  ALTER TABLE crm.customers ALTER legacy_no SET (n_distinct = -0.5, n_distinct_inherited = 9);
  CREATE STATISTICS crm.s (dependencies) ON legacy_no, credit FROM crm.customers;
  CREATE STATISTICS crm.s2 ON (crm.norm(note)), id FROM crm.customers;
  ALTER STATISTICS crm.s SET STATISTICS 55;
  ALTER TABLE crm.customers REPLICA IDENTITY FULL;
  COMMENT ON COLUMN crm.customers.email IS 'odd ''words''';
  COMMENT ON INDEX crm.one_null IS 'only one';
  COMMENT ON INDEX crm.customers_pkey IS 'the index';
  COMMENT ON CONSTRAINT customers_pkey ON crm.customers IS 'the key';
  COMMENT ON CONSTRAINT tags_key ON crm.customers IS 'unique';
  COMMENT ON CONSTRAINT no_later ON crm.customers IS 'a check';
  COMMENT ON STATISTICS crm.s IS 'for the planner';
)sql";

constexpr const char* kOddNames = R"sql(
  CREATE SCHEMA "Odd schema";
  CREATE TABLE "Odd schema"."a ON b USING (c)" (
    "select" int NOT NULL,
    "b""c" uuid NOT NULL,
    "from WHERE x" text CHECK ("from WHERE x" <> ') WHERE ('),
    parent int,
    "parent c" uuid,
    CONSTRAINT "PK, really" PRIMARY KEY ("b""c", "select"),
    CONSTRAINT for_reference UNIQUE ("select", "b""c"),
    CONSTRAINT "self ref" FOREIGN KEY (parent, "parent c")
      REFERENCES "Odd schema"."a ON b USING (c)" ("select", "b""c") MATCH FULL
      ON UPDATE CASCADE ON DELETE SET NULL (parent, "parent c") DEFERRABLE INITIALLY DEFERRED
  );
  CREATE INDEX "i ON t (x)" ON "Odd schema"."a ON b USING (c)"
    ((("from WHERE x" || ',(''' ) || "select"), "select") WHERE "from WHERE x" <> E'\\ '' WHERE ';
  CREATE TABLE "Odd schema".a_name_that_takes_all_of_the_sixty_three_bytes_there_are_in_pg1 (
    a int PRIMARY KEY, when_ tsrange, EXCLUDE USING gist (when_ WITH &&) WHERE (a > 0));
  CREATE TABLE "Odd schema".a_name_that_takes_all_of_the_sixty_three_bytes_there_are_in_pg2 (
    a int CONSTRAINT a_key_that_takes_all_of_the_sixty_three_bytes_there_are_in_pg_2 PRIMARY KEY);
  COMMENT ON CONSTRAINT "self ref" ON "Odd schema"."a ON b USING (c)" IS 'to itself';
  CREATE STATISTICS "Odd schema"."s ON x FROM y" ON "select", "from WHERE x"
    FROM "Odd schema"."a ON b USING (c)";
  CREATE TABLE "Odd schema".booked (
    during tsrange, CONSTRAINT not_twice EXCLUDE USING gist (during WITH &&));
  COMMENT ON CONSTRAINT not_twice ON "Odd schema".booked IS 'who would';
  ALTER TABLE "Odd schema".booked CLUSTER ON not_twice;
  ALTER TABLE "Odd schema".a_name_that_takes_all_of_the_sixty_three_bytes_there_are_in_pg2
    REPLICA IDENTITY USING INDEX a_key_that_takes_all_of_the_sixty_three_bytes_there_are_in_pg_2;
)sql";

/// A database whose tables are planned to be filled from tables like themselves on another server.
class PlannedDatabase {
 public:
  explicit PlannedDatabase(const std::string& sql, const std::set<std::string>& left_out = {}) {
    db_.run(sql);
    session_ = db::open_session(endpoint_of(db_), db::Purpose::target);
    const model::Catalog target = catalog();
    model::Catalog source = target;
    source.server.identity = "another";
    config_.name = "test";
    for (const model::Table& table : target.tables) {
      if (left_out.contains(table.name.table)) {
        config_.leave.push_back({table.name, "not part of this test", ""});
        continue;
      }
      config::Table& entry = config_.tables.emplace_back();
      entry.source = entry.target = table.name;
      entry.rules.same_names = true;
    }
    draft_ = plan::draft(config_, "", source, target);
  }

  [[nodiscard]] const PostgresDatabase& db() const { return db_; }
  [[nodiscard]] db::SqlSession& session() const { return *session_; }
  [[nodiscard]] model::Catalog catalog() const { return db::read_catalog(*session_); }
  [[nodiscard]] const plan::Draft& draft() const { return draft_; }
  [[nodiscard]] const plan::Plan& plan() const {
    for (const model::Finding& finding : draft_.findings) {
      INFO(finding.where << ": " << finding.message);
      if (finding.severity == model::Severity::error) throw std::runtime_error(finding.message);
    }
    return draft_.plan.value();
  }

  void create_sides() const {
    ledger::ensure_schema(*session_);  // where positions look for the source's counters
    for (const plan::TablePlan& table : plan().tables) {
      session_->begin();
      for (const std::string& sql : table.side_ddl) session_->query(sql);
      session_->commit();
    }
  }
  void run_deferred() const {
    for (int stage = 1; stage <= plan::kStages; ++stage) {
      for (const plan::TablePlan& table : plan().tables) {
        for (const DeferredStep& step : table.deferred) {
          if (plan::stage(step.kind) == stage) session_->query(step.sql);
        }
      }
    }
  }

 private:
  PostgresDatabase db_;
  std::unique_ptr<db::SqlSession> session_;
  config::Config config_;
  plan::Draft draft_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string dump_pattern(const model::QualifiedName& name) {
  return model::quote_name(model::Engine::postgresql, name);
}

/// The schema dump of one table, its lines sorted, without comments and without the names that
/// differ by design.
std::vector<std::string> dump_of(const PlannedDatabase& planned, const plan::TablePlan& table,
                                 bool of_side) {
  const RunResult dump =
      run_process({"pg_dump", "-s", "-x", "-t", dump_pattern(of_side ? table.side : table.target),
                   planned.db().conninfo()});
  REQUIRE(dump.err == "");
  REQUIRE(dump.exit_code == 0);
  std::string text = dump.out;
  const auto replace = [&text](const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  if (of_side) {
    for (const plan::TablePlan& each : planned.plan().tables) {
      for (const DeferredStep& step : each.deferred) replace(step.name, step.of);
      replace(each.side.table, each.target.table);
    }
    for (const std::string statistics : {"s", "s2", "s ON x FROM y"}) {
      replace(statistics + "__side", statistics);
    }
  }
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    // \restrict and \unrestrict hold a key that is new in each dump.
    const bool is_meta = line.starts_with("--") || line.starts_with("\\");
    if (!is_meta && !line.empty()) lines.push_back(line);
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("a finished side table is the live table but for its names, as pg_dump sees both") {
  for (const char* sql : {kCustomers, kOddNames}) {
    const PlannedDatabase planned(sql);
    planned.create_sides();
    planned.run_deferred();
    for (const plan::TablePlan& table : planned.plan().tables) {
      INFO(table.target.text());
      CHECK(joined(dump_of(planned, table, true)) == joined(dump_of(planned, table, false)));
    }
  }
}

TEST_CASE(
    "the check for missing parts agrees: nothing is missing at the end, everything is found while "
    "it is") {
  for (const char* sql : {kCustomers, kOddNames}) {
    const PlannedDatabase planned(sql);
    planned.create_sides();
    for (int stage = 1; stage <= plan::kStages; ++stage) {
      for (const plan::TablePlan& table : planned.plan().tables) {
        for (const DeferredStep& step : table.deferred) {
          if (plan::stage(step.kind) != stage) continue;
          const model::Catalog before = planned.catalog();
          CHECK_FALSE(plan::is_done(step, *before.find(table.side)));
          INFO(step.sql);
          if (step.kind != DeferredStep::Kind::position)
            CHECK_FALSE(
                plan::side_differences(planned.plan(), table, *before.find(table.side)).empty());
          planned.session().query(step.sql);
          const model::Catalog after = planned.catalog();
          const bool repeatable =
              step.kind == DeferredStep::Kind::position || step.kind == DeferredStep::Kind::setting;
          CHECK(plan::is_done(step, *after.find(table.side)) != repeatable);
        }
      }
    }
    const model::Catalog catalog = planned.catalog();
    for (const plan::TablePlan& table : planned.plan().tables) {
      INFO(table.side.text());
      CHECK(joined(plan::side_differences(planned.plan(), table, *catalog.find(table.side))) == "");
    }
    CHECK(joined(plan::drift(planned.plan(), catalog, catalog, "")) ==
          "source server: identity another is now " + catalog.server.identity + "\n");
  }
}

TEST_CASE("nobody gets a right on what sluice makes, whatever default privileges say") {
  const std::string app = "app_of_plan_ddl_test";
  const PlannedDatabase planned(std::string(kCustomers) + "CREATE ROLE " + app +
                                ";ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO " + app +
                                ", PUBLIC; ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT ALL ON "
                                "SEQUENCES TO " +
                                app + ", PUBLIC");
  planned.create_sides();
  CHECK(to_text(planned.db().query(
            "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE "
            "c.relname ~ '__side' AND a.grantee <> c.relowner")) == "");
  // The test would prove nothing if default privileges gave nothing.
  planned.db().run("CREATE TABLE crm.control (a serial)");
  CHECK(planned.db().value("SELECT count(DISTINCT c.relname) FROM pg_class c, aclexplode(c.relacl) "
                           "a WHERE c.relname ~ '^control' AND a.grantee <> c.relowner") == "2");
  planned.db().run("DROP OWNED BY " + app + "; DROP ROLE " + app);
}

TEST_CASE("numbers go on behind those of both tables, and the live sequences are not touched") {
  const PlannedDatabase planned(
      "CREATE SCHEMA crm;"
      "CREATE TABLE crm.a (id bigint GENERATED ALWAYS AS IDENTITY, no serial, down int GENERATED "
      "BY "
      "DEFAULT AS IDENTITY (INCREMENT BY -1), v int);"
      "INSERT INTO crm.a (v) SELECT 1 FROM generate_series(1, 500);"
      "DELETE FROM crm.a WHERE id > 10");
  planned.create_sides();
  planned.db().run(
      "INSERT INTO crm.a__side (id, no, down, v) VALUES (900, 7, -3, 1), (-5, 8, 10, 1)");
  planned.run_deferred();
  planned.db().run("INSERT INTO crm.a__side (v) VALUES (2)");
  CHECK(to_text(planned.db().query("SELECT id, no, down FROM crm.a__side WHERE v = 2")) ==
        "901 | 501 | -501\n");
  planned.db().run("INSERT INTO crm.a (v) VALUES (3)");
  CHECK(to_text(planned.db().query("SELECT id, no, down FROM crm.a WHERE v = 3")) ==
        "501 | 501 | -501\n");
  CHECK_THROWS(planned.db().run("INSERT INTO crm.a__side (id, v) VALUES (1, 1)"));
}

TEST_CASE("an unused sequence of an empty table begins where it is told to") {
  const PlannedDatabase planned(
      "CREATE SCHEMA crm; CREATE TABLE crm.a (id int GENERATED ALWAYS AS IDENTITY (START WITH 42), "
      "v int)");
  planned.create_sides();
  planned.run_deferred();
  CHECK(planned.db().value("INSERT INTO crm.a__side (v) VALUES (1) RETURNING id") == "42");
}

TEST_CASE(
    "foreign keys of side tables point at side tables inside the plan and at live ones outside") {
  const PlannedDatabase planned(
      "CREATE SCHEMA crm; CREATE TABLE crm.outside (id int PRIMARY KEY);"
      "CREATE TABLE crm.parent (id int PRIMARY KEY, self int REFERENCES crm.parent);"
      "CREATE TABLE crm.child (id int PRIMARY KEY, p int REFERENCES crm.parent ON DELETE CASCADE, "
      "o int REFERENCES crm.outside);"
      "INSERT INTO crm.outside VALUES (1)",
      {"outside"});
  planned.create_sides();
  planned.db().run(
      "INSERT INTO crm.parent__side VALUES (1, NULL), (2, 1);"
      "INSERT INTO crm.child__side VALUES (1, 2, 1)");
  planned.run_deferred();
  CHECK(to_text(planned.db().query(
            "SELECT conrelid::regclass, confrelid::regclass, convalidated FROM pg_constraint WHERE "
            "contype = 'f' AND conrelid::regclass::text ~ '__side' ORDER BY "
            "conrelid::regclass::text, confrelid::regclass::text")) ==
        "crm.child__side | crm.outside | t\n"
        "crm.child__side | crm.parent__side | t\n"
        "crm.parent__side | crm.parent__side | t\n");
}

TEST_CASE("triggers, policies and grants of the live table stay with it") {
  const PlannedDatabase planned(
      "CREATE SCHEMA crm; CREATE TABLE crm.a (id int PRIMARY KEY);"
      "CREATE FUNCTION crm.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
      "CREATE TRIGGER t BEFORE INSERT ON crm.a EXECUTE FUNCTION crm.f();"
      "ALTER TABLE crm.a ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON crm.a USING (id > 0);"
      "GRANT ALL ON crm.a TO PUBLIC");
  planned.create_sides();
  planned.db().run("INSERT INTO crm.a__side VALUES (1)");
  planned.run_deferred();
  CHECK(planned.db().value(
            "SELECT relhastriggers::text || relrowsecurity || coalesce(relacl::text, "
            "'-') FROM pg_class WHERE oid = 'crm.a__side'::regclass") == "falsefalse-");
  const model::Catalog catalog = planned.catalog();
  const plan::TablePlan& table = planned.plan().tables[0];
  CHECK(plan::side_differences(planned.plan(), table, *catalog.find(table.side)).empty());
}

TEST_CASE("a publication that takes in every table is found") {
  const PlannedDatabase all(
      "CREATE SCHEMA crm; CREATE TABLE crm.a (id int PRIMARY KEY); CREATE PUBLICATION everything "
      "FOR "
      "ALL TABLES");
  CHECK_FALSE(all.draft().plan);
  const PlannedDatabase schema(
      "CREATE SCHEMA crm; CREATE TABLE crm.a (id int PRIMARY KEY); CREATE PUBLICATION s FOR TABLES "
      "IN "
      "SCHEMA crm");
  CHECK_FALSE(schema.draft().plan);
  const PlannedDatabase named(
      "CREATE SCHEMA crm; CREATE TABLE crm.a (id int PRIMARY KEY); CREATE PUBLICATION n FOR TABLE "
      "crm.a");
  CHECK(named.draft().plan);
}

TEST_CASE("drift names what was altered on a real server") {
  const PlannedDatabase planned(kCustomers);
  const auto drift_after = [&planned](const std::string& sql) {
    planned.db().run(sql);
    const model::Catalog now = planned.catalog();
    model::Catalog source = now;
    source.server.identity = "another";
    std::vector<std::string> lines;
    for (const std::string& line : plan::drift(planned.plan(), source, now, "")) {
      if (line.starts_with("target ")) lines.push_back(line);
    }
    return lines;
  };
  CHECK(drift_after("ANALYZE crm.customers; COMMENT ON TABLE crm.customers IS 'new'").empty());
  const auto wider = drift_after("ALTER TABLE crm.customers ALTER credit TYPE numeric(14,2)");
  CHECK(joined(wider).find("target crm.customers: column credit: numeric(12,2) is now "
                           "numeric(14,2)\n") != std::string::npos);
  const auto dropped = drift_after("DROP INDEX crm.one_null");
  CHECK(joined(dropped).find("target crm.customers: index one_null: is gone") != std::string::npos);
  const auto gone = drift_after("DROP TABLE crm.customers");
  CHECK(joined(gone) == "target crm.customers: table is gone\n");
}

}  // namespace sluice::test
