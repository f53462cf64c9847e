// Every verb on the demo's data, as somebody sees it who has 80 columns and 24 lines.
#include <clocale>
#include <cwchar>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "support/demo_data.h"
#include "support/desk.h"
#include "support/mariadb_server.h"
#include "support/migration.h"
#include "support/postgres_server.h"
#include "support/run_process.h"
#include "support/source_tree.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

constexpr std::size_t kColumns = 80;

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// As the C library sees it, which shares no table with the program.
std::size_t columns_of(const std::string& line) {
  std::wstring wide(line.size() + 1, L'\0');
  const std::size_t length = std::mbstowcs(wide.data(), line.c_str(), wide.size());
  REQUIRE(length != static_cast<std::size_t>(-1));
  const int columns = wcswidth(wide.c_str(), length);
  INFO(line);
  REQUIRE(columns >= 0);  // no control characters
  return static_cast<std::size_t>(columns);
}

/// The widest line; a command that is to be pasted stays whole.
std::string widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::string widest;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Next: ") || columns_of(line) <= columns_of(widest)) continue;
    widest = line;
  }
  return widest;
}

/// Lines on a terminal of 80 columns.
std::size_t lines_on_terminal(const std::string& text) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    count += std::max<std::size_t>(1, (columns_of(line) + kColumns - 1) / kColumns);
  }
  return count;
}

/// The demo: an old CRM in MariaDB, the new one's empty tables in PostgreSQL.
class Demo {
 public:
  Demo() {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    load_demo_data({"legacy", "mariadb", "MARIA1", "--rows", "2000"}, target_,
                   source_.option_file());
    load_demo_data({"target", "postgresql", "PG1"}, target_, source_.option_file());
    MariadbDatabase administrator(source_);
    administrator.run(
        "CREATE USER reader@localhost; GRANT SELECT, SHOW VIEW ON legacy_crm.* TO "
        "reader@localhost");
    std::string config = example("mariadb-to-postgresql.json");
    replace(config, "mariadb:///legacy_crm?defaults_file=/etc/sluice/legacy.cnf&group=reader",
            source_url());
    replace(config, "postgresql://mover@localhost/crm", target_url());
    config_ = dir_.write("crm.json", config).string();
    replace(config, R"("quarantine_limit": 5000)", R"("quarantine_limit": 3)");
    strict_ = dir_.write("strict.json", config).string();
    decisions_ =
        dir_.write("decisions.json", example("mariadb-to-postgresql.decisions.json")).string();
  }

  /// Checks the exit code, and what the verb says against the terminal's width.
  RunResult shown(int exit_code, const std::vector<std::string>& arguments,
                  bool prints_sql = false) {
    verbs_.insert(arguments.front());
    RunOptions options;
    options.env = {{"COLUMNS", std::to_string(kColumns)}};
    RunResult result = run_sluice(arguments, options);
    INFO(fmt::format("sluice {}\n{}{}", fmt::join(arguments, " "), result.out, result.err));
    CHECK(result.exit_code == exit_code);
    if (!prints_sql) CHECK(columns_of(widest_line(result.out)) <= kColumns);
    CHECK(columns_of(widest_line(result.err)) <= kColumns);
    return result;
  }
  [[nodiscard]] std::string config() const { return config_; }
  [[nodiscard]] std::string strict() const { return strict_; }
  [[nodiscard]] std::string decisions() const { return decisions_; }
  [[nodiscard]] std::string file(const std::string& name) const {
    return (dir_.path() / name).string();
  }
  [[nodiscard]] std::string source_url() const {
    return fmt::format("mariadb:///legacy_crm?socket={}&user=reader&defaults_file=/dev/null",
                       source_.socket());
  }
  [[nodiscard]] std::string target_url() const {
    return fmt::format("postgresql:///crm?host={}&port={}&user={}", target_.socket_dir(),
                       target_.port(), target_.user());
  }
  void target(const std::string& sql) const { PgSql(target_.conninfo("crm")).query(sql); }
  [[nodiscard]] std::string newest_run() const {
    return single_value(
        PgSql(target_.conninfo("crm"))
            .query("SELECT run_id FROM sluice.run ORDER BY started_at DESC LIMIT 1"));
  }
  [[nodiscard]] const std::set<std::string>& verbs() const { return verbs_; }

