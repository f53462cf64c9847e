#pragma once

#include "sluice/mapping/conversion.h"

/// Conversions between the numbers, and between them, booleans and bit strings. All are
/// ConvertFunctions; conversion.cc has the table.
namespace sluice::mapping {

[[nodiscard]] bool is_float(codec::Carrier carrier) noexcept;

codec::Problem integer_to_integer(ConversionContext& context, codec::Carrier from,
                                  codec::Carrier to, std::string_view value, std::string& out);
codec::Problem integer_to_numeric(ConversionContext& context, codec::Carrier from,
                                  codec::Carrier to, std::string_view value, std::string& out);
codec::Problem integer_to_float(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                                std::string_view value, std::string& out);
codec::Problem integer_to_boolean(ConversionContext& context, codec::Carrier from,
                                  codec::Carrier to, std::string_view value, std::string& out);
codec::Problem boolean_to_integer(ConversionContext& context, codec::Carrier from,
                                  codec::Carrier to, std::string_view value, std::string& out);
codec::Problem numeric_to_integer(ConversionContext& context, codec::Carrier from,
                                  codec::Carrier to, std::string_view value, std::string& out);
codec::Problem numeric_to_float(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                                std::string_view value, std::string& out);
codec::Problem float_to_integer(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                                std::string_view value, std::string& out);
codec::Problem float_to_numeric(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                                std::string_view value, std::string& out);
codec::Problem float_to_float(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                              std::string_view value, std::string& out);
codec::Problem text_to_float(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                             std::string_view value, std::string& out);
/// A bit string of one bit.
codec::Problem bits_to_boolean(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                               std::string_view value, std::string& out);
/// A bit string read as a number without sign, first bit most significant.
codec::Problem bits_to_integer(ConversionContext& context, codec::Carrier from, codec::Carrier to,
                               std::string_view value, std::string& out);

}  // namespace sluice::mapping
