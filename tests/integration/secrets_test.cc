// Passwords that can be recognized wherever they turn up: in no output, file, ledger table, command
// line or environment does one turn up.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/canary.h"
#include "support/migration.h"

namespace sluice::test {
namespace {

/// A migration with one row that the target refuses, between servers that ask for passwords: the
/// source's lies in a .pgpass file, or in a MySQL option file; the target's in a service file.
class Guarded {
 public:
  explicit Guarded(From from) : migration(from) {
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY, code int, payload varchar(100))");
    migration.source(from == From::postgresql
                         ? "INSERT INTO t SELECT n, n, repeat('x', 90) FROM generate_series(1, "
                           "3000) n"
                         : "INSERT INTO t SELECT seq, seq, repeat('x', 90) FROM seq_1_to_3000");
    migration.target("ALTER TABLE t ADD CHECK (code <> 7)");
    migration.move("t");
    make_logins();
    guard_source();
    migration.target_url("postgresql://?service=vault");
    write_passwords("source", "target");
  }

  /// The logins' passwords are those of `source` and `target`; these are in the files from now on.
  void write_passwords(const std::string& source, const std::string& target, int port = 0) const {
    write("pgpass", fmt::format("*:*:*:secret_reader:{}\n", password(source)));
    write("my.cnf", fmt::format("[crm]\nuser=secret_reader\nhost=127.0.0.1\nport={}\n"
                                "password=\"{}\"\n",
                                source_port_, password(source)));
    const PostgresServer& server = migration.target_database().server();
    write("services",
          fmt::format("[vault]\nhost=127.0.0.1\nport={}\ndbname={}\nuser=secret_writer\n"
                      "password={}\nsslmode=disable\n",
                      port == 0 ? server.port() : port, migration.target_database().name(),
                      password(target)));
  }

  /// Environment of the program; with one variable more, if there is one.
  [[nodiscard]] RunOptions options(const std::string& name = {},
                                   const std::string& value = {}) const {
    RunOptions options;
    options.env = {{"PGSERVICEFILE", dir.path() / "services"},
                   {"PGPASSFILE", dir.path() / "pgpass"}};
    if (!name.empty()) options.env.emplace_back(name, value);
    return options;
  }

  /// Runs a verb twice, for people and as JSON, which both must end with `exit_code` and say
  /// nothing that is secret.
  void check(int exit_code, const std::string& verb,
             const std::vector<std::string>& words = {}) const {
    for (const bool json : {false, true}) {
      std::vector<std::string> arguments = words;
      if (json) arguments.emplace_back("--json");
      const RunResult result = migration.sluice(verb, arguments, options());
      CAPTURE(verb, json, result.out, result.err);
      CHECK(result.exit_code == exit_code);
      CHECK_FALSE((result.out + result.err).empty());
      check_clean(result.out + result.err);
    }
  }

  /// How many rows of all tables of the ledger hold a text, as it is or as bytes.
  [[nodiscard]] int rows_of_the_ledger_with(const std::string& text) const {
    int rows = 0;
    for (const Row& table : migration.target(
             "SELECT relname FROM pg_class WHERE relnamespace = 'sluice'::regnamespace "
             "AND relkind = 'r'")) {
      rows += std::stoi(migration.target_value(
          fmt::format("SELECT count(*) FROM sluice.{} t WHERE position('{}' IN t::text) > 0 OR "
                      "position(encode('{}', 'hex') IN t::text) > 0",
                      table.at(0).value(), text, text)));
    }
    return rows;
  }

  Migration migration;
  TempDir dir;

 private:
  void make_logins() const {
    migration.target(
        fmt::format("DROP ROLE IF EXISTS secret_writer; CREATE ROLE secret_writer SUPERUSER LOGIN "
                    "PASSWORD $${}$$",
                    password("target")));
    if (migration.from() == From::postgresql) {
      migration.source(fmt::format(
          "DROP ROLE IF EXISTS secret_reader; CREATE ROLE secret_reader LOGIN PASSWORD $${}$$ IN "
          "ROLE sluice_reader",
          password("source")));
      return;
    }
    for (const char* host : {"localhost", "127.0.0.1"}) {
      migration.source(
          fmt::format("DROP USER IF EXISTS secret_reader@{0}; CREATE USER secret_reader@{0} "
                      "IDENTIFIED BY \"{1}\";"
                      "GRANT SELECT, SHOW VIEW ON {2}.* TO secret_reader@{0};"
                      "GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO secret_reader@{0}",
                      host, password("source"), migration.source_value("SELECT database()")));
    }
  }
  void guard_source() {
    if (migration.from() == From::postgresql) {
      source_port_ = std::stoi(migration.source_value("SHOW port"));
      migration.source_url(fmt::format("postgresql://secret_reader@127.0.0.1:{}/{}?sslmode=disable",
                                       source_port_,
                                       migration.source_value("SELECT current_database()")));
    } else {
      source_port_ = std::stoi(migration.source_value("SELECT @@port"));
      migration.source_url(fmt::format("mariadb:///{}?defaults_file={}&group=crm",
                                       migration.source_value("SELECT database()"),
                                       (dir.path() / "my.cnf").string()));
    }
  }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = dir.write(name, text);
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  int source_port_ = 0;
};

/// Processes that this one has started and that still run.
std::vector<std::string> children_of(pid_t pid) {
  std::vector<std::string> children;
  const std::filesystem::path tasks = fmt::format("/proc/{}/task", pid);
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream file(task.path() / "children");
    for (std::string child; file >> child;) children.push_back(child);
  }
  return children;
}

