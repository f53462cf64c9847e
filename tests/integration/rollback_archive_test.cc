// What a rollback takes from applications is archived whole before it can be dropped.
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include "integration/cutover_fixture.h"

namespace sluice::test {
namespace {

constexpr const char* kColumns =
    "(id int PRIMARY KEY, v text, at timestamptz, n numeric(20, 4), j jsonb, b bytea, twice int "
    "GENERATED ALWAYS AS (id * 2) STORED)";

/// Cut over, and written to by applications: rows 3 to 5 inserted, row 1 changed, row 2 deleted.
class Written {
 public:
  Written() {
    migration.source(std::string("CREATE TABLE t ") + kColumns +
                     "; INSERT INTO t (id, v) VALUES (1, 'new'), (2, 'new')");
    migration.target(std::string("CREATE TABLE t ") + kColumns);
    migration.move(
        "t", "t", "",
        R"({"columns": {"id": "id", "v": "v", "at": "at", "n": "n", "j": "j", "b": "b"}})");
    copy_and_verify(migration);
    require_exit(migration.sluice("cutover"), 0);
    migration.target(
        "INSERT INTO t (id, v, at, n, j, b) VALUES (3, E'tab\\tand \"quote\"', "
        "'2026-11-23 12:00:00.123456+00', -0.0001, '{\"a\": [1, null]}', '\\x00ff'), (4, NULL, "
        "'infinity', 'NaN', 'null', ''), (5, '', NULL, NULL, NULL, NULL);"
        "UPDATE t SET v = 'changed' WHERE id = 1; DELETE FROM t WHERE id = 2");
    rows = to_text(migration.target("SELECT * FROM t ORDER BY 1"));
  }
  /// As text, whatever the columns are called by the archive.
  [[nodiscard]] std::string loaded(const std::string& folder) const {
    const PostgresDatabase scratch;
    RunOptions options;
    options.env = {{"ARCHIVE", folder}, {"TARGET", scratch.conninfo()}};
    const RunResult load = run_process(
        {"bash", "-euo", "pipefail", "-c",
         "cd \"$ARCHIVE\"; for ddl in *.sql; do psql -X -q -v ON_ERROR_STOP=1 -d \"$TARGET\" -f "
         "\"$ddl\"; done; for file in *.copy.zst; do zstd -q -dc \"$file\" | psql -X -q -d "
         "\"$TARGET\" -c 'COPY t FROM STDIN (FORMAT binary)'; done"},
        options);
    require_exit(load, 0);
    return to_text(scratch.query("SELECT * FROM t ORDER BY 1"));
  }
  [[nodiscard]] std::string folder(const std::string& name) const {
    return (dir.path() / name).string();
  }
  [[nodiscard]] RunResult discard() const {
    return migration.sluice("discard",
                            {"--run", migration.target_value("SELECT run_id FROM sluice.run")});
  }

  Migration migration;
  TempDir dir;
  std::string rows;
};

TEST_CASE("a rollback archives the rows that it takes from applications") {
  const Written written;
  const std::string folder = written.folder("lost");
  const RunResult back =
      written.migration.sluice("rollback", {"--losing", "6", "--archive", folder});
  require_exit(back, 0);
  CHECK(back.out.find("4 rows that were taken away are archived in") != std::string::npos);
  CHECK(written.loaded(folder) == written.rows);
  const auto events = written.migration.events("lost-rows-archived");
  REQUIRE(events.size() == 1);
  const RunResult sum = run_process({"sha256sum", folder + "/archive.json"});
  CHECK(events.at(0).find(sum.out.substr(0, 64)) != std::string::npos);
  // Into a table of its shape beside the live one.
  written.migration.target(
      "CREATE TABLE again (LIKE t EXCLUDING GENERATED); ALTER TABLE again ADD PRIMARY KEY (id)");
  require_exit(run_sluice({"restore", "--archive", folder, "--table", "public.t", "--rename",
                           "public.again", "--into",
                           "postgresql:///" + written.migration.target_database().name() +
                               "?host=" + PostgresServer::shared().socket_dir() + "&port=" +
                               std::to_string(PostgresServer::shared().port()) + "&user=postgres",
                           "--config", written.migration.config_file()}),
               0);
  CHECK(to_text(written.migration.target("SELECT * FROM again ORDER BY 1")) == written.rows);
  require_exit(written.discard(), 0);
}

TEST_CASE("rows that a rollback put aside are not dropped before an archive has them") {
  const Written written;
  const RunResult back = written.migration.sluice("rollback", {"--losing", "6"});
  require_exit(back, 0);
  CHECK((back.out + back.err).find("in no archive yet") != std::string::npos);
  const RunResult refused = written.discard();
  CHECK(refused.exit_code == 3);
  CHECK((refused.out + refused.err).find("no archive has them") != std::string::npos);

  const std::string folder = written.folder("later");
  std::filesystem::create_directory(folder);
  std::filesystem::create_directory(folder + "/archive.json");
  CHECK(written.migration.sluice("rollback", {"--archive", folder}).exit_code == 2);
  require_exit(written.migration.sluice("rollback", {"--archive", folder + "-anew"}), 0);
  CHECK(written.loaded(folder + "-anew") == written.rows);
  // There is nothing more.
  CHECK(written.migration.sluice("rollback", {"--archive", folder + "-more"}).exit_code == 2);
  require_exit(written.discard(), 0);
  CHECK(written.migration.target_value(
            "SELECT count(*) FROM pg_class WHERE relname LIKE '%_lost1_%'") == "0");
}

}  // namespace
}  // namespace sluice::test
