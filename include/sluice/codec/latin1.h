#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// MySQL's and MariaDB's character set latin1, and the UTF-8 that often lies in it: where a program
/// sent UTF-8 over a connection that both sides took for latin1, the column holds the bytes of
/// UTF-8, and whoever asks for its text gets one character for each byte.
namespace sluice::codec {

/// Appends the bytes that the server stores for the text: Windows-1252, and for the five bytes that
/// it does not define (81, 8D, 8F, 90, 9D) the control characters U+0081 and so on, so that every
/// byte is a character and comes back. False, with `out` as it was, where a character has no byte
/// or the text is no UTF-8.
[[nodiscard]] bool append_latin1(std::string_view text, std::string& out);

/// What the bytes of a latin1 text are.
enum class Latin1Bytes : std::uint8_t {
  ascii,     ///< the same either way
  latin1,    ///< no UTF-8: the text is what it claims to be
  utf8,      ///< UTF-8 with at least one character beyond ASCII: surely the text that was meant
  cut_utf8,  ///< the same, but for a last character of which bytes are missing
};

/// Looks at the bytes that the server stores for the text. `bytes` has them where they are UTF-8;
/// otherwise it holds anything. Costs next to nothing for ASCII, and little for texts of latin1.
[[nodiscard]] Latin1Bytes look_at_latin1(std::string_view text, std::string& bytes);

}  // namespace sluice::codec
