#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace sluice::test {

struct RunOptions {
  /// Added to this process's environment with COLUMNS of any width; an empty value removes one.
  std::vector<std::pair<std::string, std::string>> env;
  std::string input;
  std::filesystem::path directory;
  /// After this the process is killed and `timed_out` is set.
  std::chrono::milliseconds timeout = std::chrono::seconds(120);
};

struct RunResult {
  int exit_code = -1;  ///< -1 if a signal ended the process
  int signal = 0;
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// A started program whose output is kept. Killed and reaped by the destructor if it still runs.
class Process {
 public:
  /// argv[0] is looked for on the PATH. Throws std::system_error if it cannot be started.
  explicit Process(const std::vector<std::string>& argv, const RunOptions& options = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool running();
  void send_signal(int signal) const;
  /// What has been written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// True as soon as stdout or stderr holds `text`; false when the process ends or time runs out
  /// without it.
  [[nodiscard]] bool wait_for_output(std::string_view text,
                                     std::chrono::milliseconds timeout = std::chrono::seconds(60));
  /// Waits for the end, at most the timeout of the options.
  RunResult wait();

 private:
  void reap(int flags);

  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
  int out_fd_ = -1;
  int err_fd_ = -1;
  std::chrono::steady_clock::time_point deadline_;
};

/// Runs a program to its end.
RunResult run_process(const std::vector<std::string>& argv, const RunOptions& options = {});

/// Path of the sluice binary of this build.
[[nodiscard]] std::string sluice_binary();

/// Runs the sluice binary of this build with these arguments.
RunResult run_sluice(std::vector<std::string> arguments, const RunOptions& options = {});

}  // namespace sluice::test
