// Passwords that can be recognized: the verbs that people sign for, and those that take the keys of
// the source with them, say, write and hand on none of them.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/canary.h"
#include "support/governed.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

using Words = std::vector<std::string>;

/// A migration between servers that ask for passwords, a role each for who reads the source, who
/// writes to the target, who may delete, and who may do everything in the source. Its policy has a
/// program in the place of ssh-keygen that writes down what it is given, and is ssh-keygen then.
class Vault : public Governed {
 public:
  explicit Vault(From from) : Governed("scratch", from) {
    migration.on_both("CREATE TABLE t (id int PRIMARY KEY, name varchar(40))");
    migration.source("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')");
    migration.move("t");
    for (const char* who : {"read", "write", "remove", "admin"}) team.may_log_in_as(role(who));
    write_keygen();
    write_policy(3, {with_keygen()});
    adopt_policy();
    make_target_login();
    is_mysql() ? make_mysql_logins() : make_pg_logins();
    write_passwords();
    migration.source_url(source_url("read"));
    migration.target_url("postgresql://?service=vault");
  }

  [[nodiscard]] std::string role(const std::string& who) const {
    return who + migration.target_database().name();
  }
  /// The source, by a password that lies in a file.
  [[nodiscard]] std::string source_url(const std::string& who) const {
    if (is_mysql()) {
      return fmt::format("mariadb:///{}?defaults_file={}&group={}", migration.source_schema(),
                         (secrets_.path() / "my.cnf").string(), who);
    }
    return fmt::format("postgresql://{}@127.0.0.1:{}/{}?sslmode=disable", role(who), source_port(),
                       migration.source_value("SELECT current_database()"));
  }
  [[nodiscard]] RunOptions options() const {
    RunOptions options;
    options.env = {{"PGSERVICEFILE", secrets_.path() / "services"},
                   {"PGPASSFILE", secrets_.path() / "pgpass"}};
    return options;
  }
  [[nodiscard]] std::string file(const std::string& name) const { return files_.path() / name; }

  void check(int exit_code, const std::string& verb, const Words& words) const {
    check(exit_code, migration.sluice(verb, words, options()), verb);
  }
  void check(int exit_code, const RunResult& result, const std::string& verb) const {
    CAPTURE(verb, result.out, result.err);
    CHECK(result.exit_code == exit_code);
    CHECK_FALSE((result.out + result.err).empty());
    check_clean(result.out + result.err);
  }
  void sign(const std::string& name, const std::string& act) const {
    for (const char* person : {"alice", "dan", "bob"}) {
      static_cast<void>(team.sign(file(name), person, act));
    }
  }
  /// All that is left: files, both servers' tables of sluice, and what ssh-keygen was given.
  void check_left() const {
    std::size_t files = 0;
    for (const auto& folder : {files_.path(), team.folder()}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        INFO(entry.path().string());
        CHECK(text_of(entry.path()).find(kMarker) == std::string::npos);
      }
    }
    CHECK(files > 3);
    for (const Row& table : migration.target(
             "SELECT relname FROM pg_class WHERE relnamespace = 'sluice'::regnamespace AND "
             "relkind = 'r'")) {
      CAPTURE(*table[0]);
      CHECK(migration.target_value(
                fmt::format("SELECT count(*) FROM sluice.{} AS t WHERE strpos(t::text, '{}') > 0",
                            *table[0], kMarker)) == "0");
    }
    REQUIRE(text_of(file("seen")).find("verify") != std::string::npos);
  }
  void check_consumed() const {
    const std::string rows = to_text(migration.source("SELECT * FROM sluice.consumed"));
    CHECK(rows.find("finished") != std::string::npos);
    check_clean(rows);
  }
  /// The next version of the policy, with the same program in it.
  [[nodiscard]] std::string next_policy() const { return write_next(4, {with_keygen()}).string(); }
  /// The role that `grants` prints, with a password.
  void make_remover() const {
    Words words = {"--side", "retire", "--retire-role", role("remove")};
    if (is_mysql()) words.insert(words.end(), {"--host", "127.0.0.1"});
    const RunResult grants = migration.sluice("grants", words, options());
    require_exit(grants, 0);
    migration.source(grants.out);
    migration.source(
        is_mysql()
            ? fmt::format("ALTER USER '{}'@'127.0.0.1' IDENTIFIED BY \"{}\" ACCOUNT UNLOCK",
                          role("remove"), password("remove"))
            : fmt::format("ALTER ROLE {} PASSWORD $${}$$", role("remove"), password("remove")));
  }
  [[nodiscard]] bool is_mysql() const { return migration.from() != From::postgresql; }

 private:
  [[nodiscard]] int source_port() const {
    return std::stoi(migration.source_value(is_mysql() ? "SELECT @@port" : "SHOW port"));
  }
  [[nodiscard]] std::pair<std::string, std::string> with_keygen() const {
    return {R"("revoked_keys")", fmt::format(R"("ssh_keygen": "{}", "revoked_keys")",
                                             (secrets_.path() / "ssh-keygen").string())};
  }
  void write_keygen() const {
    const auto program = secrets_.write(
        "ssh-keygen", fmt::format("#!/bin/sh\n(echo \"$@\"; env; cat /proc/$PPID/cmdline "
                                  "/proc/$PPID/environ) >> {} 2>&1\nexec ssh-keygen \"$@\"\n",
                                  file("seen")));
    std::filesystem::permissions(program, std::filesystem::perms(0755));
  }
  void make_target_login() const {
    migration.target(fmt::format("CREATE ROLE {} SUPERUSER LOGIN PASSWORD $${}$$", role("write"),
                                 password("write")));
  }
  void make_pg_logins() const {
    migration.source(fmt::format(
        "CREATE ROLE {} LOGIN PASSWORD $${}$$ IN ROLE sluice_reader; CREATE ROLE {} SUPERUSER "
        "LOGIN PASSWORD $${}$$",
        role("read"), password("read"), role("admin"), password("admin")));
  }
  void make_mysql_logins() const {
    for (const auto& [who, rights] :
         {std::pair("read", "SELECT, SHOW VIEW, BINLOG MONITOR, SLAVE MONITOR"),
          std::pair("admin", "ALL PRIVILEGES")}) {
      migration.source(
          fmt::format("CREATE USER '{0}'@'127.0.0.1' IDENTIFIED BY \"{1}\"; GRANT {2} ON *.* TO "
                      "'{0}'@'127.0.0.1'",
                      role(who), password(who), rights));
    }
  }
  void write_passwords() const {
    std::string passwords;
    std::string groups;
    for (const char* who : {"read", "remove", "admin", "write"}) {
      passwords += fmt::format("*:*:*:{}:{}\n", role(who), password(who));
      groups += fmt::format("[{}]\nuser={}\nhost=127.0.0.1\nport={}\npassword=\"{}\"\n", who,
                            role(who), source_port(), password(who));
    }
    const PostgresServer& server = migration.target_database().server();
    write_secret("pgpass", passwords);
    write_secret("my.cnf", groups);
    write_secret("services",
                 fmt::format("[vault]\nhost=127.0.0.1\nport={}\ndbname={}\nuser={}\npassword={}\n"
                             "sslmode=disable\n",
                             server.port(), migration.target_database().name(), role("write"),
                             password("write")));
  }
  void write_secret(const std::string& name, const std::string& text) const {
    std::filesystem::permissions(secrets_.write(name, text), std::filesystem::perms(0600));
  }

  TempDir secrets_;
  TempDir files_;
};

