#include "mapping/convert_number.h"

#include <cmath>
#include <limits>

#include "sluice/codec/convert.h"
#include "sluice/codec/float_text.h"
#include "sluice/codec/numeric.h"

#include "mapping/binary.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

namespace {

/// 2^63: the first double beyond int64.
constexpr double kInt64End = 9223372036854775808.0;

void assign_float4(float value, std::string& out) {
  assign(std::bit_cast<std::uint32_t>(value), out);
}
void assign_float8(double value, std::string& out) {
  assign(std::bit_cast<std::uint64_t>(value), out);
}

/// The digits that read back to the same float, as a numeric.
Problem float_as_numeric(Carrier from, std::string_view value, std::string& text,
                         std::string& out) {
  text.clear();
  if (from == Carrier::float4) {
    codec::append_float4(load_float4(value), text);
  } else {
    codec::append_float8(load_float8(value), text);
  }
  out.clear();
  return codec::numeric_from_text(text, out);
}

/// Reads the nearest float into `out`, and says not_exact where its digits are not the value's.
Problem decimal_to_float(ConversionContext& context, Carrier to, std::string_view digits,
                         std::string_view numeric, std::string& out) {
  Problem problem = Problem::none;
  if (to == Carrier::float4) {
    float value = 0;
    problem = codec::parse_float4(digits, value);
    assign_float4(value, out);
  } else {
    double value = 0;
    problem = codec::parse_float8(digits, value);
    assign_float8(value, out);
  }
  if (problem != Problem::none) return problem;
  const Problem back = float_as_numeric(to, out, context.text, context.back);
  if (back != Problem::none) return back;
  return compare_numeric(context.back, numeric) == 0 ? Problem::none : Problem::not_exact;
}

}  // namespace

bool is_float(Carrier carrier) noexcept {
  return carrier == Carrier::float4 || carrier == Carrier::float8;
}

Problem integer_to_integer(ConversionContext&, Carrier from, Carrier to, std::string_view value,
                           std::string& out) {
  return assign_integer(to, load_integer(from, value), out) ? Problem::none : Problem::out_of_range;
}

Problem integer_to_numeric(ConversionContext&, Carrier from, Carrier, std::string_view value,
                           std::string& out) {
  out.clear();
  codec::numeric_from_integer(load_integer(from, value), out);
  return Problem::none;
}

Problem integer_to_float(ConversionContext&, Carrier from, Carrier to, std::string_view value,
                         std::string& out) {
  const std::int64_t number = load_integer(from, value);
  const double wide = to == Carrier::float4 ? static_cast<double>(static_cast<float>(number))
                                            : static_cast<double>(number);
  const bool exact = wide < kInt64End && static_cast<std::int64_t>(wide) == number;
  if (!exact) return Problem::not_exact;
  if (to == Carrier::float4) {
    assign_float4(static_cast<float>(wide), out);
  } else {
    assign_float8(wide, out);
  }
  return Problem::none;
}

Problem integer_to_boolean(ConversionContext&, Carrier from, Carrier, std::string_view value,
                           std::string& out) {
  const std::int64_t number = load_integer(from, value);
  if (number != 0 && number != 1) return Problem::out_of_range;
  out.assign(1, static_cast<char>(number));
  return Problem::none;
}

Problem boolean_to_integer(ConversionContext&, Carrier, Carrier to, std::string_view value,
                           std::string& out) {
  require_bytes(value, 1);
  return assign_integer(to, value[0] != 0 ? 1 : 0, out) ? Problem::none : Problem::out_of_range;
}

Problem numeric_to_integer(ConversionContext&, Carrier, Carrier to, std::string_view value,
                           std::string& out) {
  std::int64_t number = 0;
  const Problem problem = codec::numeric_to_int64(value, number);
  if (problem != Problem::none) return problem;
  return assign_integer(to, number, out) ? Problem::none : Problem::out_of_range;
}

