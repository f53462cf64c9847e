#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace sluice::cli {

/// The verb that the word was probably meant to be: at most two edits away, and not itself a verb.
[[nodiscard]] std::optional<std::string> nearest_verb(std::string_view word);

/// The option of the verb that one of the arguments was probably meant to be.
[[nodiscard]] std::optional<std::string> nearest_option(const CLI::App& verb, int argc,
                                                        const char* const* argv);

}  // namespace sluice::cli