/// Processes that this one has started and that still run.
std::vector<std::string> children_of(pid_t pid) {
  std::vector<std::string> children;
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    std::ifstream file(task.path() / "children");
    for (std::string child; file >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace

TEST_CASE("no password turns up when tables are cut over, frozen, and go back") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const Vault vault(from);
  const std::string admin = vault.source_url("admin");
  vault.check(0, "copy", {});
  vault.check(0, "verify", {"--manifest", vault.file("m")});
  vault.check(4, "approve", {vault.file("m")});
  vault.sign("m", "cutover");
  vault.check(0, "approve", {vault.file("m"), "--json"});
  // One engine's answers for people, the other's for programs: another round would want another
  // verification.
  const auto check = [&](const std::string& verb, Words words) {
    if (from == From::mariadb) words.emplace_back("--json");
    vault.check(0, verb, words);
  };
  const std::string run = vault.migration.target_value("SELECT run_id FROM sluice.run");
  check("cutover", {"--manifest", vault.file("m"), "--dry-run"});
  check("cutover", {"--manifest", vault.file("m"), "--freeze-with", admin});
  check("freeze", {"--undo", "--with", admin});
  check("freeze", {"--with", admin});
  vault.migration.target("INSERT INTO t VALUES (9, 'late')");
  check("rollback", {"--run", run, "--propose", vault.file("back")});
  vault.sign("back", "cutover");
  vault.sign("back", "drop");
  check("rollback", {"--run", run, "--approved", vault.file("back"), "--losing", "1", "--thaw-with",
                     admin, "--archive", vault.file("back.lost")});
  vault.check(0, "discard", {"--run", run, "--dry-run"});
  vault.check(0, "discard", {"--run", run, "--json"});
  vault.check_left();
}

TEST_CASE("no password turns up when rows are deleted and put back", "[long]") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const Vault vault(from);
  vault.check(0, "copy", {});
  vault.check(0, "verify", {"--manifest", vault.file("m")});
  vault.check(0, "cutover", {});
  vault.make_remover();
  vault.check(0, "policy", {"--change", vault.next_policy(), "--out", vault.file("policy.json")});
  vault.sign("policy.json", "policy");
  vault.check(0, "policy", {"--adopt", vault.file("policy.json"), "--json"});
  std::filesystem::copy_file(vault.next_policy(), vault.policy(),
                             std::filesystem::copy_options::overwrite_existing);
  const auto retire = [&](Words words) {
    words.insert(words.begin(),
                 {"--manifest", vault.file("m"), "--retire-as", vault.source_url("remove")});
    return words;
  };
  const std::string archive = vault.file("gone");
  vault.check(0, "retire", retire({"--archive", archive, "--propose", vault.file("r")}));
  vault.check(0, "retire", retire({"--archive", archive, "--propose", vault.file("r2"), "--json"}));
  vault.check(4, "retire", retire({"--approved", vault.file("r")}));
  vault.sign("r", "retire");
  vault.check(0, "approve", {vault.file("r")});
  RunOptions options = vault.options();
  options.env.emplace_back("SLUICE_STALL_AT", "retire-archived");
  const auto process =
      vault.migration.start("retire", retire({"--approved", vault.file("r")}), options);
  REQUIRE(wait_until_stalled(*process));
  const std::filesystem::path folder = fmt::format("/proc/{}", process->pid());
  REQUIRE(text_of(folder / "cmdline").find("--retire-as") != std::string::npos);
  REQUIRE(text_of(folder / "environ").find("PGPASSFILE") != std::string::npos);
  check_clean(text_of(folder / "cmdline") + text_of(folder / "environ"));
  CHECK(children_of(process->pid()).empty());
  process->send_signal(SIGCONT);
  vault.check(0, process->wait(), "retire");
  CHECK(vault.migration.source_value("SELECT count(*) FROM t") == "0");
  vault.check(4, "retire", retire({"--approved", vault.file("r"), "--json"}));
  vault.check_consumed();
  const Words restore = {"--archive", archive, "--into", vault.source_url("admin")};
  vault.check(0, "restore", restore);
  Words again = restore;
  again.emplace_back("--json");
  vault.check(0, "restore", again);
  CHECK(vault.migration.source_value("SELECT count(*) FROM t") == "5");
  vault.check_left();
}

