// Whatever ends a restore, the same command goes on; a row that the server does not take costs no
// other.

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/reader.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A scratch database in which tables are made only when the door is open.
class Scratch : public PostgresDatabase {
 public:
  Scratch() {
    query(
        "CREATE TABLE closed (n int);"
        "CREATE FUNCTION waits() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN WHILE EXISTS "
        "(SELECT FROM public.closed) LOOP PERFORM pg_sleep(0.02); END LOOP; END';"
        "CREATE EVENT TRIGGER waits ON ddl_command_end EXECUTE FUNCTION waits();"
        "INSERT INTO closed VALUES (1)");
  }
  void open() const { query("DELETE FROM closed"); }
  [[nodiscard]] std::string url() const { return url_of(*this, server().user()); }
  [[nodiscard]] bool is_waited_at() const {
    return value(
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
               "wait_event = 'PgSleep'") != "0";
  }
};

/// Time for a process to hear a signal.
void give_time() { std::this_thread::sleep_for(std::chrono::milliseconds(500)); }

void retire_all(const Retirement& retirement) {
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
}

}  // namespace

TEST_CASE("killed at any point, a restore goes on to the same end") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(1000);
  retirement.copy_and_verify();
  const Rows before = all_rows(retirement);
  retire_all(retirement);
  const auto killed_at = [&](const std::string& point) {
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", point}};
    CHECK(run_sluice(retirement.restore_words(), options).signal == SIGKILL);
    return std::stoi(retirement.count("true"));
  };
  // Rows are there or not, by whole transactions; each call goes on where the last one ended.
  CHECK(killed_at("restore-inserted") == 200);
  const int one = killed_at("restore-committed");
  CHECK(one > 200);
  CHECK(killed_at("restore-inserted:2") > one);
  require_exit(run_sluice(retirement.restore_words()), 0);
  CHECK(first_difference(before, all_rows(retirement)) == "");
}

TEST_CASE("rows that stand in the way of archived ones cost no other row") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  const bool mysql = from == From::mariadb;
  // Keys that the server takes for equal, and another unique one.
  retirement.migration.source(
      mysql ? "CREATE TABLE t (id varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT "
              "NULL PRIMARY KEY, code int NOT NULL UNIQUE)"
            : "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic "
              "= false); CREATE TABLE t (id varchar(20) COLLATE nocase PRIMARY KEY, code int NOT "
              "NULL UNIQUE)");
  std::string values;
  for (int i = 1; i <= 40; ++i) values += fmt::format("{}('k{}', {})", i == 1 ? "" : ", ", i, i);
  retirement.migration.source("INSERT INTO t VALUES " + values);
  retirement.migration.move("t", "t", R"("create": {})");
  retirement.copy_and_verify();
  retire_all(retirement);
  REQUIRE(retirement.count("true") == "0");
  retirement.migration.source("INSERT INTO t VALUES ('K7', 1007), ('other', 9), ('k20', 20)");
  const RunResult result = run_sluice(retirement.restore_words());
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK_THAT(result.out, ContainsSubstring("[\"k7\"]"));
  CHECK_THAT(result.out, ContainsSubstring("[\"k9\"]"));
  CHECK(retirement.count("true") == "40");
  CHECK(retirement.migration.source_value("SELECT code FROM t WHERE id = 'k7'") == "1007");
  CHECK(retirement.count("code BETWEEN 1 AND 40") == "39");
}

TEST_CASE("a restore that is told to end says so, and how to go on with the very same rows") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retire_all(retirement);
  const std::string more = "--table " + retirement.migration.source_schema() +
                           ".t --rename public.back --limit 7 --config " +
                           retirement.migration.config_file() + " --operator olga@corp";
  const auto start = [&](const Scratch& scratch) {
    auto process = std::make_unique<Process>(std::vector<std::string>{
        sluice_binary(), "restore", "--archive", retirement.archive(), "--into", scratch.url(),
        "--table", retirement.migration.source_schema() + ".t", "--rename", "public.back",
        "--limit", "7", "--config", retirement.migration.config_file(), "--operator", "olga@corp"});
    REQUIRE(wait_until([&] { return scratch.is_waited_at() || !process->running(); }));
    process->send_signal(SIGINT);
    give_time();
    return process;
  };
  {
    const Scratch scratch;
    const auto process = start(scratch);
    scratch.open();
    const RunResult ended = process->wait();
    INFO(ended.out << ended.err);
    CHECK(ended.exit_code == 130);
    CHECK_THAT(ended.err, ContainsSubstring("the restore was stopped"));
    CHECK(scratch.value("SELECT count(*) FROM public.back") == "0");
  }
  const Scratch scratch;
  const auto process = start(scratch);
  process->send_signal(SIGINT);
  const RunResult ended = process->wait();
  scratch.open();
  INFO(ended.out << ended.err);
  CHECK(ended.exit_code == 130);
  CHECK_THAT(ended.err, ContainsSubstring("asked twice"));
  CHECK_THAT(ended.err, ContainsSubstring(more));
}

