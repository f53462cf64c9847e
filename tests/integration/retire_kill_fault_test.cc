// Killed at any moment, and again: in the end every proved row is in the archive, once, and no
// other is gone.

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

/// Either anywhere, its start among it, or soon after a batch has gone.
void kill_any(const Retirement& retirement, std::mt19937& random) {
  const auto process = retirement.start_retire();
  const bool is_soon = random() % 3 != 0;
  if (is_soon) {
    const std::string before = retirement.count("true");
    CHECK(wait_until([&] { return !process->running() || retirement.count("true") != before; }));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(random() % (is_soon ? 60 : 2000)));
  process->send_signal(SIGKILL);
  process->wait();
}

void check_killed(From from, unsigned seed, int kills) {
  CAPTURE(to_string(from), seed);
  std::mt19937 random(seed);
  Retirement retirement(from);
  retirement.make_table(6000);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  for (int i = 0; i < kills && retirement.count(Retirement::kGoes) != "0"; ++i) {
    kill_any(retirement, random);
  }
  RunResult last;
  // Its predecessor's session may live for a moment.
  CHECK(wait_until([&] { return (last = retirement.retire()).exit_code != 6; }));
  INFO(last.out << last.err);
  // The manifest is used up where one of them had come to its end.
  CHECK((last.exit_code == 0 || last.exit_code == 4));
  CHECK(retirement.count("true") == "1200");
  check_promises(retirement, before);
}

}  // namespace

TEST_CASE("a retirement that is killed at random loses no row") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  check_killed(from, 20261124, 4);
}

TEST_CASE("a retirement that is killed at random many times loses no row", "[long]") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  for (int round = 0; round < 12; ++round) {
    check_killed(from, static_cast<unsigned>(std::random_device()()), 10);
  }
}

}  // namespace sluice::test
