#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/codec/problem.h"
#include "sluice/codec/row_form.h"

namespace sluice::codec {

/// PostgreSQL's bit and varbit in binary: int32 number of bits, then the bits, first bit highest,
/// padded with zero bits at the end to a whole byte.

/// Appends '0' and '1'; false where the bytes are not a bit string.
[[nodiscard]] bool bits_to_text(std::string_view binary, std::string& out);
/// Reads '0' and '1' only; otherwise not_a_bit_string.
[[nodiscard]] Problem bits_from_text(std::string_view text, std::string& out);

/// Whether these are a value of MySQL's BIT(n): it sends (n + 7) / 8 bytes, a big-endian number
/// padded at the *front*. False for another number of bytes, and where padding bits are set.
[[nodiscard]] bool is_mysql_bits(std::string_view bytes, int bits) noexcept;
/// Puts MySQL's BIT(n) as a field. not_a_bit_string where it is none: nothing has been put.
[[nodiscard]] Problem put_mysql_bits(RowBuffer& rows, std::string_view bytes, int bits);

}  // namespace sluice::codec