 private:
  static std::string example(const std::string& name) {
    return file_text(in_source_tree("configs") / name);
  }
  static void replace(std::string& text, const std::string& old, const std::string& now) {
    const std::size_t at = text.find(old);
    REQUIRE(at != std::string::npos);
    text.replace(at, old.size(), now);
  }

  MariadbServer source_;
  PostgresServer target_;
  TempDir dir_;
  std::string config_;
  std::string strict_;
  std::string decisions_;
  std::set<std::string> verbs_;
};

/// Tables whose names are as long as PostgreSQL takes them: 63 bytes, of letters that are two
/// columns wide among them, and one of which rows do not map.
class LongNames {
 public:
  LongNames() {
    for (int number = 0; number < 3; ++number) {
      const std::string name = table(number);
      migration.source(fmt::format(
          "CREATE TABLE {0} (id int PRIMARY KEY, {1} text); INSERT INTO {0} SELECT n, CASE WHEN n "
          "= 3 THEN NULL ELSE 'x' END FROM generate_series(1, 9) n",
          name, column()));
      migration.target(
          fmt::format("CREATE TABLE {} (id int PRIMARY KEY, {} text NOT NULL)", name, column()));
      migration.move(bare(number));
    }
  }
  static RunOptions columns(const std::string& columns) {
    RunOptions options;
    options.env = {{"COLUMNS", columns}};
    return options;
  }
  /// Once on a terminal of 80 columns, once into a file.
  void shown(const std::string& verb, int exit_code, std::vector<std::string> more = {}) const {
    shown(migration.sluice(verb, more, columns("80")), exit_code);
    // What changes something, or writes a file, does so once.
    if (verb != "verify" && verb != "cutover") {
      shown(migration.sluice(verb, more, columns("")), exit_code);
    }
  }
  void shown(const RunResult& result, int exit_code) const {
    INFO(result.out << result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(columns_of(widest_line(result.out)) <= kColumns);
  }
  static std::string table(int number) { return "\"" + bare(number) + "\""; }

  Migration migration;

 private:
  static std::string bare(int number) {
    std::string name = number == 0 ? std::string(62, 'n') : "";
    for (int i = 0; number > 0 && i < 20; ++i) name += "\xe9\xa1\xa7";  // U+9867, "customer"
    return name + std::to_string(number);
  }
  static std::string column() { return "\"" + std::string(30, 'c') + " of the customer\""; }
};

}  // namespace