void check_process(const Process& process) {
  const std::filesystem::path folder = fmt::format("/proc/{}", process.pid());
  REQUIRE(text_of(folder / "cmdline").find("--config") != std::string::npos);
  REQUIRE(text_of(folder / "environ").find("PGSERVICEFILE") != std::string::npos);
  check_clean(text_of(folder / "cmdline"));
  check_clean(text_of(folder / "environ"));
  // Nothing is started to which a password could be handed down.
  CHECK(children_of(process.pid()).empty());
}

/// A file of decisions that leaves the one quarantined row behind.
std::filesystem::path decisions(const Guarded& guarded) {
  return guarded.dir.write("decisions.json",
                           R"({"schema": "sluice.decisions/1", "decisions": [{"table": "t",
          "source_key": ["7"], "decision": "leave_behind", "person": "Ann", "reason": "old"}]})");
}

}  // namespace

TEST_CASE("no password turns up in what a migration says, writes or hands on") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  const Guarded guarded(from);
  const std::filesystem::path plan = guarded.dir.path() / "plan.json";
  guarded.check(0, "grants");
  guarded.check(0, "inspect");
  guarded.check(0, "plan", {"--out", plan.string()});
  REQUIRE(text_of(plan).find("t__side") != std::string::npos);
  check_clean(text_of(plan));
  guarded.check(0, "copy", {"--dry-run"});
  const auto process =
      guarded.migration.start_copy({}, guarded.options("SLUICE_STALL_AT", "after_load:2"));
  REQUIRE(wait_until_stalled(*process));
  check_process(*process);
  process->send_signal(SIGCONT);
  const RunResult copied = process->wait();
  check_clean(copied.out + copied.err);
  REQUIRE(copied.exit_code == 0);
  guarded.check(0, "copy");
  guarded.check(0, "status");
  guarded.check(0, "runs");
  guarded.check(0, "verify");
  guarded.check(0, "verify", {"--target"});
  guarded.check(0, "quarantine");
  guarded.check(0, "quarantine", {"decide", "--file", decisions(guarded).string()});
  // In texts, and in bytes, which are those of the row in quarantine.
  CHECK(guarded.rows_of_the_ledger_with("leave_behind") + guarded.rows_of_the_ledger_with("Ann") >
        0);
  CHECK(guarded.rows_of_the_ledger_with("xxxxxxxxxx") == 1);
  CHECK(guarded.rows_of_the_ledger_with(kMarker) == 0);
}

TEST_CASE("no password turns up in a stop, a log, or what another program is given") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  const Guarded guarded(from);
  guarded.check(0, "copy");
  guarded.check(0, "stop", {"--reason", "look"});
  guarded.check(0, "stop", {"--reason", "look", "--dry-run"});
  guarded.check(0, "status");
  guarded.check(2, "continue", {"--run", "nobody's"});
  const std::string events = (guarded.dir.path() / "events.json").string();
  guarded.check(0, "log", {"--all", "--export", events});
  guarded.check(0, "log", {"--check", events});
  REQUIRE(text_of(events).find("run-started") != std::string::npos);
  check_clean(text_of(events));
  CHECK(guarded.rows_of_the_ledger_with(kMarker) == 0);
  // In the place of ssh-keygen: what it is given, and what can be seen of who started it.
  const std::filesystem::path seen = guarded.dir.path() / "seen";
  const std::filesystem::path program = guarded.dir.write(
      "ssh-keygen", fmt::format("#!/bin/sh\n(echo \"$@\"; env; cat /proc/$PPID/cmdline "
                                "/proc/$PPID/environ) >> {} 2>&1\nexit 1\n",
                                seen.string()));
  std::filesystem::permissions(program, std::filesystem::perms(0755));
  guarded.check(3, "doctor", {"--ssh-keygen", program.string()});
  REQUIRE(text_of(seen).find("LC_ALL=C") != std::string::npos);
  check_clean(text_of(seen));
}

