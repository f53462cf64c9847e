#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/codec/problem.h"
#include "sluice/codec/row_form.h"

namespace sluice::codec {

/// PostgreSQL's numeric in binary: int16 number of base-10000 digits, int16 weight of the first,
/// uint16 sign, uint16 display scale, then the digits. Leading and trailing zero digits are
/// stripped, so equal values of equal scale have equal bytes; the display scale is kept, so 1.10
/// and 1.1 differ.

/// Limits of an unconstrained numeric (PostgreSQL's numeric.h: 131072 digits before the point,
/// 16383 after it).
inline constexpr int kNumericMaxIntegerDigits = 131072;
inline constexpr int kNumericMaxScale = 16383;

/// Puts one field: the numeric that a decimal text states. The text is [+-] digits [. digits] [e
/// [+-] digits], or NaN, Infinity, inf with an optional sign, in any case; the display scale is the
/// number of digits written after the point, less the exponent, never below 0 (as PostgreSQL reads
/// it). Fast for up to 38 digits or so; exact for all. not_a_number or out_of_range: nothing has
/// been put.
[[nodiscard]] Problem put_numeric(RowBuffer& rows, std::string_view text);
/// Appends the binary form instead of putting a field.
[[nodiscard]] Problem numeric_from_text(std::string_view text, std::string& out);

/// Integers, with display scale 0.
void put_numeric(RowBuffer& rows, std::int64_t value);
void put_numeric(RowBuffer& rows, std::uint64_t value);
void numeric_from_integer(std::int64_t value, std::string& out);
void numeric_from_integer(std::uint64_t value, std::string& out);

/// Appends the text; false, with `out` as it was, where the bytes are not a numeric.
[[nodiscard]] bool numeric_to_text(std::string_view binary, std::string& out);

/// Appends the value as a numeric(precision, scale) holds it: display scale `scale` exactly, at
/// most precision - scale digits before the point. not_exact where a digit other than 0 would be
/// lost, out_of_range where it does not fit; NaN fits everywhere, infinities nowhere (PostgreSQL's
/// rule). A negative scale is allowed. not_a_number where the bytes are not a numeric.
[[nodiscard]] Problem rescale_numeric(std::string_view binary, int precision, int scale,
                                      std::string& out);

/// The value as an integer: not_exact where it has a fraction, out_of_range where it does not fit
/// or is not finite.
[[nodiscard]] Problem numeric_to_int64(std::string_view binary, std::int64_t& out);

/// True where the bytes are a numeric as PostgreSQL sends it (digits in range, stripped, scale in
/// range).
[[nodiscard]] bool is_numeric(std::string_view binary) noexcept;

}  // namespace sluice::codec
