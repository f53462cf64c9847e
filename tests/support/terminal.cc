#include "support/terminal.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::test {
namespace {

constexpr std::chrono::seconds kPatience{60};

}  // namespace

Terminal::Terminal(std::vector<std::string> argv,
                   const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (std::string& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  const winsize size{24, 80, 0, 0};
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
  if (pid_ > 0) return;
  // NOLINTBEGIN(concurrency-mt-unsafe): the copy of the process has one thread
  ::unsetenv("COLUMNS");
  for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
  ::execvp(words.front(), words.data());
  ::_exit(127);
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(terminal_);
}

bool Terminal::read_more() {
  pollfd watched{terminal_, POLLIN, 0};
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
  if (::poll(&watched, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
  if (got <= 0) return false;  // EIO: nobody has it open any more
  for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(got))) {
    if (c != '\r') text_ += c;
  }
  return true;
}

bool Terminal::answer(std::string_view prompt, const std::string& line) {
  std::size_t at = text_.find(prompt, answered_);
  for (; at == std::string::npos; at = text_.find(prompt, answered_)) {
    if (!read_more()) return false;
  }
  answered_ = at + prompt.size();
  const std::string typed = line + "\n";
  return ::write(terminal_, typed.data(), typed.size()) == static_cast<ssize_t>(typed.size());
}

RunResult Terminal::wait() {
  while (read_more()) continue;
  RunResult result;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = text_;
  return result;
}

}  // namespace sluice::test
