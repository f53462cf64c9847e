#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::os {

/// The whole of a regular file of at most `max_bytes`. Throws Error{config} when it is missing,
/// unreadable, not a regular file or too large.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t max_bytes);

/// Replaces `path` by `text` so that after a crash either the old or the new file is there, whole
/// and flushed. `mode`: permissions of the new file, less the umask. Throws Error{storage}.
void write_file(const std::string& path, std::string_view text, unsigned mode = 0644);

/// Makes names that were given, taken away or changed in the folder last. Throws Error{storage}.
void flush_directory(const std::string& path);

}  // namespace sluice::os
