#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "integration/manifest_fixture.h"
#include "support/evidence.h"
#include "support/governed.h"
#include "support/migration.h"
#include "support/outcome.h"
#include "support/team.h"

/// What the tests of `sluice retire` and `sluice restore` share.
namespace sluice::test {

/// A migration whose target is live, people who sign, and a role that may delete.
class Retirement {
 public:
  /// `limits`: more members of the policy's, each with a comma behind it.
  explicit Retirement(From from, std::string limits = {})
      : migration(from), limits_(std::move(limits)) {
    prepare();
  }
  explicit Retirement(MariadbServer& source) : migration(source, PostgresServer::shared()) {
    prepare();
  }
  explicit Retirement(PostgresServer& source, PostgresServer& target = PostgresServer::shared())
      : migration(source, target) {
    prepare();
  }

  Migration migration;
  Team team;
  ManifestDir dir;

  /// Rows of which some are left out, some do not map, and one column is not mapped at all: of ids
  /// 1 to `rows`, those that end in 3 are filtered, those that end in 7 go to quarantine.
  void make_table(int rows = 2000) {
    rows_ = rows;
    migration.source(
        "CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(400) NOT NULL, kind varchar(10) "
        "NOT NULL, amount numeric(10, 2), born varchar(20), note varchar(40))");
    std::string values;
    for (int id = 1; id <= rows; ++id) {
      values += fmt::format(
          "{}({}, '{}', '{}', {}.25, '1970-01-{:02}', 'note {}')", values.empty() ? "" : ", ", id,
          std::string(180, 'n') + " of " + std::to_string(id), kind_of(id), id, id % 28 + 1, id);
    }
    migration.source("INSERT INTO t VALUES " + values);
    migration.move("t", "t", R"("create": {}, "quarantine_limit": 100000)",
                   R"({"columns": {"id": {"from": "id"}, "name": {"from": "name"},
"kind": {"from": "kind", "steps": [{"map": {"a": "A"}, "otherwise": "quarantine"}]},
"amount": {"from": "amount"}, "born": {"from": "born"}},
"drop": [{"column": "note", "lossy": true, "reason": "nobody reads it"}],
"filter": {"column": "kind", "op": "<>", "value": "left"}})");
  }
  /// Rows whose notes no archive makes smaller: some 100 KiB of 300 rows.
  void make_incompressible(int rows) {
    make_table(rows);
    migration.source(
        "ALTER TABLE t ALTER COLUMN note TYPE text; UPDATE t SET note = (SELECT "
        "string_agg(sha256((t.id * 1000 + n)::text::bytea)::text, '') FROM generate_series(1, 12) "
        "AS n)");
  }
  static const char* kind_of(int id) { return id % 10 == 3 ? "left" : id % 10 == 7 ? "odd" : "a"; }
  /// SQL: the row was proved, so it is to go.
  static constexpr const char* kGoes = "mod(id, 10) NOT IN (3, 7)";

  /// Rows go only under a policy that people have signed.
  void adopt_policy() const {
    test::adopt_policy(migration, team, team.folder() / "team.policy.json");
  }
  void copy_and_verify() {
    adopt_policy();
    require_exit(migration.copy(), 0);
    verify();
  }
  /// The same, and people have decided about half of the rows in quarantine: of ids that end in 7,
  /// every fourth is left behind (17, 57, ...), and every fourth gets a value by hand (27, 67,
  /// ...). All of them stay in the source.
  void copy_decide_and_verify() {
    adopt_policy();
    require_exit(migration.copy(), 0);
    std::string entries;
    for (int id = 17; id <= rows_; id += id % 20 == 17 ? 10 : 30) {
      entries +=
          fmt::format(R"({}{{"table": "t", "source_key": ["{}"], "decision": {}, "person": "Ann", )"
                      R"("reason": "looked it up"}})",
                      entries.empty() ? "" : ", ", id,
                      id % 20 == 17 ? R"("leave_behind")" : R"({"set": {"kind": "A"}})");
    }
    dir.put("decisions.json",
            fmt::format(R"({{"schema": "sluice.decisions/1", "decisions": [{}]}})", entries));
    require_exit(migration.sluice("quarantine", {"decide", "--file", dir.file("decisions.json")}),
                 0);
    verify();
  }

  /// The role that `grants` prints, made as an administrator would.
  void make_role(const std::string& host = "localhost") {
    const std::string name = role();
    std::vector<std::string> words = {"--side", "retire", "--retire-role", name};
    if (is_mysql()) words.insert(words.end(), {"--host", host});
    const RunResult grants = migration.sluice("grants", words);
    require_exit(grants, 0);
    migration.source(grants.out);
    if (!is_mysql()) return;
    migration.source(fmt::format("ALTER USER '{}'@'{}' ACCOUNT UNLOCK", name, host));
  }
  [[nodiscard]] std::string role() const { return "r" + migration.target_database().name(); }
  [[nodiscard]] std::string retire_url() const {
    return is_mysql() ? migration.source_url_of(role()) : migration.source_url_as(role());
  }
  /// The same through a port of this machine, as somebody who may delete.
  [[nodiscard]] std::string retire_url_by_port(int port) {
    if (is_mysql()) make_role("127.0.0.1");
    return is_mysql() ? fmt::format("mariadb://{}@127.0.0.1:{}/{}?defaults_file=/dev/null", role(),
                                    port, migration.source_schema())
                      : migration.source_url_by_port(port);
  }
  /// The same, as somebody who may do everything.
  [[nodiscard]] std::string superuser_url_by_port(int port) const {
    return is_mysql()
               ? fmt::format("mariadb://127.0.0.1:{}/{}?defaults_file={}&group=client_tcp", port,
                             migration.source_schema(), MariadbServer::shared().option_file())
               : migration.source_url_by_port(port);
  }
  /// Where the source's server listens.
  [[nodiscard]] int source_port() const {
    return is_mysql() ? MariadbServer::shared().port() : PostgresServer::shared().port();
  }
  [[nodiscard]] bool is_mysql() const { return migration.from() != From::postgresql; }

  [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"--manifest", dir.file(), "--retire-as",
                                    retire_as_.empty() ? retire_url() : retire_as_};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void retire_as(const std::string& url) { retire_as_ = url; }

  [[nodiscard]] RunResult propose(const std::string& file = "r.json") const {
    return migration.sluice("retire",
                            arguments({"--archive", archive(), "--propose", dir.file(file)}));
  }
  void sign(const std::string& file = "r.json") const {
    for (const char* person : {"alice", "dan", "bob"}) {
      static_cast<void>(team.sign(dir.file(file), person, "retire"));
    }
  }
  void propose_and_sign() const {
    require_exit(propose(), 0);
    sign();
  }
  [[nodiscard]] RunResult retire(const RunOptions& options = {},
                                 const std::string& file = "r.json") const {
    return migration.sluice("retire", arguments({"--approved", dir.file(file)}), options);
  }
  [[nodiscard]] std::unique_ptr<Process> start_retire(const RunOptions& options = {}) const {
    return migration.start("retire", arguments({"--approved", dir.file("r.json")}), options);
  }
  [[nodiscard]] RunResult retire_killed_at(const std::string& point) const {
    RunOptions options;
    options.env = {{"SLUICE_KILL_AT", point}};
    return retire(options);
  }
  [[nodiscard]] std::string archive() const { return dir.file("gone"); }
  /// Puts all rows back into the source.
  [[nodiscard]] std::vector<std::string> restore_words() const {
    return {"restore",
            "--archive",
            archive(),
            "--into",
            migration.superuser_url(),
            "--config",
            migration.config_file()};
  }

  [[nodiscard]] std::string source_ids(const std::string& where = "true") const {
    return to_text(migration.source("SELECT id FROM t WHERE " + where + " ORDER BY id"));
  }
  [[nodiscard]] std::string count(const std::string& where) const {
    return migration.source_value("SELECT count(*) FROM t WHERE " + where);
  }

  /// The archive in tables of the target, by stock tools and without sluice. What a dead writer has
  /// not ended is ended first, as the format's page says.
  void load_archive() const {
    migration.target(
        "DROP TABLE IF EXISTS archived; CREATE TABLE archived (id int, name text, "
        "kind text, amount numeric, born text, note text)");
    RunOptions options;
    options.env = {{"ARCHIVE", archive()}, {"TARGET", migration.target_database().conninfo()}};
    const RunResult result = run_process(
        {"bash", "-euo", "pipefail", "-c",
         "cd \"$ARCHIVE\"; for file in *.copy.zst; do zstd -q -dc \"$file\" | psql -X -q -v "
         "ON_ERROR_STOP=1 -d \"$TARGET\" -c 'COPY archived FROM STDIN (FORMAT binary)'; done"},
        options);
    INFO(result.out << result.err);
    REQUIRE(result.exit_code == 0);
  }

  /// The archived rows that load_archive() has loaded: id, key and row as the plan reads it, in row
  /// form as PostgreSQL writes it.
  [[nodiscard]] Rows archived_forms() const {
    return migration.target(R"(
CREATE FUNCTION pg_temp.field(bytes bytea) RETURNS bytea LANGUAGE sql AS
  $$ SELECT coalesce(int4send(length(bytes)) || bytes, '\xffffffff') $$;
SELECT id, encode('\x0001' || pg_temp.field(int4send(id)), 'hex'),
  encode('\x0005' || pg_temp.field(int4send(id)) || pg_temp.field(textsend(name)) ||
         pg_temp.field(textsend(kind)) || pg_temp.field(numeric_send(amount)) ||
         pg_temp.field(textsend(born)), 'hex')
FROM archived ORDER BY id)");
  }
  [[nodiscard]] Evidence evidence(const std::string& file = "r.json") const {
    return {dir.file(file), dir.file(), (team.folder() / "team.policy.json").string(), archive()};
  }

  /// Servers of tests need no signature for a copy.
  [[nodiscard]] std::string policy_members() const {
    const auto server = [](const std::string& engine, const std::string& identity) {
      return fmt::format(R"({{"engine": "{}", "identity": "{}", "label": "test"}})", engine,
                         identity);
    };
    const char* const identity = "SELECT system_identifier FROM pg_control_system()";
    std::string servers = server("postgresql", migration.target_value(identity));
    if (is_mysql()) {
      servers += ", " + server("mariadb", migration.source_value("SELECT @@server_uid"));
    } else if (migration.source_value(identity) != migration.target_value(identity)) {
      servers += ", " + server("postgresql", migration.source_value(identity));
    }
    return fmt::format(
        R"("limits": {{{}"quarantined_rows": 100000}}, "servers": [{}], "unsigned_labels": )"
        R"(["test"])",
        limits_, servers);
  }

 private:
  void verify() {
    // Nobody's decision is needed for rows that stay: they are left in quarantine.
    require_exit(migration.sluice("verify", {"--manifest", dir.file()}), 0);
    make_role();
  }
  void prepare() {
    // The last one puts rows back into MariaDB.
    for (const std::string& name : {role(), std::string("sluice_reader"),
                                    PostgresServer::shared().user(), std::string("sluice")}) {
      team.may_log_in_as(name);
    }
    migration.member("operator", R"("olga@corp")");
    migration.member("policy", "\"" + team.write_policy(policy_members()).string() + "\"");
  }

  std::string retire_as_;
  std::string limits_;
  int rows_ = 0;
};

