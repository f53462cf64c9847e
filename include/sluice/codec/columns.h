#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How wide text stands on a terminal: characters of East Asia and pictures take two columns,
/// combining marks none.
namespace sluice::codec {

/// REQUIRES: valid UTF-8 without control characters.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;

/// At most `columns` columns of the text; where something is cut off it ends with "...".
[[nodiscard]] std::string clipped(std::string_view text, std::size_t columns);

/// Exactly `columns` columns: clipped, or filled up with blanks on the right.
[[nodiscard]] std::string cell(std::string_view text, std::size_t columns);

/// Of names such as "crm.person": how many bytes, up to and with the first dot, all have in common
/// and may go without, so that more of the rest is seen. 0 where no name is wider than `columns`.
[[nodiscard]] std::size_t common_schema(const std::vector<std::string>& names,
                                        std::size_t columns) noexcept;

/// The text with its long lines broken at blanks. What is left of a line stands two columns further
/// in than its beginning. Words that are wider than `columns` are clipped where `clip_words`, else
/// they stay whole.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t columns, bool clip_words);

/// The text with its long lines broken wherever they are full, in the middle of a word too: nothing
/// is lost. What is left of a line stands two columns in.
[[nodiscard]] std::string folded(std::string_view text, std::size_t columns);

}  // namespace sluice::codec
