// Rows that are large for the memory there is, and a network that goes silent.

#include <csignal>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/proxy.h"

namespace sluice::test {
namespace {

/// sluice with another program before it.
RunResult sluice_under(const std::vector<std::string>& before,
                       const std::vector<std::string>& words, const RunOptions& options = {}) {
  std::vector<std::string> argv = before;
  argv.push_back(sluice_binary());
  argv.insert(argv.end(), words.begin(), words.end());
  return run_process(argv, options);
}

std::vector<std::string> words_of(const Retirement& retirement, const std::string& verb,
                                  const std::vector<std::string>& more) {
  std::vector<std::string> words = {verb, "--config", retirement.migration.config_file()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// A network of this test's own, with a loopback that can be switched off.
class Network {
 public:
  Network() { made_ = run_process({"ip", "netns", "add", name()}).exit_code == 0 && set("up"); }
  ~Network() { static_cast<void>(run_process({"ip", "netns", "del", name()})); }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] static std::string name() { return "sluice" + std::to_string(getpid()); }
  [[nodiscard]] static std::vector<std::string> inside() { return {"ip", "netns", "exec", name()}; }
  [[nodiscard]] static bool set(const std::string& state) {
    return run_process({"ip", "-n", name(), "link", "set", "lo", state}).exit_code == 0;
  }

 private:
  bool made_ = false;
};

}  // namespace

TEST_CASE("a row of 64 MiB goes all the way within 1 GiB", "[long]") {
#ifdef SLUICE_SANITIZED
  SKIP("a sanitizer's own memory counts");
#endif
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.migration.source("CREATE TABLE t (id int NOT NULL PRIMARY KEY, note " +
                              std::string(retirement.is_mysql() ? "longtext" : "text") + ")");
  // Nothing that a server or an archive could make small.
  retirement.migration.source(
      retirement.is_mysql()
          ? "SET max_recursive_iterations = 10; INSERT INTO t VALUES (1, 'small'), (2, "
            "REPEAT(CONCAT(SHA2('a', 512), SHA2('b', 512), SHA2('c', 512), SHA2('d', 512)), "
            "131072))"
          : "INSERT INTO t VALUES (1, 'small'), (2, (SELECT string_agg(encode(sha256(n::text::"
            "bytea), 'hex'), '') FROM generate_series(1, 1048576) AS n))");
  const std::string sum = "SELECT count(*), sum(length(note)), max(md5(note)) FROM t";
  const std::string before = to_text(retirement.migration.source(sum));
  REQUIRE_THAT(before, Catch::Matchers::ContainsSubstring("67108869"));
  retirement.migration.move("t", "t", R"("create": {})");
  const std::vector<std::string> capped = {"prlimit", "--data=1073741824"};
  const auto run = [&](const std::vector<std::string>& words) {
    require_exit(sluice_under(capped, words), 0);
  };
  run(words_of(retirement, "copy", {}));
  CHECK(to_text(retirement.migration.target(sum)) == before);
  run(words_of(retirement, "verify", {"--manifest", retirement.dir.file()}));
  retirement.make_role();
  run(words_of(retirement, "retire",
               retirement.arguments({"--archive", retirement.archive(), "--propose",
                                     retirement.dir.file("r.json")})));
  retirement.sign();
  run(words_of(retirement, "retire",
               retirement.arguments({"--approved", retirement.dir.file("r.json")})));
  CHECK(retirement.count("true") == "0");
  const std::vector<std::string> restore = retirement.restore_words();
  const std::string packet =
      retirement.is_mysql() ? retirement.migration.source_value("SELECT @@max_allowed_packet") : "";
  if (retirement.is_mysql()) {
    // Its text is as long as the longest packet: the statement around it is longer.
    const RunResult refused = sluice_under(capped, restore);
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Catch::Matchers::ContainsSubstring("max_allowed_packet"));
    retirement.migration.source("SET GLOBAL max_allowed_packet = 256 * 1024 * 1024");
  }
  const RunResult restored = sluice_under(capped, restore);
  if (retirement.is_mysql()) {
    retirement.migration.source("SET GLOBAL max_allowed_packet = " + packet);
  }
  require_exit(restored, 0);
  CHECK(to_text(retirement.migration.source(sum)) == before);
}

TEST_CASE("a source that goes silent while rows go ends it with 8, and it goes on later",
          "[long]") {
  const Network network;
  if (!network.made()) SKIP("no network namespaces here");
  Retirement retirement(From::postgresql);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  Proxy proxy(retirement.source_port(), Network::name());
  retirement.retire_as(retirement.retire_url_by_port(proxy.port()) +
                       "&tcp_user_timeout=5000&connect_timeout=2");
  const auto retire = [&](const std::vector<std::string>& more, const RunOptions& options = {}) {
    return sluice_under(Network::inside(),
                        words_of(retirement, "retire", retirement.arguments(more)), options);
  };
  require_exit(
      retire({"--archive", retirement.archive(), "--propose", retirement.dir.file("r.json")}), 0);
  retirement.sign();
  const Rows before = all_rows(retirement);
  std::vector<std::string> argv = Network::inside();
  argv.push_back(sluice_binary());
  for (const std::string& word :
       words_of(retirement, "retire",
                retirement.arguments({"--approved", retirement.dir.file("r.json")}))) {
    argv.push_back(word);
  }
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", "retire-deleted:2"}};
  options.timeout = std::chrono::minutes(5);
  Process process(argv, options);
  REQUIRE(wait_until_stalled(process));
  REQUIRE(Network::set("down"));
  process.send_signal(SIGCONT);
  const RunResult cut = process.wait();
  INFO(cut.out << cut.err);
  CHECK_FALSE(cut.timed_out);
  CHECK(cut.exit_code == 8);
  CHECK(std::stoi(retirement.count(Retirement::kGoes)) > 0);
  REQUIRE(Network::set("up"));
  // What the server's own keepalives do in time.
  proxy.cut_all();
  const RunResult again = retire({"--approved", retirement.dir.file("r.json")});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

}  // namespace sluice::test