inline constexpr const char* kRetiredColumns = "id, name, kind, amount, born, note";

/// Rows that are gone from the source are in the archive, each once and as they were; no others.
/// Each was proved, people have signed for it, and the ledger's events are one chain. Nothing of
/// sluice looks at the rows.
inline void check_promises(const Retirement& retirement, const Rows& before) {
  retirement.load_archive();
  CHECK(faults_of(retirement.evidence(), retirement.team, retirement.archived_forms(),
                  retirement.migration.target_database()) == "");
  require_exit(retirement.migration.sluice("log"), 0);
  const Rows archived = retirement.migration.target(
      fmt::format("SELECT {} FROM archived ORDER BY id", kRetiredColumns));
  std::vector<std::string> left;
  for (const Row& row : retirement.migration.source("SELECT id FROM t")) left.push_back(*row[0]);
  const std::set<std::string> there(left.begin(), left.end());
  Rows gone;
  for (const Row& row : before) {
    if (!there.contains(*row[0])) gone.push_back(row);
  }
  CHECK(first_difference(gone, archived) == "");
  const bool all_proved = std::all_of(gone.begin(), gone.end(), [](const Row& row) {
    return std::string(Retirement::kind_of(std::stoi(*row[0]))) == "a";
  });
  CHECK(all_proved);
}

inline Rows all_rows(const Retirement& retirement) {
  return retirement.migration.source(fmt::format("SELECT {} FROM t ORDER BY id", kRetiredColumns));
}

}  // namespace sluice::test
