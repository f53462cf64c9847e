// The source after the cutover: read-only, watched, and as it was when that is taken away.
#include <chrono>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/cutover_fixture.h"
#include "integration/retire_fixture.h"
#include "support/governed.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

bool says(const RunResult& result, const std::string& text) {
  return (result.out + result.err).find(text) != std::string::npos;
}

void make_source(Migration& migration) {
  const bool is_mysql = migration.from() != From::postgresql;
  migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, v varchar(20));"
      "INSERT INTO t VALUES (1, 'new'), (2, 'new')");
  const std::string odd = is_mysql ? "`or ders`" : "\"or ders\"";
  migration.source("CREATE TABLE " + odd + " (id int NOT NULL PRIMARY KEY, v varchar(20));" +
                   "INSERT INTO " + odd + " VALUES (7, 'x')");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, v text);"
      "CREATE TABLE \"or ders\" (id int PRIMARY KEY, v text)");
  migration.move("t");
  migration.move("or ders");
}

void cut_over(const Migration& migration) {
  copy_and_verify(migration);
  require_exit(migration.sluice("cutover"), 0);
}

/// Everything that the source's catalogue has of its tables, so that what was left behind shows.
std::string source_catalog(const Migration& migration) {
  if (migration.from() == From::postgresql) {
    const RunResult dump = run_process({"pg_dump", "-s", migration.source_conninfo()});
    require_exit(dump, 0);
    return without_tokens(dump.out);
  }
  return to_text(migration.source(
      "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() "
      "UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES "
      "WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1"));
}

/// As an application that owns its tables would write.
bool is_refused(const Migration& migration, const std::string& sql) {
  try {
    migration.source(sql);
    return false;
  } catch (const std::exception& error) {
    return std::string(error.what()).find("was moved: it is read-only") != std::string::npos;
  }
}

RunResult freeze(const Migration& migration, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"--with", migration.superuser_url()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return migration.sluice("freeze", arguments);
}

/// By the server's own client, as an administrator would.
void run_script(const Migration& migration, const std::string& file) {
  const std::vector<std::string> client =
      migration.from() == From::postgresql
          ? std::vector<std::string>{"psql",
                                     "-X",
                                     "-q",
                                     "-v",
                                     "ON_ERROR_STOP=1",
                                     "-f",
                                     file,
                                     "-d",
                                     migration.source_conninfo()}
          : std::vector<std::string>{"mariadb",
                                     "--defaults-file=" + MariadbServer::shared().option_file(),
                                     "-e", "source " + file, migration.source_schema()};
  require_exit(run_process(client), 0);
}

RunResult look(const Migration& migration) {
  return migration.sluice("freeze", {"--watch", "--once"});
}

TEST_CASE("a source that is read-only refuses its owner's writes, and nothing is left of it") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_source(migration);
  const std::string before = source_catalog(migration);
  CHECK(freeze(migration).exit_code == 2);  // there is no run
  copy_and_verify(migration);
  CHECK(freeze(migration).exit_code == 2);  // it is in use
  CHECK(source_catalog(migration) == before);
  require_exit(migration.sluice("cutover"), 0);
  require_exit(freeze(migration), 0);
  require_exit(freeze(migration), 0);
  for (const char* const write :
       {"INSERT INTO t VALUES (3, 'late')", "UPDATE t SET v = 'late' WHERE id = 1",
        "DELETE FROM t WHERE id = 1"}) {
    CAPTURE(write);
    CHECK(is_refused(migration, write));
  }
  const std::string odd = migration.from() == From::postgresql ? "\"or ders\"" : "`or ders`";
  CHECK(is_refused(migration, "DELETE FROM " + odd));
  CHECK(migration.source_value("SELECT count(*) FROM t") == "2");
  require_exit(look(migration), 0);
  CHECK(says(migration.sluice("status"), "source: read-only; nothing was written there"));

  require_exit(freeze(migration, {"--undo"}), 0);
  require_exit(freeze(migration, {"--undo"}), 0);
  CHECK(source_catalog(migration) == before);
  migration.source("INSERT INTO t VALUES (3, 'again')");
}

TEST_CASE("a read-only PostgreSQL source refuses what goes around its tables too") {
  Migration migration;
  make_source(migration);
  migration.source("CREATE VIEW through AS SELECT * FROM t");
  cut_over(migration);
  require_exit(freeze(migration), 0);
  for (const char* const write :
       {"TRUNCATE t", "INSERT INTO through VALUES (9, 'x')",
        "SET session_replication_role = replica; DELETE FROM t",
        "INSERT INTO t VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET v = 'x'"}) {
    CAPTURE(write);
    CHECK(is_refused(migration, write));
  }
  CHECK(migration.source_value("SELECT count(*) FROM t") == "2");
}

TEST_CASE("the SQL that freeze prints does the same without sluice") {
  Migration migration(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(migration.from()));
  make_source(migration);
  const std::string before = source_catalog(migration);
  cut_over(migration);
  const TempDir dir;
  for (const bool is_undo : {false, true}) {
    const std::string file = (dir.path() / (is_undo ? "undo.sql" : "freeze.sql")).string();
    std::vector<std::string> arguments{"--sql", file};
    if (is_undo) arguments.emplace_back("--undo");
    require_exit(migration.sluice("freeze", arguments), 0);
    CHECK((source_catalog(migration) == before) == !is_undo);
    run_script(migration, file);
    CHECK(is_refused(migration, "UPDATE t SET v = v") == !is_undo);
  }
  CHECK(source_catalog(migration) == before);
}

