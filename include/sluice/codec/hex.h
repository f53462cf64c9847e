#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::codec {

/// Lower-case hex digits, two a byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);
void append_hex(std::string_view bytes, std::string& out);

/// The bytes; nothing where a character is not a hex digit (either case) or their number is odd.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);
/// Appends the bytes; false, with `out` as it was, where from_hex() would give nothing.
[[nodiscard]] bool append_from_hex(std::string_view digits, std::string& out);

/// 0 to 15, or -1.
[[nodiscard]] int hex_digit_value(char digit) noexcept;

}  // namespace sluice::codec
