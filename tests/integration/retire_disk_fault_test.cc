// What an archive's disk does not take, or loses, is not deleted from the source.

#include <cerrno>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"
#include "support/failing_disk.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A retirement of 1200 rows into an archive whose disk fails.
class OnBadDisk {
 public:
  OnBadDisk() {
    retirement.make_table(1500);
    retirement.copy_and_verify();
    retirement.propose_and_sign();
    before_ = all_rows(retirement);
  }
  /// How many rows are left by a call of whose disk the nth such call fails, and all after it.
  [[nodiscard]] int broken(const std::string& call, int error, int from) const {
    INFO(call << " " << error << " from " << from);
    const RunResult result =
        retirement.retire(failing_disk(retirement.archive(), call, error, from));
    INFO(result.out << result.err);
    CHECK(result.exit_code == 9);
    CHECK_THAT(result.err, ContainsSubstring("gone"));
    return std::stoi(retirement.count(Retirement::kGoes));
  }
  void check_goes_on() const {
    require_exit(retirement.retire(), 0);
    CHECK(retirement.count("true") == "300");
    check_promises(retirement, before_);
  }

  Retirement retirement{From::postgresql};

 private:
  Rows before_;
};

}  // namespace

TEST_CASE("what an archive's disk refuses to hold is not deleted") {
  OnBadDisk disk;
  const Retirement& retirement = disk.retirement;
  const auto broken = [&](const std::string& call, int error, int from) {
    return disk.broken(call, error, from);
  };
  // Nothing is stored: nothing goes.
  CHECK(broken("write", ENOSPC, 1) == 1200);
  CHECK(broken("flush", EIO, 1) == 1200);
  CHECK(broken("read", EIO, 1) == 1200);
  const RunResult altered = retirement.retire(failing_disk(retirement.archive(), "alter", 0, 1));
  CHECK(altered.exit_code == 3);
  CHECK_THAT(altered.err, ContainsSubstring("damaged"));
  CHECK(retirement.count(Retirement::kGoes) == "1200");
  // In the middle; each call goes on where the last one ended.
  CHECK(broken("write", ENOSPC, 6) < 1200);
  static_cast<void>(broken("write", EIO, 3));
  static_cast<void>(broken("flush", EIO, 3));
  static_cast<void>(broken("flush", ENOSPC, 4));
  CHECK(broken("read", EIO, 4) > 0);
  disk.check_goes_on();
}

TEST_CASE("what an archive's folder does not keep the name of holds nothing") {
  OnBadDisk disk;
  // The archive's beginning; a table's definition, which is made anew each time; its first file.
  CHECK(disk.broken("rename", EIO, 1) == 1200);
  CHECK(disk.broken("flush-folder", EIO, 1) == 1200);
  CHECK(disk.broken("rename", EIO, 1) == 1200);
  CHECK(disk.broken("flush-folder", EIO, 1) == 1200);
  CHECK(disk.broken("rename", EIO, 2) == 1200);
  CHECK(disk.broken("flush-folder", EIO, 2) == 1200);
  // All is gone, and the archive does not get its end.
  CHECK(disk.broken("rename", EIO, 1) == 0);
  CHECK(disk.broken("flush-folder", EIO, 1) == 0);
  disk.check_goes_on();
}

TEST_CASE("what people are to sign of a retirement is a whole file, or none") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  const std::string file = retirement.dir.file("r.json");
  const auto broken = [&](const std::string& call, int error) {
    INFO(call << " " << error);
    const RunResult result = retirement.migration.sluice(
        "retire", retirement.arguments({"--archive", retirement.archive(), "--propose", file}),
        failing_disk(file, call, error, 1));
    INFO(result.out << result.err);
    CHECK(result.exit_code == 9);
    CHECK_THAT(result.err, ContainsSubstring(file));
    CHECK(retirement.migration.events("retire-proposed").empty());
  };
  const std::size_t files = retirement.dir.files();
  broken("write", ENOSPC);
  broken("flush", EIO);
  broken("rename", EIO);
  CHECK(retirement.dir.files() == files);
  retirement.propose_and_sign();
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "10");
}

}  // namespace sluice::test
