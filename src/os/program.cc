#include "sluice/os/program.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sluice/model/error.h"

namespace sluice::os {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& program, int error) {
  throw model::Error(model::ErrorKind::not_comparable,
                     fmt::format("cannot run {}: {}", program,
                                 std::error_code(error, std::generic_category()).message()));
}

/// Both ends of a pipe, closed with it; nobody else's children get them.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("a program", errno);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(std::size_t end) noexcept {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

/// What the child begins with: three pipes, default signals, nothing of the environment.
class Spawn {
 public:
  Spawn(const Pipe& in, const Pipe& out, const Pipe& err) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, in.ends[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, out.ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, err.ends[1], STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  [[nodiscard]] pid_t start(const std::vector<std::string>& argv) const {
    std::vector<std::string> words = argv;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::array<std::string, 3> settings{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"};
    std::array<char*, 4> environment{settings[0].data(), settings[1].data(), settings[2].data(),
                                     nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, argv.front().c_str(), &actions_, &attributes_,
                                    arguments.data(), environment.data());
    if (error != 0) fail(argv.front(), error);
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Takes what is there; false at the end.
bool read_some(int file, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(file, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// Gives what is taken; false when there is nothing more to give, or nobody who takes it.
bool write_some(int file, std::string_view& rest) {
  const ssize_t given = ::write(file, rest.data(), rest.size());
  if (given < 0) return errno == EINTR || errno == EAGAIN;
  rest.remove_prefix(static_cast<std::size_t>(given));
  return !rest.empty();
}

/// Until the program has closed its output; false when that takes too long.
bool talk(Pipe& in, Pipe& out, Pipe& err, std::string_view input, ProgramResult& result,
          Clock::time_point end) {
  if (input.empty()) in.close(1);
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 3> files{
        {{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}, {in.ends[1], POLLOUT, 0}}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    if (::poll(files.data(), files.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) {
      return false;
    }
    if (files[0].revents != 0 && !read_some(out.ends[0], result.out)) out.close(0);
    if (files[1].revents != 0 && !read_some(err.ends[0], result.err)) err.close(0);
    if (files[2].revents != 0 && !write_some(in.ends[1], input)) in.close(1);
  }
  return true;
}

/// A program that does not read all of its input is no reason to end.
class WithoutSigpipe {
 public:
  WithoutSigpipe() { before_ = ::signal(SIGPIPE, SIG_IGN); }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() { ::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int) = nullptr;
};

}  // namespace

ProgramResult run_program(const std::vector<std::string>& argv, std::string_view input,
                          std::chrono::milliseconds patience) {
  const WithoutSigpipe without_sigpipe;
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t child = Spawn(in, out, err).start(argv);
  in.close(0);
  out.close(1);
  err.close(1);
  ::fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  ProgramResult result;
  const auto end = Clock::now() + patience;
  const bool has_talked = talk(in, out, err, input, result, end);
  int status = 0;
  pid_t ended = 0;
  // It may have closed its output and work on.
  while (has_talked && ended == 0 && Clock::now() < end) {
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (ended != child) {
    result.timed_out = true;
    ::kill(child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace sluice::os