TEST_CASE("a crash leaves no image of a memory that holds passwords") {
  const Guarded guarded(From::postgresql);
  RunOptions options = guarded.options("SLUICE_STALL_AT", "after_load:2");
  options.directory = guarded.dir.path();
  const auto process = guarded.migration.start_copy({}, options);
  REQUIRE(wait_until_stalled(*process));
  std::ifstream limits(fmt::format("/proc/{}/limits", process->pid()));
  std::string core;
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with("Max core file size")) core = line;
  }
  // The word of the kernel, hard limit and soft.
  CHECK(core.find("unlimited") == std::string::npos);
  CHECK(core.find(" 0 ") != std::string::npos);
  process->send_signal(SIGABRT);
  process->send_signal(SIGCONT);
  CHECK(process->wait().signal == SIGABRT);
  for (const auto& file : std::filesystem::directory_iterator(guarded.dir.path())) {
    CHECK(file.path().filename().string().find("core") == std::string::npos);
  }
}

TEST_CASE("no password turns up in what is said when a login or a server fails") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  const Guarded guarded(from);
  const std::string file = decisions(guarded).string();
  guarded.write_passwords("wrong", "target");
  for (const char* verb : {"inspect", "copy"}) guarded.check(2, verb);
  guarded.write_passwords("source", "wrong");
  for (const char* verb : {"inspect", "copy", "status", "runs", "verify", "quarantine"}) {
    guarded.check(2, verb);
  }
  guarded.check(2, "quarantine", {"decide", "--file", file});
  constexpr int kNobodyListens = 1;
  guarded.write_passwords("source", "target", kNobodyListens);
  for (const char* verb : {"inspect", "copy", "status", "runs", "verify", "quarantine"}) {
    guarded.check(8, verb);
  }
  guarded.write_passwords("source", "target");
  guarded.check(0, "copy");
}

TEST_CASE("no password turns up when a login is closed in mid-copy, which goes on later") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Guarded guarded(from);
  guarded.migration.limit("reconnect_seconds", 1);
  const auto process =
      guarded.migration.start_copy({}, guarded.options("SLUICE_STALL_AT", "after_load:2"));
  REQUIRE(wait_until_stalled(*process));
  // Somebody has changed the password, and the sessions are lost.
  guarded.migration.target("ALTER ROLE secret_writer PASSWORD 'another'");
  guarded.migration.cut_target_sessions();
  process->send_signal(SIGCONT);
  const RunResult refused = process->wait();
  INFO(refused.out << refused.err);
  CHECK(refused.exit_code == 2);
  CHECK(refused.err.find("password") != std::string::npos);
  check_clean(refused.out + refused.err);
  guarded.migration.target(
      fmt::format("ALTER ROLE secret_writer PASSWORD $${}$$", password("target")));
  guarded.check(0, "copy");
  CHECK(guarded.migration.difference("SELECT * FROM t WHERE id <> 7 ORDER BY id",
                                     "SELECT * FROM t__side ORDER BY id") == "");
  CHECK(guarded.rows_of_the_ledger_with(kMarker) == 0);
}

TEST_CASE("a password in the config is refused with a way out, and not repeated") {
  Migration migration;
  migration.on_both("CREATE TABLE t (id int PRIMARY KEY)");
  migration.move("t");
  const auto [url, way_out] =
      GENERATE(std::pair{"postgresql://mover:{}@127.0.0.1/crm", ".pgpass"},
               std::pair{"postgresql:///crm?user=mover&password={}", ".pgpass"},
               std::pair{"postgresql:///crm?user=mover&PASSWORD={}", ""},
               std::pair{"postgresql://mover@127.0.0.1/crm?options=-cpassword%3D{}", ""},
               std::pair{"mariadb://mover:{}@127.0.0.1/crm", "option file"},
               std::pair{"mysql://127.0.0.1/crm?user=mover&password={}", "option file"});
  CAPTURE(url);
  migration.source_url(fmt::format(fmt::runtime(url), kMarker));
  for (const char* verb : {"copy", "plan", "inspect", "status", "verify"}) {
    for (const bool json : {false, true}) {
      const RunResult result = migration.sluice(
          verb, json ? std::vector<std::string>{"--json"} : std::vector<std::string>{});
      CAPTURE(verb, json, result.out, result.err);
      CHECK(result.exit_code == 2);
      CHECK((result.out + result.err).find(way_out) != std::string::npos);
      check_clean(result.out + result.err);
    }
  }
  CHECK(migration.target_value("SELECT to_regnamespace('sluice') IS NULL") == "t");
}

}  // namespace sluice::test
