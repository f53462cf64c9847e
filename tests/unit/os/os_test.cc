#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"
#include "sluice/os/stop.h"
#include "sluice/os/stop_file.h"

#include "support/temp_dir.h"

namespace sluice::os {
namespace {

/// How a child process that runs `work` ends.
template <typename Work>
int status_of_child(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, WUNTRACED);
  if (WIFSTOPPED(status)) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  return status;
}

}  // namespace

TEST_CASE("a written file is read back, and replaced whole") {
  const test::TempDir dir;
  const std::string path = (dir.path() / "file").string();
  const std::string text("a\0b\n", 4);
  write_file(path, "an older and longer text");
  write_file(path, text);
  CHECK(read_file(path, 4) == text);
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("what is no readable regular file of reasonable size is refused") {
  const test::TempDir dir;
  const std::string path = (dir.path() / "file").string();
  CHECK_THROWS_AS(read_file(path, 10), model::Error);
  CHECK_THROWS_AS(read_file(dir.path().string(), 10), model::Error);
  write_file(path, "12345");
  CHECK_THROWS_AS(read_file(path, 4), model::Error);
  const std::string fifo = (dir.path() / "fifo").string();
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THROWS_AS(read_file(fifo, 10), model::Error);
  CHECK_THROWS_AS(write_file((dir.path() / "no" / "such").string(), "x"), model::Error);
}

TEST_CASE("random hex is of the length asked for and does not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string hex = random_hex(8);
    CHECK(hex.size() == 16);
    CHECK(hex.find_first_not_of("0123456789abcdef") == std::string::npos);
    seen.insert(hex);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a stamp is fifteen characters that sort by time") {
  const std::string stamp = utc_stamp();
  CHECK(stamp.size() == 15);
  CHECK(stamp[8] == '-');
  CHECK(stamp >= "20250101-000000");
}

TEST_CASE("a signal becomes a stop request, and the first one is remembered") {
  const int status = status_of_child([] {
    const SignalStop stop;
    ::kill(::getpid(), SIGTERM);
    for (int i = 0; i < 500 && !stop.token().stop_requested(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::_exit(stop.token().stop_requested() && stop.signal() == SIGTERM ? 42 : 1);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

namespace {

/// What a child ends with that never comes to an orderly stop: its last word stands for the reason.
int ending_of_stuck_child(std::chrono::milliseconds patience, int signals) {
  return status_of_child([patience, signals] {
    const SignalStop stop([](ForcedEnd why) { ::_exit(why == ForcedEnd::second_signal ? 42 : 43); },
                          patience);
    // A cancel request to a server that does not answer must not keep the next signal from being
    // heard.
    const std::stop_callback stuck(stop.token(), [] { ::pause(); });
    for (int i = 0; i < signals; ++i) {
      ::kill(::getpid(), SIGINT);
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    std::this_thread::sleep_for(std::chrono::seconds(30));
    ::_exit(1);
  });
}

}  // namespace

TEST_CASE("a second signal ends the program at once, whatever the first one's stop waits for") {
  const int status = ending_of_stuck_child(std::chrono::minutes(1), 2);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("a stop that does not come about in time is forced") {
  const int status = ending_of_stuck_child(std::chrono::milliseconds(300), 1);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 43);
}

TEST_CASE("a forced end has the exit code of the signal") {
  const int status = status_of_child([] {
    const SignalStop stop({}, std::chrono::milliseconds(100));
    ::kill(::getpid(), SIGTERM);
    std::this_thread::sleep_for(std::chrono::seconds(30));
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

#ifdef SLUICE_TEST_HOOKS
TEST_CASE("another reason to stop than a signal is obeyed and forced like one") {
  const auto status = [](std::chrono::milliseconds patience) {
    return status_of_child([patience] {
      SignalStop stop({}, patience);
      stop.request(3);
      stop.request(5);  // the first one stands
      while (!stop.token().stop_requested()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      if (patience > std::chrono::seconds(10)) ::_exit(stop.signal() == 0 ? 42 : 1);
      std::this_thread::sleep_for(std::chrono::seconds(30));
    });
  };
  const int in_order = status(std::chrono::minutes(1));
  REQUIRE(WIFEXITED(in_order));
  CHECK(WEXITSTATUS(in_order) == 42);
  const int forced = status(std::chrono::milliseconds(100));
  REQUIRE(WIFEXITED(forced));
  CHECK(WEXITSTATUS(forced) == 3);
}

TEST_CASE("whatever lies at the path of a stop file stops, and a first line is its reason") {
  const test::TempDir dir;
  const std::string path = (dir.path() / "stop").string();
  CHECK_FALSE(read_stop_file(path).has_value());
  dir.write("stop", "the disk smells\r\nsecond line\n");
  CHECK(read_stop_file(path)->reason == "the disk smells");
  CHECK(read_stop_file(path)->owner == this_process().user);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK(read_stop_file(path)->reason.empty());
  std::filesystem::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(read_stop_file(path)->reason.empty());
  std::filesystem::remove(path);
  std::filesystem::create_symlink("nowhere", path);
  CHECK(read_stop_file(path)->reason.empty());
  // Below a file nobody can tell.
  dir.write("plain", "");
  CHECK_THROWS_AS(read_stop_file((dir.path() / "plain" / "stop").string()), model::Error);
}

TEST_CASE("a stop file is told of once, soon after it is there") {
  const test::TempDir dir;
  std::atomic<int> told = 0;
  const StopFile watch((dir.path() / "stop").string(), [&told](const StopNote& note) {
    if (note.reason == "now") ++told;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  CHECK(told == 0);
  dir.write("stop.part", "now");
  std::filesystem::rename(dir.path() / "stop.part", dir.path() / "stop");
  for (int i = 0; i < 300 && told == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  CHECK(told == 1);
}

TEST_CASE("a kill point fires at the pass that was asked for, once armed and by name only") {
  const auto pass_three_times = [](const char* variable, const char* value) {
    return status_of_child([=] {
      ::setenv(variable, value, 1);
      for (int i = 0; i < 3; ++i) SLUICE_KILL_POINT("here");
    });
  };
  CHECK(WIFSIGNALED(pass_three_times("SLUICE_KILL_AT", "here")));
  CHECK(WIFSIGNALED(pass_three_times("SLUICE_KILL_AT", "here:3")));
  CHECK(WIFEXITED(pass_three_times("SLUICE_KILL_AT", "here:4")));
  CHECK(WIFEXITED(pass_three_times("SLUICE_KILL_AT", "her")));
  CHECK(WIFSTOPPED(pass_three_times("SLUICE_STALL_AT", "here:2")));
}
#endif

}  // namespace sluice::os