Problem numeric_to_float(ConversionContext& context, Carrier, Carrier to, std::string_view value,
                         std::string& out) {
  context.digits.clear();
  if (!codec::numeric_to_text(value, context.digits)) return Problem::not_a_number;
  return decimal_to_float(context, to, context.digits, value, out);
}

Problem float_to_integer(ConversionContext&, Carrier from, Carrier to, std::string_view value,
                         std::string& out) {
  const double number =
      from == Carrier::float4 ? static_cast<double>(load_float4(value)) : load_float8(value);
  if (!(number >= -kInt64End && number < kInt64End)) return Problem::out_of_range;
  if (std::trunc(number) != number) return Problem::not_exact;
  // An integer has no -0.
  if (number == 0 && std::signbit(number)) return Problem::not_exact;
  return assign_integer(to, static_cast<std::int64_t>(number), out) ? Problem::none
                                                                    : Problem::out_of_range;
}

Problem float_to_numeric(ConversionContext& context, Carrier from, Carrier, std::string_view value,
                         std::string& out) {
  const double number =
      from == Carrier::float4 ? static_cast<double>(load_float4(value)) : load_float8(value);
  // A numeric has no -0.
  if (number == 0 && std::signbit(number)) return Problem::not_exact;
  return float_as_numeric(from, value, context.text, out);
}

Problem float_to_float(ConversionContext&, Carrier from, Carrier, std::string_view value,
                       std::string& out) {
  if (from == Carrier::float4) {
    // Exact in bits: 0.1 as a float4 is 0.10000000149011612 as a float8.
    assign_float8(static_cast<double>(load_float4(value)), out);
    return Problem::none;
  }
  const double wide = load_float8(value);
  if (std::isfinite(wide) &&
      std::abs(wide) > static_cast<double>(std::numeric_limits<float>::max())) {
    return Problem::out_of_range;
  }
  const float narrow = static_cast<float>(wide);
  assign_float4(narrow, out);
  return std::isnan(wide) || static_cast<double>(narrow) == wide ? Problem::none
                                                                 : Problem::not_exact;
}

Problem text_to_float(ConversionContext& context, Carrier, Carrier to, std::string_view value,
                      std::string& out) {
  context.digits.clear();
  const Problem problem = codec::numeric_from_text(value, context.digits);
  if (problem != Problem::none) return problem;
  // "-0" is a float but no numeric.
  const bool negative_zero =
      value.starts_with('-') && value.find_first_of("123456789iInN") == std::string_view::npos;
  if (!negative_zero) return decimal_to_float(context, to, value, context.digits, out);
  out.clear();
  return codec::from_text(to, "-0", out).problem;
}

Problem bits_to_boolean(ConversionContext&, Carrier, Carrier, std::string_view value,
                        std::string& out) {
  require_bytes(value.substr(0, 4), 4);
  if (load_int32(value.substr(0, 4)) != 1) return Problem::out_of_range;
  require_bytes(value, 5);
  out.assign(1, (static_cast<unsigned char>(value[4]) & 0x80U) != 0 ? '\1' : '\0');
  return Problem::none;
}

Problem bits_to_integer(ConversionContext&, Carrier, Carrier to, std::string_view value,
                        std::string& out) {
  require_bytes(value.substr(0, 4), 4);
  const std::int32_t bits = load_int32(value.substr(0, 4));
  value.remove_prefix(4);
  require_bytes(value, static_cast<std::size_t>((bits + 7) / 8));
  std::uint64_t number = 0;
  for (std::int32_t i = 0; i < bits; ++i) {
    const auto byte = static_cast<unsigned char>(value[static_cast<std::size_t>(i / 8)]);
    // The top bit would be the sign, and what is above it would be lost.
    if (number >= (1ULL << 62)) return Problem::out_of_range;
    number = number << 1 | ((byte >> (7 - i % 8)) & 1U);
  }
  return assign_integer(to, static_cast<std::int64_t>(number), out) ? Problem::none
                                                                    : Problem::out_of_range;
}

}  // namespace sluice::mapping