TEST_CASE("no password turns up when the login of one verb fails") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const Vault vault(from);
  vault.check(0, "copy", {});
  vault.check(0, "verify", {"--manifest", vault.file("m")});
  // There is no such role. The tables are cut over all the same.
  const std::string nobody = vault.source_url("remove");
  vault.check(2, "cutover", {"--freeze-with", nobody});
  vault.check(2, "retire",
              {"--manifest", vault.file("m"), "--retire-as", nobody, "--archive",
               vault.file("gone"), "--propose", vault.file("r")});
  // Its password is another.
  const std::string admin = vault.source_url("admin");
  vault.migration.source(vault.is_mysql()
                             ? "ALTER USER '" + vault.role("admin") +
                                   "'@'127.0.0.1' IDENTIFIED BY 'another'"
                             : "ALTER ROLE " + vault.role("admin") + " PASSWORD 'another'");
  vault.check(2, "freeze", {"--with", admin, "--json"});
  vault.check(2, "rollback", {"--thaw-with", admin});
  vault.check_left();
}

TEST_CASE("a password in a URL that an option takes is refused with a way out, and not repeated") {
  Migration migration;
  migration.move("t");
  const std::string config = migration.config_file();
  const std::string file = config + ".of_another";
  const auto refused = [&](Words words, const std::string& url, const std::string& way_out) {
    words.push_back(url);
    if (words.at(1) != "--url" && words.front() != "init") {
      words.insert(words.begin() + 1, {"--config", config});
    }
    for (const bool json : {false, true}) {
      if (json) words.emplace_back("--json");
      const RunResult result = run_sluice(words);
      CAPTURE(words, result.out, result.err);
      CHECK(result.exit_code == 2);
      CHECK((result.out + result.err).find(way_out) != std::string::npos);
      check_clean(result.out + result.err);
    }
  };
  const std::vector<std::pair<std::string, std::string>> urls = {
      {fmt::format("postgresql://mover:{}@127.0.0.1/crm", kMarker), ".pgpass"},
      {fmt::format("mariadb://127.0.0.1/crm?user=mover&password={}", kMarker), "option file"}};
  for (const auto& [url, way_out] : urls) {
    refused({"cutover", "--freeze-with"}, url, way_out);
    refused({"rollback", "--thaw-with"}, url, way_out);
    refused({"freeze", "--with"}, url, way_out);
    refused({"freeze", "--undo", "--with"}, url, way_out);
    refused({"retire", "--manifest", file, "--archive", file, "--propose", file, "--retire-as"},
            url, way_out);
    refused({"restore", "--archive", file, "--into"}, url, way_out);
    for (const char* verb : {"inspect", "runs", "status"}) refused({verb, "--url"}, url, way_out);
    refused({"init", "--out", file, "--target", "postgresql:///b", "--source"}, url, way_out);
    refused({"init", "--out", file, "--source", "postgresql:///a", "--target"}, url, way_out);
  }
  // Where no option takes it.
  const std::string& url = urls[0].first;
  for (const Words& words : std::vector<Words>{{"inspect", url},
                                               {"runs", url},
                                               {"status", url, "--json"},
                                               {"status", "--usr=" + url},
                                               {url}}) {
    const RunResult result = run_sluice(words);
    CAPTURE(words, result.out, result.err);
    CHECK(result.exit_code == 2);
    check_clean(result.out + result.err);
  }
}

}  // namespace sluice::test
