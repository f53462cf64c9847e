// What verbs answer with --json, held against the page that promises it.
#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "integration/json_page.h"
#include "support/desk.h"
#include "support/governed.h"
#include "support/migration.h"
#include "support/temp_dir.h"
#include "support/whole_database.h"

namespace sluice::test {
namespace {

std::string outcome(const codec::JsonDocument& document) {
  return document.root().at("outcome").as_string();
}

void make_tables(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, name text);"
      "INSERT INTO t SELECT n, CASE WHEN n = 7 THEN NULL ELSE 'x' END FROM generate_series(1, 100) "
      "n");
  migration.target("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)");
  migration.move("t");
}

/// With whatever a report may tell of: a value map, old values that are kept, a check, a computed
/// column that cannot be compared.
void make_rich_table(Migration& migration) {
  migration.source(
      "CREATE TABLE t (id int PRIMARY KEY, name text, status text, old text, "
      "half float4 GENERATED ALWAYS AS (id * 0.5) STORED);"
      "INSERT INTO t SELECT n, CASE WHEN n = 7 THEN NULL ELSE 'x' END, 'a', 'z' "
      "FROM generate_series(1, 100) n");
  migration.target(
      "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, status text, "
      "half float8 GENERATED ALWAYS AS (id * 0.5) STORED)");
  migration.move("t", "t", "", R"({"same_names": true, "columns": {"status": {"from": "status",
      "steps": [{"map": {"a": "active"}, "otherwise": "quarantine"}]}},
      "drop": [{"column": "old", "lossy": true, "keep_rest": true, "reason": "unused"}]})");
  migration.member("checks", R"([{"name": "rows", "measure": "count",
      "source": {"table": "t"}, "target": {"table": "t"}}])");
}

/// With something of each grade: a table that cannot be filled, a view, a decision, a note.
void check_init(JsonPage& page) {
  const MysqlFamilyDatabase source(MariadbServer::shared());
  source.run(
      "CREATE TABLE a (id int PRIMARY KEY, flag tinyint(1), twice bigint AS (id * 2) VIRTUAL);"
      "CREATE TABLE b (id int PRIMARY KEY); CREATE VIEW v AS SELECT 1");
  const WholeDatabase whole(reader_url(source));
  whole.target().run("CREATE TABLE b (id int PRIMARY KEY, needed int NOT NULL)");
  page.check(whole.init({"--json"}), 2, "sluice.init/1");
}

/// The acts after a copy, what stands in their way, and the source between them.
void check_swapped(JsonPage& page) {
  Migration migration;
  migration.source("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  migration.target("CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t");
  migration.move("t");
  REQUIRE(migration.copy().exit_code == 0);
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  page.check(migration.sluice("cutover", {"--json"}), 3, "sluice.swap/1");
  REQUIRE(migration.sluice("verify").exit_code == 0);
  page.check(migration.sluice("cutover", {"--json", "--dry-run"}), 0, "sluice.swap/1");
  const auto done = page.check(migration.sluice("cutover", {"--json"}), 0, "sluice.swap/1");
  CHECK(done.root().at("source_freeze").as_string().find("CREATE TRIGGER") != std::string::npos);
  page.check(migration.sluice("freeze", {"--json", "--with", migration.superuser_url()}), 0,
             "sluice.old-side/1");
  page.check(migration.sluice("freeze", {"--json", "--undo", "--with", migration.superuser_url()}),
             0, "sluice.old-side/1");
  migration.source("INSERT INTO t VALUES (2)");
  page.check(migration.sluice("freeze", {"--json", "--watch", "--once"}), 3, "sluice.old-side/1");
  page.check(migration.sluice("status", {"--json"}), 0, "sluice.status/1");
  migration.target("INSERT INTO t VALUES (9)");
  page.check(migration.sluice("rollback", {"--json"}), 3, "sluice.swap/1");
  // Rows that it took away are dropped when an archive has them.
  const TempDir dir;
  page.check(migration.sluice("rollback", {"--json", "--losing", "1", "--archive",
                                           (dir.path() / "lost").string()}),
             0, "sluice.swap/1");
  page.check(migration.sluice("discard", {"--json", "--dry-run", "--run", run}), 0,
             "sluice.discard/1");
  page.check(migration.sluice("discard", {"--json", "--run", run}), 0, "sluice.discard/1");
}

/// What a policy adds to the answers.
void check_governed(JsonPage& page) {
  Governed governed("scratch");
  governed.migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY)");
  governed.migration.move("public.t");
  REQUIRE(governed.migration.copy().exit_code == 0);
  const auto status =
      page.check(governed.migration.sluice("status", {"--json"}), 0, "sluice.status/1");
  CHECK(status.root().at("policy").at("version").as_integer() == 3);
  const std::string document = (governed.team.folder() / "change.json").string();
  page.check(
      governed.migration.sluice(
          "policy", {"--json", "--change", governed.write_next(4).string(), "--out", document}),
      0, "sluice.policy.change/1");
}

}  // namespace