TEST_CASE("what every verb says of the demo's data fits a terminal of 80 columns and 24 lines") {
  constexpr bool kSql = true;
  Demo demo;
  const std::string config = demo.config();
  demo.shown(0, {"init", "--source", demo.source_url(), "--target", demo.target_url(), "--into",
                 "whole", "--out", demo.file("whole.json")});
  demo.shown(0, {"grants", "--config", config}, kSql);
  demo.shown(0, {"inspect", "--config", config});
  demo.shown(0, {"plan", "--config", config});
  demo.shown(0, {"plan", "--config", config, "--sql"}, kSql);
  demo.shown(2, {"status", "--config", config});  // no ledger yet
  demo.shown(0, {"copy", "--config", config, "--dry-run"}, kSql);
  demo.shown(3, {"copy", "--config", demo.strict()});
  CHECK(lines_on_terminal(demo.shown(0, {"status", "--config", config}).out) <= 24);
  // The other config differs in a limit only: the same run goes on.
  demo.shown(0, {"copy", "--config", config});
  demo.shown(0, {"copy", "--config", config});
  CHECK(lines_on_terminal(demo.shown(0, {"status", "--config", config}).out) <= 24);
  demo.shown(0, {"quarantine", "--config", config, "--limit", "1000"});
  demo.shown(0, {"quarantine", "--config", config, "--group"});
  demo.shown(0, {"quarantine", "export", "--config", config, "--out", demo.file("all.json")});
  demo.shown(0,
             {"quarantine", "decide", "--config", config, "--file", demo.decisions(), "--dry-run"},
             kSql);
  demo.shown(0, {"quarantine", "decide", "--config", config, "--file", demo.decisions()});
  demo.shown(0, {"quarantine", "--config", config, "--decided", "--limit", "1000"});
  demo.shown(0, {"verify", "--config", config, "--target"});
  demo.target(
      "UPDATE crm.orders__side SET total = total + 0.01 WHERE id % 100 = 7;"
      "UPDATE crm.customers__side SET notes = repeat('0123456789', 40) WHERE id % 300 = 7");
  demo.shown(3, {"verify", "--config", config});
  CHECK(lines_on_terminal(demo.shown(0, {"status", "--config", config}).out) <= 24);
  CHECK(lines_on_terminal(demo.shown(0, {"status", "--url", demo.target_url()}).out) <= 24);
  demo.shown(0, {"runs", "--config", config});
  demo.shown(0, {"runs", "--url", demo.target_url()});
  const Desk desk;
  static_cast<void>(desk.team.sign(desk.document, "bob", "cutover"));
  static_cast<void>(desk.team.sign(desk.document, "mallory", "cutover"));
  demo.shown(4, {"approve", desk.document.string(), "--policy", desk.policy.string()});
  demo.shown(0, {"policy", "--file", desk.policy.string()});
  demo.shown(3, {"verify", "--config", config, "--manifest", demo.file("manifest.json")});
  demo.shown(0, {"manifest", "show", "--help"});
  demo.shown(3, {"cutover", "--config", config, "--dry-run"}, kSql);
  demo.shown(2, {"rollback", "--config", config, "--dry-run"}, kSql);
  demo.shown(0, {"discard", "--config", config, "--run", demo.newest_run(), "--dry-run"}, kSql);
  demo.shown(0, {"freeze", "--config", config, "--dry-run"}, kSql);
  demo.shown(4, {"retire", "--config", config, "--manifest", demo.file("none"), "--retire-as",
                 demo.source_url(), "--archive", demo.file("gone"), "--propose", demo.file("r")});
  demo.shown(9, {"restore", "--archive", demo.file("gone"), "--into", demo.target_url()});
  demo.shown(3, {"doctor", "--config", config});  // a server of tests keeps nothing in a crash
  const std::string run = demo.newest_run();
  const std::string reason = "the orders of march are missing, and so is everything after that";
  demo.shown(0, {"stop", "--config", config, "--reason", reason, "--dry-run"}, kSql);
  demo.shown(0, {"stop", "--url", demo.target_url(), "--reason", reason});
  CHECK(lines_on_terminal(demo.shown(0, {"status", "--config", config}).out) <= 24);
  demo.shown(3, {"copy", "--config", config, "--new-run"});
  demo.shown(0, {"continue", "--config", config, "--run", run});
  demo.shown(4, {"continue", "--config", config, "--run", run});
  demo.shown(0, {"log", "--config", config, "--export", demo.file("events.json")});
  demo.shown(0, {"log", "--config", config, "--check", demo.file("events.json")});
  demo.target("UPDATE sluice.event SET body = '{}' WHERE event_no = 2");
  demo.shown(3, {"log", "--config", config});
  // No verb may be forgotten here.
  for (const cli::Command& command : cli::commands()) CHECK(demo.verbs().contains(command.name));
}

TEST_CASE("long and wide names fit 80 columns, on a terminal and in a file") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const LongNames names;
  names.shown("inspect", 0);
  names.shown("plan", 0);
  names.shown("copy", 0);
  names.shown("status", 0);
  names.shown("quarantine", 0);
  names.shown("quarantine", 0, {"--group"});
  const TempDir dir;
  const std::string manifest = (dir.path() / "manifest.json").string();
  names.shown("verify", 0, {"--manifest", manifest});
  names.shown(run_sluice({"manifest", "show", manifest}, LongNames::columns("80")), 0);
  names.shown(run_sluice({"manifest", "show", manifest}, LongNames::columns("")), 0);
  names.shown("cutover", 0, {"--losing", "0"});
  names.migration.target("INSERT INTO " + LongNames::table(1) + " VALUES (100, 'x')");
  names.shown("rollback", 3);
  names.shown("status", 0);
  names.shown("freeze", 0, {"--watch", "--once"});
  names.shown("log", 0);
}

TEST_CASE("help fits a terminal of 80 columns") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  for (const cli::Command& command : cli::commands()) {
    const RunResult help = run_sluice({command.name, "--help"});
    INFO(help.out);
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example: sluice") != std::string::npos);
    CHECK(columns_of(widest_line(help.out)) <= kColumns);
  }
}

}  // namespace sluice::test
