#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Command lines that are shown to people: what stands on the screen can be pasted into a shell.
namespace sluice::cli {

/// The verb and its options, without the program's name.
using Words = std::vector<std::string>;

/// One word for a POSIX shell: as it is where that is safe, else in single quotes.
[[nodiscard]] std::string shell_word(std::string_view text);

/// "sluice verify --config 'my crm.json'"
[[nodiscard]] std::string command_line(const Words& words);

}  // namespace sluice::cli
