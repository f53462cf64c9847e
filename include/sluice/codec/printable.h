#pragma once

#include <string>
#include <string_view>

/// Text from servers and files as people may see it: it steers no terminal, and breaks no line that
/// it does not own. Not for JSON and SQL, which hold text as it is.
namespace sluice::codec {

/// Control characters, characters that are shown as nothing or turn the direction of text, other
/// line ends, and bytes that are no UTF-8 as \xNN. Line feeds stay: for text made of lines.
[[nodiscard]] std::string printable_text(std::string_view text);

/// The same of what has to stay on one line: a line feed is shown as \n.
[[nodiscard]] std::string printable_line(std::string_view text);

}  // namespace sluice::codec
