#pragma once

#include <string>

#include "sluice/os/stop.h"

namespace sluice::cli {

/// Says on stderr, beside whatever the console is about, that the program ends at once and that
/// `command` goes on.
[[nodiscard]] os::SignalStop::LastWord last_word(std::string command);

}  // namespace sluice::cli