TEST_CASE("rows that refer to rows of their own batch come back") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.migration.source(
      "CREATE TABLE t (id int NOT NULL PRIMARY KEY, boss int, "
      "FOREIGN KEY (boss) REFERENCES t (id))");
  retirement.migration.source("INSERT INTO t VALUES (9, NULL), (5, 9), (3, 5), (7, 9), (1, 3)");
  retirement.migration.move("t", "t", R"("create": {})");
  retirement.copy_and_verify();
  const std::string before = to_text(retirement.migration.source("SELECT * FROM t ORDER BY id"));
  retire_all(retirement);
  REQUIRE(retirement.count("true") == "0");
  require_exit(run_sluice(retirement.restore_words()), 0);
  CHECK(to_text(retirement.migration.source("SELECT * FROM t ORDER BY id")) == before);
}

TEST_CASE("a damaged archive gives back no row of what is damaged, and all once it is whole") {
  Retirement retirement(From::postgresql);
  retirement.make_table(1000);
  retirement.copy_and_verify();
  const std::string all =
      fmt::format("SELECT {} FROM t WHERE {} ORDER BY id", kRetiredColumns, Retirement::kGoes);
  const Rows gone = retirement.migration.source(all);
  retire_all(retirement);
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(retirement.archive())) {
    if (entry.path().extension() == ".zst") file = "gone/" + entry.path().filename().string();
  }
  const std::string whole = retirement.dir.bytes(file);
  const PostgresDatabase scratch;
  const auto restore = [&] {
    return run_sluice({"restore", "--archive", retirement.archive(), "--into",
                       url_of(scratch, scratch.server().user())});
  };
  // In the first batch, and in the last one.
  for (const std::size_t at : {whole.size() / 10, whole.size() - whole.size() / 10}) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    retirement.dir.put(file, damaged);
    const RunResult result = restore();
    INFO(result.out << result.err);
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.err, ContainsSubstring("damaged"));
    CHECK(scratch.value("SELECT to_regclass('public.t') IS NULL") == "t");
  }
  retirement.dir.put(file, whole.substr(0, whole.size() / 2));
  CHECK(restore().exit_code == 3);
  retirement.dir.put(file, whole);
  require_exit(restore(), 0);
  CHECK(first_difference(gone, scratch.query(all)) == "");
}

TEST_CASE("rows of tables and columns with strange names go and come back") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  const Migration& migration = retirement.migration;
  const bool mysql = retirement.is_mysql();
  const std::string name = mysql ? "`or ``der'\"`" : R"("a""b'%s"."or `der'""")";
  if (!mysql) migration.source(R"(CREATE SCHEMA "a""b'%s")");
  migration.source("CREATE TABLE " + name +
                   (mysql ? R"( (`i"d` int NOT NULL PRIMARY KEY, `x'y\` varchar(20), `{}%s` int))"
                          : R"( ("i""d" int PRIMARY KEY, "x'y\" varchar(20), "{}%s" int))"));
  migration.source("INSERT INTO " + name + " VALUES (1, 'a', 2), (2, '''\"', NULL), (3, '', 0)");
  if (!mysql) {
    migration.source(R"(GRANT USAGE ON SCHEMA "a""b'%s" TO sluice_reader; )"
                     R"(GRANT SELECT ON ALL TABLES IN SCHEMA "a""b'%s" TO sluice_reader)");
  }
  // In a config it is quoted; --table has it as it is.
  const std::string table = R"("or `der'""")";
  std::string in_config = mysql ? table : R"("a""b'%s".)" + table;
  for (std::size_t at = 0; (at = in_config.find('"', at)) != std::string::npos; at += 2) {
    in_config.insert(at, "\\");
  }
  retirement.migration.move(in_config, "public.t", R"("create": {})");
  const std::string all = "SELECT * FROM " + name + " ORDER BY 1";
  const Rows before = migration.source(all);
  retirement.copy_and_verify();
  retire_all(retirement);
  CHECK(migration.source(all).empty());
  std::vector<std::string> words = retirement.restore_words();
  words.insert(words.end(),
               {"--table", (mysql ? migration.source_schema() : "a\"b'%s") + ".or `der'\""});
  require_exit(run_sluice(words), 0);
  CHECK(first_difference(before, migration.source(all)) == "");
  // A table that is made for them has their names.
  const PostgresDatabase scratch;
  require_exit(run_sluice({"restore", "--archive", retirement.archive(), "--into",
                           url_of(scratch, scratch.server().user())}),
               0);
  const std::string made = (mysql ? migration.source_schema() : "a\"\"b'%s") + "\".\"or `der'\"\"";
  CHECK(first_difference(before, scratch.query("SELECT * FROM \"" + made + "\" ORDER BY 1")) == "");
}

}  // namespace sluice::test
