#include "support/run_process.h"

#include <cerrno>
#include <csignal>
#include <map>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace sluice::test {
namespace {

constexpr std::chrono::milliseconds kPoll{5};

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

/// Files in memory instead of pipes: no thread has to drain them, and they can be read while the
/// process runs.
int memory_file(const char* name) {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) fail("memfd_create", errno);
  return fd;
}

std::string read_all(int fd) {
  std::string text;
  std::vector<char> buffer(1 << 16);
  off_t offset = 0;
  ssize_t got = 0;
  while ((got = pread(fd, buffer.data(), buffer.size(), offset)) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
    offset += got;
  }
  return text;
}

/// Texts stand on one line, so that tests can look for them; those of a terminal's width say so.
constexpr const char* kAnyColumns = "1000000";

std::vector<std::string> environment(const RunOptions& options) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      merged[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  merged["COLUMNS"] = kAnyColumns;
  for (const auto& [name, value] : options.env) {
    if (value.empty()) {
      merged.erase(name);
    } else {
      merged[name] = value;
    }
  }
  std::vector<std::string> result;
  result.reserve(merged.size());
  for (const auto& [name, value] : merged) result.emplace_back(name).append("=").append(value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const RunOptions& options)
    : out_fd_(memory_file("stdout")), err_fd_(memory_file("stderr")) {
  const int in_fd = memory_file("stdin");
  if (write(in_fd, options.input.data(), options.input.size()) !=
      static_cast<ssize_t>(options.input.size())) {
    fail("cannot pass input", errno);
  }
  lseek(in_fd, 0, SEEK_SET);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in_fd, 0);
  posix_spawn_file_actions_adddup2(&actions, out_fd_, 1);
  posix_spawn_file_actions_adddup2(&actions, err_fd_, 2);
  if (!options.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
  }
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = environment(options);
  const int error = posix_spawnp(&pid_, arguments.at(0).c_str(), &actions, nullptr,
                                 pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(in_fd);
  deadline_ = std::chrono::steady_clock::now() + options.timeout;
  if (error != 0) {
    close(out_fd_);
    close(err_fd_);
    fail("cannot start " + argv.at(0), error);
  }
}

Process::~Process() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    reap(0);
  }
  close(out_fd_);
  close(err_fd_);
}

void Process::reap(int flags) {
  pid_t got = 0;
  do {
    got = waitpid(pid_, &status_, flags);
  } while (got < 0 && errno == EINTR);
  ended_ = ended_ || got == pid_;
}

bool Process::running() {
  if (!ended_) reap(WNOHANG);
  return !ended_;
}

void Process::send_signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

std::string Process::out() const { return read_all(out_fd_); }
std::string Process::err() const { return read_all(err_fd_); }

bool Process::wait_for_output(std::string_view text, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const bool still = running();  // before reading: what it wrote last is then seen
    if (out().find(text) != std::string::npos || err().find(text) != std::string::npos) return true;
    if (!still || std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kPoll);
  }
}

RunResult Process::wait() {
  RunResult result;
  while (running()) {
    if (std::chrono::steady_clock::now() > deadline_) {
      result.timed_out = true;
      kill(pid_, SIGKILL);
      reap(0);
      break;
    }
    std::this_thread::sleep_for(kPoll);
  }
  if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) result.signal = WTERMSIG(status_);
  result.out = out();
  result.err = err();
  return result;
}

RunResult run_process(const std::vector<std::string>& argv, const RunOptions& options) {
  return Process(argv, options).wait();
}

std::string sluice_binary() { return SLUICE_BINARY; }

RunResult run_sluice(std::vector<std::string> arguments, const RunOptions& options) {
  arguments.insert(arguments.begin(), sluice_binary());
  return run_process(arguments, options);
}

}  // namespace sluice::test
