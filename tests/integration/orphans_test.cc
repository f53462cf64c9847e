// Rows whose parent went to quarantine follow it, however their key is made; under keys that do not
// ask for a parent they stay.
#include <catch2/catch_test_macros.hpp>

#include "support/migration.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr const char* kCreate = R"("create": {})";
/// Of a table whose texts are to be numbers: what is none goes to quarantine.
constexpr const char* kNumbers = R"("create": {"types": {"v": "integer"}})";

/// d refers to c, c to partitioned p, p to kinds. Rows (2, 2) of p and 2 of kinds are no numbers.
void make_chain(Migration& migration) {
  migration.source(
      "CREATE TABLE kinds (kind int PRIMARY KEY, v text);"
      "CREATE TABLE p (k int, id int, v text, kind int REFERENCES kinds, PRIMARY KEY (k, id))"
      "  PARTITION BY LIST (k);"
      "CREATE TABLE p_0 PARTITION OF p FOR VALUES IN (1, 2);"
      "CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (3);"
      "CREATE TABLE c (id int PRIMARY KEY, k int, p int, FOREIGN KEY (k, p) REFERENCES p);"
      "CREATE TABLE d (id int PRIMARY KEY, c int REFERENCES c);"
      "INSERT INTO kinds VALUES (1, '1'), (2, 'two');"
      "INSERT INTO p VALUES (1, 1, '1', 1), (2, 2, 'x', 1), (3, 3, '3', 1), (3, 4, '4', 2);"
      "INSERT INTO c VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 3, 4), (5, NULL, 9);"
      "INSERT INTO d VALUES (1, 1), (2, 2), (4, 4)");
  for (const char* const table : {"kinds", "p_0", "p_1"}) migration.move(table, table, kNumbers);
  for (const char* const table : {"c", "d"}) migration.move(table, table, kCreate);
  migration.limit("quarantine_rows", 10);
}

void check_chain(const Migration& migration) {
  const auto rows = [&migration](const std::string& sql) {
    return migration.target_value("SELECT string_agg(" + sql);
  };
  CHECK(rows("id::text, ' ' ORDER BY id) FROM p") == "1 3");
  CHECK(rows("id::text, ' ' ORDER BY id) FROM c") == "1 3 5");
  CHECK(rows("id::text, ' ' ORDER BY id) FROM d") == "1");
  CHECK(rows("conname, ' ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f' AND "
             "convalidated AND conparentid = 0 AND connamespace = 'public'::regnamespace") ==
        "c_k_p_fkey d_c_fkey p_kind_fkey");
  CHECK(migration.quarantine("c").starts_with("[\"2\"] | k, p | "));
}

}  // namespace

TEST_CASE("rows without a parent are taken out of and for partitions before these are joined") {
  Migration migration;
  make_chain(migration);
  require_exit(migration.copy(), 0);
  check_chain(migration);
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("a table waits for its name while a partition that it refers to has failed") {
  Migration migration;
  make_chain(migration);
  migration.source("REVOKE SELECT ON p_1 FROM sluice_reader");
  const RunResult failed = migration.copy();
  require_exit(failed, 3);
  CHECK(failed.err.find("public.c__side is whole, and waits for its name") != std::string::npos);
  CHECK(migration.target_value("SELECT to_regclass('c') IS NULL AND to_regclass('d') IS NULL") ==
        "t");
  migration.source("GRANT SELECT ON p_1 TO sluice_reader");
  require_exit(migration.copy(), 0);
  check_chain(migration);
}

TEST_CASE("a key that is not validated keeps rows without a parent") {
  Migration migration;
  migration.source(
      "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);"
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY LIST (id);"
      "CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1);"
      "CREATE TABLE c (id int PRIMARY KEY, a int, p int);"
      "INSERT INTO c VALUES (1, 1, 1), (2, 9, 1), (3, 1, 9);"
      "ALTER TABLE c ADD FOREIGN KEY (a) REFERENCES a NOT VALID,"
      "  ADD FOREIGN KEY (p) REFERENCES p NOT VALID");
  for (const char* const table : {"a", "p_1", "c"}) migration.move(table, table, kCreate);
  require_exit(migration.copy(), 0);
  CHECK(migration.target_value("SELECT count(*) FROM c") == "3");
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(migration.target_value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT "
                               "convalidated AND conparentid = 0 AND conrelid = 'c'::regclass") ==
        "2");
  require_exit(migration.sluice("verify"), 0);
}

TEST_CASE("what keeps new tables from being joined is said in whole, and what to do about it") {
  Migration migration;
  make_chain(migration);
  migration.target(
      "CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS "
      "$$ BEGIN IF current_query() LIKE '%FOREIGN KEY%' AND current_query() NOT LIKE '%__side%' "
      "THEN RAISE EXCEPTION 'not now'; END IF; END $$;"
      "CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION refuse()");
  const RunResult paused = migration.copy({"--json"});
  require_exit(paused, 3);
  const std::size_t list = paused.out.find("\"unjoined\"");
  REQUIRE(list != std::string::npos);
  CHECK(paused.out.find("foreign key c_k_p_fkey of public.c: ", list) != std::string::npos);
  CHECK(paused.out.find("foreign key p_kind_fkey of public.p: ", list) != std::string::npos);
  const RunResult status = migration.sluice("status");
  INFO(status.out);
  CHECK(status.out.find("a limit was crossed") == std::string::npos);
  CHECK(status.out.find("mend what keeps them from being joined") != std::string::npos);
  CHECK(status.out.find("Next: sluice copy") != std::string::npos);
  migration.target("DROP EVENT TRIGGER refuse");
  require_exit(migration.copy(), 0);
  check_chain(migration);
}

}  // namespace sluice::test
