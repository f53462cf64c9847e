#include "cli/last_word.h"

#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace sluice::cli {

os::SignalStop::LastWord last_word(std::string command) {
  return [command = std::move(command)](os::ForcedEnd why) {
    const char* reason = why == os::ForcedEnd::second_signal
                             ? "asked twice"
                             : "a server did not answer when it was asked to stop";
    const std::string text = fmt::format(
        "\nsluice: ended at once: {}\nhint: what was committed stays; '{}' goes on from there\n",
        reason, command);
    // The console belongs to another thread. Whether anybody reads it changes nothing.
    static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()) < 0);
  };
}

}  // namespace sluice::cli
