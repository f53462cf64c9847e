#pragma once

#include <string>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

/// Appends a float as PostgreSQL prints it: the shortest digits that read back to the same bits;
/// NaN, Infinity, -Infinity; -0.
void append_float4(float value, std::string& out);
void append_float8(double value, std::string& out);

/// Reads decimal text, NaN, Infinity and inf (any case, optional sign). The nearest float is taken,
/// as any reader of floats must; not_a_number where the text is not one, out_of_range where
/// PostgreSQL would refuse it (overflow, or underflow to 0).
[[nodiscard]] Problem parse_float4(std::string_view text, float& out);
[[nodiscard]] Problem parse_float8(std::string_view text, double& out);

}  // namespace sluice::codec
