#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::os {

/// The whole of a regular file of at most `max_bytes`. Throws Error{config} when it is missing,
/// unreadable, not a regular file or too large.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t max_bytes);

/// Replaces `path` by `text` so that after a crash either the old or the new file is there, whole
/// and flushed. Throws Error{storage}.
void write_file(const std::string& path, std::string_view text);

}  // namespace sluice::os
