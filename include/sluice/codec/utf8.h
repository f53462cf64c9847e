#pragma once

#include <cstddef>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

/// True where the bytes are valid UTF-8 (no surrogates, nothing above U+10FFFF, shortest forms
/// only).
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// Where the first bytes stand that are not UTF-8; the size of the text where all are. Slow: for
/// messages.
[[nodiscard]] std::size_t first_invalid_utf8(std::string_view bytes) noexcept;

/// What PostgreSQL's text would say to the bytes: none, invalid_utf8, or nul_byte.
[[nodiscard]] Problem check_text(std::string_view bytes) noexcept;

/// Characters as PostgreSQL and MySQL (utf8mb4) count them for varchar(n): code points. REQUIRES:
/// valid UTF-8.
[[nodiscard]] std::size_t count_chars(std::string_view text) noexcept;

/// True where the text has more than `limit` characters; does not count where the bytes alone
/// decide it.
[[nodiscard]] bool is_longer_than(std::string_view text, std::size_t limit) noexcept;

}  // namespace sluice::codec
