// People work on while rows are retired, and stop it.

#include <chrono>
#include <filesystem>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// What somebody did to rows that were there, by statements that the server took.
struct Written {
  std::set<int> changed;
  std::set<int> deleted;
  int inserted = 0;
};

/// Works on the rows that are to go until `ends`; each row once.
Written write_until(const Retirement& retirement, int rows, const std::function<bool()>& ends) {
  const auto sql = retirement.migration.source_session();
  const auto took = [&](const std::string& statement) {
    if (!retirement.is_mysql()) return !sql(statement + " RETURNING id").empty();
    sql(statement);
    return single_value(sql("SELECT ROW_COUNT()")) == "1";
  };
  constexpr int kStep = 7919;  // a prime: each id once, all over the table
  // As many as a report names.
  constexpr std::size_t kMost = 90;
  Written written;
  for (int i = 0; !ends(); ++i) {
    const int id = static_cast<int>(static_cast<long>(i) * kStep % rows) + 1;
    sql(fmt::format("INSERT INTO t VALUES ({}, 'new', 'a', 1, 'x', 'new')", rows + 1 + i));
    ++written.inserted;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (i >= rows || std::string(Retirement::kind_of(id)) != "a") continue;
    if (i % 3 == 0) {
      if (took(fmt::format("DELETE FROM t WHERE id = {}", id))) written.deleted.insert(id);
    } else if (written.changed.size() < kMost &&
               took(fmt::format("UPDATE t SET name = 'mine' WHERE id = {}", id))) {
      written.changed.insert(id);
    }
  }
  return written;
}

/// Holds a row until the object goes.
class HeldRow {
 public:
  HeldRow(const Retirement& retirement, int id) : session_(retirement.migration.source_session()) {
    session_("BEGIN");
    session_(fmt::format("SELECT id FROM t WHERE id = {} FOR UPDATE", id));
  }
  ~HeldRow() { session_("ROLLBACK"); }
  HeldRow(const HeldRow&) = delete;
  HeldRow& operator=(const HeldRow&) = delete;

 private:
  std::function<Rows(const std::string&)> session_;
};

void continue_run(const Retirement& retirement) {
  const std::string run = retirement.migration.target_value("SELECT run_id FROM sluice.run");
  const std::string document = retirement.dir.file("continue.json");
  require_exit(retirement.migration.sluice("continue", {"--run", run, "--propose", document}), 0);
  static_cast<void>(retirement.team.sign(document, "dan", "continue"));
  require_exit(retirement.migration.sluice("continue", {"--run", run, "--approved", document}), 0);
}

}  // namespace

TEST_CASE("nothing that is written while rows are retired is lost, and each changed row is named") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  constexpr int kRows = 6000;
  Retirement retirement(from, R"("source_changed_rows": 1000, )");
  retirement.make_table(kRows);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const auto process = retirement.migration.start(
      "retire", retirement.arguments({"--approved", retirement.dir.file("r.json"), "--json"}));
  const Written written = write_until(retirement, kRows, [&] { return !process->running(); });
  const RunResult result = process->wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(written.changed.empty());
  CHECK(retirement.count(fmt::format("id > {} AND note = 'new'", kRows)) ==
        std::to_string(written.inserted));
  const Rows left = retirement.migration.source(fmt::format(
      "SELECT id, name FROM t WHERE {} AND id <= {} ORDER BY id", Retirement::kGoes, kRows));
  std::set<int> ids;
  for (const Row& row : left) {
    ids.insert(std::stoi(*row[0]));
    CHECK(*row[1] == "mine");
  }
  CHECK(ids == written.changed);
  for (const int id : written.changed) {
    CHECK_THAT(result.out, ContainsSubstring(fmt::format("[\\\"{}\\\"]", id)));
  }
  // All others are in the archive, each once, but for those that somebody else deleted before.
  retirement.load_archive();
  std::set<int> archived;
  const Rows stored = retirement.migration.target("SELECT id FROM archived");
  for (const Row& row : stored) archived.insert(std::stoi(*row[0]));
  CHECK(archived.size() == stored.size());
  for (int id = 1; id <= kRows; ++id) {
    const bool goes = std::string(Retirement::kind_of(id)) == "a" && !written.changed.contains(id);
    if (archived.contains(id) != (goes && !written.deleted.contains(id))) FAIL_CHECK(id);
  }
}

TEST_CASE("a stop ends a retirement with its batch, also where it waits, and it goes on later") {
  const bool by_file = GENERATE(false, true);
  Retirement retirement(by_file ? From::mariadb : From::postgresql);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  const std::string file = retirement.dir.file("stop");
  std::vector<std::string> words = {"--approved", retirement.dir.file("r.json"), "--stop-file",
                                    file};
  {
    const HeldRow held(retirement, 701);
    const auto process = retirement.migration.start("retire", retirement.arguments(words));
    while (process->running() && retirement.count(Retirement::kGoes) == "1200") {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (by_file) {
      retirement.dir.put("stop", "the archive's disk is being moved\n");
    } else {
      require_exit(retirement.migration.sluice("stop", {"--reason", "look at it"}), 0);
    }
    const auto asked = std::chrono::steady_clock::now();
    const RunResult result = process->wait();
    INFO(result.out << result.err);
    CHECK(result.exit_code == 3);
    // A lock is waited for 3 s; ten times, where nobody asks to stop.
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(20));
  }
  const int left = std::stoi(retirement.count(Retirement::kGoes));
  CHECK(left > 0);
  CHECK(left < 1200);
  CHECK(retirement.count("id = 701") == "1");
  CHECK(retirement.migration.source_value(
            "SELECT sum(row_count) FROM sluice.consumed WHERE manifest_sha256 = '" +
            run_process({"sha256sum", retirement.dir.file()}).out.substr(0, 64) + "'") ==
        std::to_string(1200 - left));
  CHECK(retirement.retire().exit_code == (by_file ? 0 : 3));
  if (by_file) {
    std::filesystem::remove(file);
  } else {
    CHECK(std::stoi(retirement.count(Retirement::kGoes)) == left);
    continue_run(retirement);
    require_exit(retirement.retire(), 0);
  }
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

}  // namespace sluice::test