TEST_CASE("retire deletes from a source that is read-only for everybody else") {
  Retirement r(GENERATE(From::postgresql, From::mariadb));
  CAPTURE(to_string(r.migration.from()));
  r.make_table(300);
  r.copy_and_verify();
  const TempDir dir;
  const std::string file = (dir.path() / "freeze.sql").string();
  require_exit(r.migration.sluice("freeze", {"--sql", file}), 0);
  run_script(r.migration, file);
  REQUIRE(is_refused(r.migration, "DELETE FROM t WHERE id = 1"));
  r.propose_and_sign();
  require_exit(r.retire(), 0);
  CHECK(r.count(Retirement::kGoes) == "0");
  CHECK(r.count("true") == "60");
  CHECK(is_refused(r.migration, "DELETE FROM t"));
  require_exit(
      run_sluice({"restore", "--archive", r.archive(), "--into", r.migration.superuser_url(),
                  "--limit", "10", "--config", r.migration.config_file()}),
      0);
  CHECK(r.count(Retirement::kGoes) == "10");
}

TEST_CASE("a write to the source after the cutover is a stop rule, until both sides are equal") {
  Migration migration(GENERATE(From::postgresql, From::mariadb, From::mariadb_without_binlog));
  CAPTURE(to_string(migration.from()));
  make_source(migration);
  cut_over(migration);
  require_exit(look(migration), 0);
  migration.source("UPDATE t SET v = 'late' WHERE id = 2");
  const RunResult written = look(migration);
  CHECK(written.exit_code == 3);
  CHECK(says(written, migration.source_schema() + ".t: "));
  CHECK(!says(written, "or ders"));
  CHECK(look(migration).exit_code == 3);
  CHECK(migration.events("old-side-written").size() == 1);
  CHECK(says(migration.sluice("status"), "written to: " + migration.source_schema() + ".t: "));

  // Nothing but its being in the target, by a verification, settles it.
  CHECK(migration.sluice("verify").exit_code == 3);
  CHECK(look(migration).exit_code == 3);
  migration.target("UPDATE t SET v = 'late' WHERE id = 2");
  require_exit(migration.sluice("verify"), 0);
  require_exit(look(migration), 0);
  CHECK(migration.events("old-side-written").size() == 1);

  // One more of the same kind is another one.
  migration.source("UPDATE t SET v = 'later' WHERE id = 2");
  CHECK(look(migration).exit_code == 3);
  CHECK(migration.events("old-side-written").size() == 2);
}

TEST_CASE("cutover and rollback make the source read-only and take it away by themselves") {
  Migration migration(From::mariadb);
  make_source(migration);
  const std::string before = source_catalog(migration);
  copy_and_verify(migration);
  const std::string url = migration.superuser_url();
  require_exit(migration.sluice("cutover", {"--freeze-with", url}), 0);
  CHECK(rows_of(migration, "t") == "1 | new\n2 | new\n");
  CHECK(is_refused(migration, "DELETE FROM t"));
  require_exit(look(migration), 0);
  require_exit(migration.sluice("rollback", {"--thaw-with", url}), 0);
  CHECK(source_catalog(migration) == before);
  CHECK(migration.events("old-side-frozen").size() == 1);
  CHECK(migration.events("old-side-thawed").size() == 1);
}

TEST_CASE("a source that somebody wrote to before it was read-only is told at once") {
  Migration migration;
  make_source(migration);
  cut_over(migration);
  migration.source("INSERT INTO t VALUES (8, 'between')");
  const RunResult frozen = freeze(migration);
  CHECK(frozen.exit_code == 3);
  CHECK(says(frozen, "public.t: 1 rows inserted or changed, 0 changed or deleted"));
  CHECK(look(migration).exit_code == 3);
}

TEST_CASE("retire waits until writes to the old side are settled, or the policy accepts them") {
  const bool is_accepted = GENERATE(false, true);
  CAPTURE(is_accepted);
  Governed governed("scratch");
  if (is_accepted) {
    const std::string version = "\"version\": 3";
    governed.write_policy(3, {{version, version + ", \"limits\": {\"old_side_writes\": 1}"}});
  }
  Migration& migration = governed.migration;
  migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY, v text)");
  migration.source("INSERT INTO public.t VALUES (1, 'a')");
  migration.move("public.t");
  governed.adopt_policy();
  require_exit(migration.copy(), 0);
  const std::string manifest = (governed.team.folder() / "manifest.json").string();
  require_exit(migration.sluice("verify", {"--manifest", manifest}), 0);
  require_exit(migration.sluice("cutover"), 0);
  migration.source("INSERT INTO public.t VALUES (2, 'late')");
  CHECK(look(migration).exit_code == (is_accepted ? 0 : 3));
  const RunResult retire =
      migration.sluice("retire", {"--manifest", manifest, "--retire-as", migration.superuser_url(),
                                  "--archive", (governed.team.folder() / "gone").string(),
                                  "--propose", (governed.team.folder() / "r.json").string()});
  CHECK(says(retire, "was written to after the cutover") == !is_accepted);
  if (!is_accepted) CHECK(retire.exit_code == 3);
}

TEST_CASE("a watch ends when somebody writes to the source, or when it is in use again") {
  Migration migration;
  make_source(migration);
  cut_over(migration);
  const auto watch = migration.start("freeze", {"--watch", "--interval", "1"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  migration.source("DELETE FROM t WHERE id = 1");
  const RunResult seen = watch->wait();
  CHECK(seen.exit_code == 3);
  CHECK(says(seen, "public.t: 0 rows inserted or changed, 1 changed or deleted"));
  require_exit(migration.sluice("rollback"), 0);
  require_exit(migration.sluice("freeze", {"--watch"}), 0);
}

}  // namespace
}  // namespace sluice::test
