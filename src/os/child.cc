#include "sluice/os/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "sluice/model/error.h"

namespace sluice::os {
namespace {

using Clock = std::chrono::steady_clock;
using model::Error;
using model::ErrorKind;

constexpr int kNotStarted = 127;  // as shells say it

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::internal, std::string("a program cannot be started: ") + what + ": " +
                                       std::error_code(errno, std::generic_category()).message());
}

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
    read = FileDescriptor(ends[0]);
    write = FileDescriptor(ends[1]);
  }
};

/// What the child needs, made before the fork: afterwards only calls that are safe in the copy of a
/// process with threads are allowed.
struct Prepared {
  std::vector<char*> argv;
  std::array<char*, 4> environment{};
  FileDescriptor input;
  Pipe out;
  Pipe err;
  pid_t parent = ::getpid();

  explicit Prepared(const ChildCommand& command) {
    argv.push_back(const_cast<char*>(command.program.c_str()));
    for (const std::string& argument : command.arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    static char path[] = "PATH=/usr/bin:/bin";
    static char locale[] = "LC_ALL=C";
    static char zone[] = "TZ=UTC";
    environment = {path, locale, zone, nullptr};
    // Opened anew: a descriptor of its own begins at the first byte.
    const std::string name = command.input != nullptr ? command.input->child_path() : "/dev/null";
    input = FileDescriptor(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (input.get() < 0) fail("its input");
  }
};

/// Signals that this process blocks or ignores would stay so in the child.
bool reset_signals() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  return ::pthread_sigmask(SIG_SETMASK, &none, nullptr) == 0;
}

bool keep_only(const std::vector<int>& inherited) {
  // Drivers and libraries may have opened something without O_CLOEXEC.
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
  for (const int fd : inherited) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  }
  return true;
}

[[noreturn]] void become(const ChildCommand& command, const Prepared& prepared) {
  const bool ready = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == prepared.parent &&
                     reset_signals() && ::chdir("/") == 0 && ::dup2(prepared.input.get(), 0) == 0 &&
                     ::dup2(prepared.out.write.get(), 1) == 1 &&
                     (command.timeout.count() == 0 || ::dup2(prepared.err.write.get(), 2) == 2) &&
                     keep_only(command.inherited);
  if (ready) {
    ::execve(command.program.c_str(), prepared.argv.data(), prepared.environment.data());
  }
  ::_exit(kNotStarted);
}

/// The child, killed and reaped whatever happens.
class Running {
 public:
  explicit Running(pid_t pid) noexcept : pid_(pid) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ > 0) static_cast<void>(end());
  }

  /// Its exit code, or -1; kills it first where it runs.
  [[nodiscard]] int end() {
    ::kill(pid_, SIGKILL);
    return wait(0) ? code_ : -1;
  }
  /// Whether it has ended, with `flags` of waitpid.
  [[nodiscard]] bool wait(int flags) {
    int status = 0;
    pid_t got = 0;
    do {
      got = ::waitpid(pid_, &status, flags);
    } while (got < 0 && errno == EINTR);
    if (got == 0) return false;
    code_ = got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    pid_ = -1;
    return true;
  }
  [[nodiscard]] int code() const noexcept { return code_; }

 private:
  pid_t pid_;
  int code_ = -1;
};

/// Milliseconds for poll and for pauses: how much time is left, at most `most`.
int time_left(const ChildCommand& command, Clock::time_point end, int most) {
  if (command.timeout.count() == 0) return most;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, most));
}

/// Takes what is there; closes the pipe at its end.
void drain(FileDescriptor& pipe, std::string& text, const ChildCommand& command,
           ChildResult& result) {
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) return pipe.close();
  text.append(buffer.data(), static_cast<std::size_t>(got));
  result.too_much = result.too_much || text.size() > command.max_output;
}

/// Until it has closed both, says too much, or takes too long.
void listen(Prepared& prepared, const ChildCommand& command, Clock::time_point end,
            ChildResult& result) {
  constexpr int kTurn = 100;
  FileDescriptor& out = prepared.out.read;
  FileDescriptor& err = prepared.err.read;
  while ((out.get() >= 0 || err.get() >= 0) && !result.too_much && !result.timed_out) {
    std::array<pollfd, 2> watched{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
    const int left = time_left(command, end, kTurn);
    result.timed_out = left == 0;
    if (::poll(watched.data(), watched.size(), left) <= 0) continue;
    if (watched[0].revents != 0) drain(out, result.out, command, result);
    if (watched[1].revents != 0) drain(err, result.err, command, result);
  }
}

}  // namespace

ChildResult run_child(const ChildCommand& command) {
  Prepared prepared(command);
  const pid_t pid = ::fork();
  if (pid < 0) fail("fork");
  if (pid == 0) become(command, prepared);
  Running running(pid);
  prepared.out.write.close();
  prepared.err.write.close();
  ChildResult result;
  const Clock::time_point end = Clock::now() + command.timeout;
  listen(prepared, command, end, result);
  // It may close its output and live on.
  while (!result.timed_out && !result.too_much && !running.wait(WNOHANG)) {
    const int left = time_left(command, end, 1);
    result.timed_out = left == 0;
    ::poll(nullptr, 0, left);
  }
  if (result.timed_out || result.too_much) {
    static_cast<void>(running.end());
  } else {
    result.exit_code = running.code();
  }
  return result;
}

}  // namespace sluice::os
