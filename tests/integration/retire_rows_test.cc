// A row that is gone from the source lies in the archive that people signed for; what does not add
// up stops a retirement before anything more goes.

#include <csignal>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// The only data file of an archive of one small table.
std::filesystem::path data_file(const std::string& archive) {
  for (const auto& entry : std::filesystem::directory_iterator(archive)) {
    if (entry.path().string().ends_with(".copy.zst")) return entry.path();
  }
  FAIL("the archive has no data file");
  return {};
}

}  // namespace

TEST_CASE("nothing more goes where the archive lacks what went before") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  REQUIRE(retirement.retire_killed_at("retire-committed:2").signal == SIGKILL);
  const std::string left = retirement.source_ids();
  const std::string archive = retirement.archive();

  // A disk that is not mounted.
  std::filesystem::rename(archive, archive + ".away");
  const RunResult without = retirement.retire();
  INFO(without.out << without.err);
  CHECK(without.exit_code == 9);
  CHECK_THAT(without.err, ContainsSubstring("archive"));
  CHECK(retirement.source_ids() == left);
  std::filesystem::remove_all(archive);
  std::filesystem::rename(archive + ".away", archive);

  // The end of the newest batch, as a disk may lose it: it is what a dead writer leaves, too.
  const std::filesystem::path file = data_file(archive);
  const std::string whole = retirement.dir.bytes("gone/" + file.filename().string());
  std::filesystem::resize_file(file, whole.size() - 1);
  const RunResult cut = retirement.retire();
  INFO(cut.out << cut.err);
  CHECK(cut.exit_code == 9);
  CHECK(retirement.source_ids() == left);
  CHECK(std::filesystem::file_size(file) == whole.size() - 1);

  retirement.dir.put("gone/" + file.filename().string(), whole);
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "300");
}

TEST_CASE("a manifest is not used up by an archive that was ended for another one") {
  Retirement first(From::postgresql);
  first.make_table(50);
  first.copy_and_verify();
  first.propose_and_sign();
  require_exit(first.retire(), 0);
  Retirement second(From::postgresql);
  second.make_table(60);
  second.copy_and_verify();
  require_exit(
      second.migration.sluice("retire", second.arguments({"--archive", first.archive(), "--propose",
                                                          second.dir.file("r.json")})),
      0);
  second.sign();
  const RunResult result = second.retire();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 7);
  CHECK(second.count("true") == "60");
  require_exit(second.propose("r2.json"), 0);
  second.sign("r2.json");
  require_exit(second.retire({}, "r2.json"), 0);
  CHECK(second.count("true") == "12");
}

TEST_CASE("a manifest that verify did not write, or that does not add up, proves nothing") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  const std::string written = retirement.dir.bytes();
  std::string other = written;
  const std::size_t at = other.find("\"sluice ");
  REQUIRE(at != std::string::npos);
  other[at + 1] = 'S';
  retirement.dir.put("m", other);
  const RunResult result = retirement.propose();
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_FALSE(retirement.dir.has("r.json"));
  retirement.dir.put("m", written);
  require_exit(retirement.propose(), 0);
}

TEST_CASE("rows stay for as long as a live table stands where theirs is to be") {
  Retirement retirement(From::postgresql);
  for (const char* side : {"source", "target"}) {
    const std::string sql = "CREATE TABLE t (id int PRIMARY KEY, name varchar(20))";
    std::string(side) == "source" ? retirement.migration.source(sql)
                                  : retirement.migration.target(sql);
  }
  retirement.migration.source("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  retirement.migration.move("t");
  retirement.copy_and_verify();
  const RunResult result = retirement.propose();
  INFO(result.err);
  CHECK(result.exit_code == 7);
  CHECK_THAT(result.err, ContainsSubstring("not live"));
  CHECK_FALSE(retirement.dir.has("r.json"));
}

TEST_CASE("no more rows go than were signed for, in however many calls") {
  Retirement retirement(From::postgresql, R"("source_changed_rows": 5, )");
  retirement.make_table(1500);
  retirement.copy_and_verify();
  // One less is signed for than was proved.
  retirement.migration.source("UPDATE t SET amount = amount + 1 WHERE id = 5");
  retirement.propose_and_sign();
  retirement.migration.source("UPDATE t SET amount = amount - 1 WHERE id = 5");
  for (int call = 0; call < 3; ++call) {
    const RunResult result = retirement.retire();
    INFO(result.out << result.err);
    CHECK(result.exit_code == 3);
    CHECK_THAT(result.out, ContainsSubstring("signed for"));
  }
  CHECK(std::stoi(retirement.count(Retirement::kGoes)) >= 1);
}

}  // namespace sluice::test
