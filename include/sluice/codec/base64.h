#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::codec {

/// Base64 of RFC 4648 section 4, with padding, without line ends.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// The bytes. Nothing where a character is none of the alphabet (white space included), padding is
/// missing or surplus, or unused bits are set: bytes have one text only, so that equal keys are
/// equal texts.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice::codec
