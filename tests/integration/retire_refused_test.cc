// What stands against deleting is found before anything is deleted.

#include <fstream>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What somebody did to the source since it was verified, how it is undone, and the rule that names
/// it.
struct Hazard {
  const char* rule;
  const char* sql;
  const char* undo = "DROP TABLE child";
};

void check_refused(const Retirement& retirement, const Hazard& hazard) {
  INFO(hazard.sql);
  retirement.migration.source(hazard.sql);
  // A proposal says it already; so does a document that was signed before.
  for (const RunResult& result : {retirement.propose("r2.json"), retirement.retire()}) {
    INFO(result.out << result.err);
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.err, ContainsSubstring(hazard.rule));
  }
  CHECK_FALSE(retirement.dir.has("r2.json"));
  CHECK(retirement.count("true") == "50");
  retirement.migration.source(hazard.undo);
}

/// All of them one after the other, and none is left at the end.
void check_all_refused(From from, const std::vector<Hazard>& hazards) {
  Retirement retirement(from);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  for (const Hazard& hazard : hazards) check_refused(retirement, hazard);
  require_exit(retirement.retire(), 0);
}

}  // namespace

TEST_CASE("PostgreSQL: what a delete would set off is refused") {
  check_all_refused(
      From::postgresql,
      {Hazard{"referenced", "CREATE TABLE child (id int, t_id int REFERENCES t)"},
       Hazard{"deletes-more",
              "CREATE TABLE child (id int, t_id int REFERENCES t ON DELETE CASCADE)"},
       Hazard{"deletes-more",
              "CREATE TABLE child (id int, t_id int REFERENCES t ON DELETE SET NULL)"},
       Hazard{"deletes-more",
              "CREATE TABLE child (id int, t_id int DEFAULT 1 REFERENCES t ON DELETE SET DEFAULT)"},
       Hazard{"delete-trigger",
              "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'; "
              "CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
              "DROP FUNCTION f() CASCADE"},
       Hazard{"delete-trigger",
              "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'; "
              "CREATE TRIGGER g AFTER INSERT OR DELETE ON t EXECUTE FUNCTION f()",
              "DROP FUNCTION f() CASCADE"},
       Hazard{"delete-rule", "CREATE RULE g AS ON DELETE TO t DO ALSO NOTIFY gone",
              "DROP RULE g ON t"},
       Hazard{"row-security", "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
              "ALTER TABLE t DISABLE ROW LEVEL SECURITY"},
       Hazard{"has-children", "CREATE TABLE child () INHERITS (t)"}});
}

TEST_CASE("MariaDB: what a delete would set off is refused") {
  check_all_refused(
      From::mariadb,
      {Hazard{"referenced",
              "CREATE TABLE child (id int, t_id int, FOREIGN KEY (t_id) REFERENCES t (id))"},
       Hazard{
           "deletes-more",
           "CREATE TABLE child (id int, t_id int, FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE "
           "CASCADE)"},
       Hazard{
           "deletes-more",
           "CREATE TABLE child (id int, t_id int, FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE "
           "SET NULL)"},
       Hazard{"no-transactions", "ALTER TABLE t ENGINE=MyISAM", "ALTER TABLE t ENGINE=InnoDB"},
       Hazard{"delete-trigger", "CREATE TRIGGER g AFTER DELETE ON t FOR EACH ROW SET @x = 1",
              "DROP TRIGGER g"}});
}

TEST_CASE("MariaDB: a cascade from another database is seen, or that it cannot be seen is said") {
  Retirement retirement(From::mariadb);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const MariadbDatabase other;
  retirement.migration.source(fmt::format(
      "CREATE TABLE {}.`chi-ld` (id int, t_id int, FOREIGN KEY (t_id) REFERENCES {}.t (id) ON "
      "DELETE CASCADE)",
      other.name(), retirement.migration.source_schema()));
  const RunResult seen = retirement.retire();
  CHECK(seen.exit_code == 3);
  CHECK_THAT(seen.err, ContainsSubstring("chi-ld"));
  retirement.migration.source("REVOKE PROCESS ON *.* FROM " + retirement.role() + "@localhost");
  const RunResult unseen = retirement.retire();
  CHECK(unseen.exit_code == 3);
  CHECK_THAT(unseen.err, ContainsSubstring("unseen"));
  CHECK(retirement.count("true") == "50");
  retirement.migration.source("DROP TABLE " + other.name() + ".`chi-ld`");
}

TEST_CASE("a role that may not delete, and no table of what was deleted") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  retirement.migration.source("REVOKE DELETE ON t FROM " + retirement.role());
  const RunResult result = retirement.retire();
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.err, ContainsSubstring("no-right"));
  retirement.migration.source("GRANT DELETE ON t TO " + retirement.role() +
                              "; DROP TABLE sluice.consumed");
  const RunResult without = retirement.retire();
  INFO(without.err);
  CHECK(without.exit_code == 2);
  CHECK_THAT(without.err, ContainsSubstring("sluice.consumed"));
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("children go before parents; a parent whose child stays stays too") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.migration.source(
      "CREATE TABLE p (id int PRIMARY KEY, name varchar(20));"
      "CREATE TABLE c (id int PRIMARY KEY, p_id int, kind varchar(5), FOREIGN KEY (p_id) "
      "REFERENCES p (id));"
      "INSERT INTO p VALUES (1, 'a'), (2, 'b'), (3, 'c');"
      "INSERT INTO c VALUES (10, 1, 'a'), (20, 2, 'left'), (30, 3, 'a')");
  retirement.migration.move("p", "p", R"("create": {})");
  retirement.migration.move("c", "c", R"("create": {})",
                            R"({"same_names": true, "filter": {"column": "kind", "op": "<>", )"
                            R"("value": "left"}})");
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const RunResult result = retirement.retire();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring("refer"));
  CHECK(to_text(retirement.migration.source("SELECT id FROM p ORDER BY id")) == "2\n");
  CHECK(to_text(retirement.migration.source("SELECT id FROM c ORDER BY id")) == "20\n");
}

TEST_CASE("rows that refer to rows of their own table go, those that are referred to last") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, boss int, FOREIGN KEY (boss) REFERENCES t (id));"
      "INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2), (4, 1), (5, 4)");
  retirement.migration.move("t", "t", R"("create": {})");
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "0");
}

TEST_CASE("rows are kept for as long as the policy says") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  const std::string policy = retirement.team.policy_json(retirement.policy_members());
  std::string later = policy;
  const std::string first = R"("first_day": 0)";
  later.replace(later.find(first), first.size(), R"("first_day": 2)");
  std::ofstream(retirement.team.folder() / "team.policy.json") << later;
  retirement.copy_and_verify();
  const RunResult result = retirement.propose();
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.err, ContainsSubstring("keeps source rows until"));
}

}  // namespace sluice::test
