#pragma once

#include <string_view>

#include "sluice/model/schema.h"

/// The words for enums of the catalogue, the same in JSON and for people. DO NOT CHANGE THE NAMES:
/// scripts read them.
namespace sluice::profile {

/// "" for no.
[[nodiscard]] std::string_view word(model::Generated generated) noexcept;
[[nodiscard]] std::string_view word(model::Identity identity) noexcept;
/// "primary key", "unique", "index".
[[nodiscard]] std::string_view index_word(const model::Index& index) noexcept;

}  // namespace sluice::profile
