#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "support/run_process.h"

namespace sluice::test {

/// A program whose terminal a test is: 80 columns and 24 lines, and a person who types. What it
/// writes to stdout, stderr and the terminal itself comes in one text, without carriage returns.
class Terminal {
 public:
  /// argv[0] is looked for on the PATH. Without COLUMNS: the terminal says how wide it is.
  explicit Terminal(std::vector<std::string> argv,
                    const std::vector<std::pair<std::string, std::string>>& environment = {});
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();  ///< killed where it still runs

  /// Waits for it to write `prompt`, then types a line. False where it ends, or a minute passes.
  bool answer(std::string_view prompt, const std::string& line);
  /// Waits for its end, at most a minute. All that was seen is in `out`.
  RunResult wait();

 private:
  /// False at the end of what it writes.
  bool read_more();

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string text_;
  std::size_t answered_ = 0;  // up to here
};

}  // namespace sluice::test
