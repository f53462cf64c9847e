#pragma once

#include <string>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

inline constexpr std::size_t kUuidBytes = 16;

/// Appends 8-4-4-4-12 lower-case hex digits; false where the bytes are not 16.
[[nodiscard]] bool uuid_to_text(std::string_view binary, std::string& out);

/// Appends 16 bytes. Reads 8-4-4-4-12 hex digits or 32 of them without hyphens, in any case,
/// optionally in braces; otherwise not_a_uuid.
[[nodiscard]] Problem uuid_from_text(std::string_view text, std::string& out);

}  // namespace sluice::codec
