#include "sluice/os/child.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.h"

namespace sluice::os {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

ChildCommand shell(const std::string& script) {
  ChildCommand command;
  command.program = "/bin/sh";
  command.arguments = {"-c", script};
  return command;
}

TEST_CASE("a child has a clean environment, its input, and nothing else", "[child]") {
  ::setenv("SLUICE_SECRET", "seen", 1);
  const ChildResult env = run_child(shell("env; pwd; cat >&2"));
  CHECK(env.exit_code == 0);
  CHECK(env.out.find("SLUICE_SECRET") == std::string::npos);
  CHECK(env.out.find("PATH=/usr/bin:/bin\n") != std::string::npos);
  CHECK(env.out.find("TZ=UTC\n") != std::string::npos);
  CHECK(env.out.find("LC_ALL=C\n") != std::string::npos);
  CHECK(env.out.ends_with("/\n"));
  CHECK(env.err.empty());

  const std::string bytes = std::string(100'000, 'x') + '\0' + "end";
  const SealedFile input = SealedFile::of(bytes, "input");
  ChildCommand cat = shell("cat");
  cat.input = &input;
  cat.max_output = 200'000;
  CHECK(run_child(cat).out == bytes);
  CHECK(run_child(cat).out == bytes);  // from its first byte each time
}

TEST_CASE("a child keeps the descriptors that are named and no others", "[child]") {
  // Without O_CLOEXEC, as a driver might; with a number that the shell does not use itself.
  const int leaked = ::fcntl(0, F_DUPFD, 500);
  const SealedFile kept = SealedFile::of("kept", "kept");
  ChildCommand command =
      shell("for f in /proc/self/fd/*; do echo $f; done; cat " + kept.child_path());
  command.inherited = {kept.fd()};
  const ChildResult result = run_child(command);
  ::close(leaked);
  CHECK(result.out.find("fd/" + std::to_string(leaked) + "\n") == std::string::npos);
  CHECK(result.out.ends_with("kept"));
}

TEST_CASE("a child that takes too long, says too much or is not there", "[child]") {
  ChildCommand hangs = shell("exec sleep 60");
  hangs.timeout = 200ms;
  const auto before = std::chrono::steady_clock::now();
  const ChildResult late = run_child(hangs);
  CHECK(late.timed_out);
  CHECK(late.exit_code == -1);
  ChildCommand closes = shell("exec sleep 60 >/dev/null 2>&1");
  closes.timeout = 200ms;
  CHECK(run_child(closes).timed_out);
  CHECK(std::chrono::steady_clock::now() - before < 10s);

  const ChildResult loud = run_child(shell("exec yes"));
  CHECK(loud.too_much);
  CHECK(loud.exit_code == -1);

  ChildCommand missing;
  missing.program = "/nowhere/program";
  CHECK(run_child(missing).exit_code == 127);
  CHECK(run_child(shell("exit 3")).exit_code == 3);
  CHECK(run_child(shell("kill -9 $$")).exit_code == -1);
}

TEST_CASE("signals that this process blocks reach the child", "[child]") {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const ChildResult result = run_child(shell("kill $$; echo alive"));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(result.out.empty());
  CHECK(result.exit_code == -1);
}

TEST_CASE("a child dies with its parent", "[child]") {
  const test::TempDir folder;
  const std::string file = (folder.path() / "pid").string();
  const pid_t parent = ::fork();
  if (parent == 0) {
    static_cast<void>(run_child(shell("echo $$ > " + file + "; exec sleep 60")));
    ::_exit(0);
  }
  pid_t child = 0;
  for (int i = 0; i < 1000 && child == 0; ++i) {
    std::this_thread::sleep_for(10ms);
    std::ifstream(file) >> child;
  }
  REQUIRE(child > 0);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  // An orphan that nobody reaps may stay as a zombie: it has ended all the same.
  char state = 'R';
  for (int i = 0; i < 1000 && state != 'Z' && ::kill(child, 0) == 0; ++i) {
    std::this_thread::sleep_for(10ms);
    std::string skipped;
    std::ifstream("/proc/" + std::to_string(child) + "/stat") >> skipped >> skipped >> state;
  }
  CHECK((state == 'Z' || ::kill(child, 0) != 0));
}

}  // namespace
}  // namespace sluice::os
