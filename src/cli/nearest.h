#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::cli {

/// The verb that the word was probably meant to be: at most two edits away, and not itself a verb.
[[nodiscard]] std::optional<std::string> nearest_verb(std::string_view word);

}  // namespace sluice::cli
