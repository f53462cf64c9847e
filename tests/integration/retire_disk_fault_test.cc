// What an archive's disk does not take, or loses, is not deleted from the source.

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A disk below `folder` on which `call` fails from the nth on.
RunOptions failing_disk(const std::string& folder, const std::string& call, int error, int from) {
  const char* const sanitizer = std::getenv("ASAN_OPTIONS");  // NOLINT(concurrency-mt-unsafe)
  RunOptions options;
  options.env = {
      {"LD_PRELOAD", SLUICE_FAILING_DISK},
      {"FAILING_DISK_FOLDER", folder},
      {"FAILING_DISK_CALL", call},
      {"FAILING_DISK_ERRNO", std::to_string(error)},
      {"FAILING_DISK_FROM", std::to_string(from)},
      // The sanitizer wants to be the first library of all.
      {"ASAN_OPTIONS",
       std::string(sanitizer == nullptr ? "" : sanitizer) + ":verify_asan_link_order=0"},
  };
  return options;
}

}  // namespace

TEST_CASE("what an archive's disk refuses to hold is not deleted") {
  Retirement retirement(From::postgresql);
  retirement.make_table(1500);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  const auto broken = [&](const std::string& call, int error, int from) {
    INFO(call << " " << error << " from " << from);
    const RunResult result =
        retirement.retire(failing_disk(retirement.archive(), call, error, from));
    INFO(result.out << result.err);
    CHECK(result.exit_code == 9);
    CHECK_THAT(result.err, ContainsSubstring("gone"));
    return std::stoi(retirement.count(Retirement::kGoes));
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
  require_exit(retirement.retire(), 0);
  CHECK(retirement.count("true") == "300");
  check_promises(retirement, before);
}

}  // namespace sluice::test