TEST_CASE("every verb answers in JSON as its page promises, however a copy ends") {
  Migration migration;
  make_rich_table(migration);
  JsonPage page("src/cli/json.md");
  const TempDir dir;
  const std::string file = (dir.path() / "decisions.json").string();
  page.check(migration.sluice("grants", {"--json"}), 0, "sluice.grants/1");
  page.check(migration.sluice("inspect", {"--json"}), 0, "sluice.inspect/1");
  page.check(migration.sluice("plan", {"--json"}), 0, "sluice.plan.result/1");
  page.check(migration.sluice("status", {"--json"}), 2, "sluice.error/1");
  REQUIRE(migration.copy_killed_at("after_claim").signal == SIGKILL);
  page.check(migration.sluice("status", {"--json"}), 0, "sluice.status/1");
  migration.limit("quarantine_rows", 0);
  const auto paused = page.check(migration.copy({"--json"}), 3, "sluice.copy/1");
  CHECK(outcome(paused) == "paused");
  CHECK(paused.root().at("reason").as_string().find("limit of 0") != std::string::npos);
  migration.limit("quarantine_rows", 10);
  const auto finished = page.check(migration.copy({"--json"}), 0, "sluice.copy/1");
  CHECK(outcome(finished) == "finished");
  CHECK(finished.root().at("tables").items().at(0).at("quarantined").as_integer() == 1);
  CHECK(outcome(page.check(migration.copy({"--json"}), 0, "sluice.copy/1")) == "finished_before");
  page.check(migration.sluice("runs", {"--json"}), 0, "sluice.runs/1");
  page.check(migration.sluice("quarantine", {"--json"}), 0, "sluice.quarantine/1");
  const auto groups = page.check_printed(migration.sluice("quarantine", {"--json", "--group"}), 0,
                                         "sluice.quarantine/1");
  CHECK(groups.root().at("groups").items().at(0).at("rows").as_integer() == 1);
  page.check(migration.sluice("quarantine", {"export", "--json", "--out", file}), 0,
             "sluice.exported/1");
  page.check(migration.sluice("quarantine", {"decide", "--json", "--file", file}), 3,
             "sluice.decided/1");
  const std::string manifest = file + ".manifest";
  page.check(migration.sluice("verify", {"--json", "--manifest", manifest}), 0, "sluice.verify/1");
  page.check(migration.sluice("manifest", {"check", "--json", manifest}), 0,
             "sluice.manifest_check/1");
  page.check(migration.sluice("status", {"--json"}), 0, "sluice.status/1");
  migration.target("UPDATE t__side SET name = 'y' WHERE id = 1; DELETE FROM t__rest");
  page.check(migration.sluice("verify", {"--json"}), 3, "sluice.verify/1");
  const std::string run = migration.target_value("SELECT run_id FROM sluice.run");
  page.check(migration.sluice("stop", {"--json", "--reason", "enough"}), 0, "sluice.stop/1");
  page.check(migration.sluice("status", {"--json"}), 0, "sluice.status/1");
  page.check(migration.sluice("continue", {"--json", "--run", run}), 0, "sluice.continue/1");
  page.check(migration.sluice("log", {"--json"}), 0, "sluice.log.result/1");
  const RunResult doctor = migration.sluice("doctor", {"--json"});
  page.check(doctor, doctor.exit_code, "sluice.doctor/1");
  check_init(page);
  const Desk desk;
  static_cast<void>(desk.team.sign(desk.document, "bob", "cutover"));
  static_cast<void>(desk.team.sign(desk.document, "mallory", "cutover"));
  const auto approval = page.check(desk.approve({"--json"}), 4, "sluice.approve/1");
  CHECK(approval.root().at("refused").items().size() == 1);
  check_governed(page);
  check_swapped(page);
  // What needs signatures: json_signed_test.
  page.check_seen("sluice.", {"sluice.loss/1", "sluice.policy.result/1", "sluice.restore/1",
                              "sluice.retire-proposal/1", "sluice.retire/1"});
}

TEST_CASE("a copy that is stopped, held or meets drift answers in JSON too") {
  Migration migration;
  make_tables(migration);
  JsonPage page("src/cli/json.md");
  const auto holder = migration.start_copy_stalled_at("after_claim", {"--json"});
  REQUIRE(wait_until_stalled(*holder));
  const auto held = page.check(migration.copy({"--json"}), 6, "sluice.error/1");
  CHECK(held.root().at("exit_code").as_integer() == 6);
  CHECK(held.root().at("errors").items().size() == 2);
  holder->send_signal(SIGINT);
  holder->send_signal(SIGCONT);
  CHECK(outcome(page.check(holder->wait(), 130, "sluice.copy/1")) == "stopped");
  migration.target("ALTER TABLE t ADD COLUMN more int");
  page.check(migration.copy({"--json"}), 7, "sluice.error/1");
}

TEST_CASE("a verification that is tried leaves nothing in the ledger") {
  Migration migration;
  make_tables(migration);
  REQUIRE(migration.copy().exit_code == 0);
  const RunResult tried = migration.sluice("verify", {"--dry-run"});
  INFO(tried.out << tried.err);
  CHECK(tried.exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.verification") == "0");
  CHECK(migration.sluice("verify").exit_code == 0);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.verification") == "1");
}

}  // namespace sluice::test
