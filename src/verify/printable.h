#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::verify {

/// The longest value that a report shows, in bytes before escaping. Enough to recognize a value;
/// a report of twenty differences stays readable.
inline constexpr std::size_t kShownBytes = 120;

/// Bytes as valid UTF-8 on one line: control characters, U+2028 and U+2029, U+202A to U+202E and
/// bytes that are no UTF-8 as \n, \t or \xNN; a backslash doubled. At most `max_bytes` bytes of
/// the value, then "..." and its length.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t max_bytes = kShownBytes);

/// Both values, each cut to the neighborhood of the first byte in which they differ.
[[nodiscard]] std::pair<std::string, std::string> printable_pair(std::string_view a,
                                                                 std::string_view b);

}  // namespace sluice::verify
