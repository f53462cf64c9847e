#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/carrier.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/problem.h"

namespace sluice::mapping {

/// Whether values of one carrier can become values of another.
enum class Conversion : std::uint8_t {
  none,
  always,      ///< every value, exactly
  checked,     ///< exactly, or the row goes to quarantine
  needs_zone,  ///< checked, and only where the rule names a time zone
};

/// The table of conversions (mapping.md lists it). Exact always: a float becomes the decimal digits
/// that read back to the same bits, a decimal becomes a float only where those digits give it back.
[[nodiscard]] Conversion conversion(codec::Carrier from, codec::Carrier to) noexcept;

/// What conversions need besides the value. Keep one for many values: it owns scratch memory.
struct ConversionContext {
  std::int32_t zone_seconds_east = 0;
  /// jsonb keeps the last of duplicate keys instead of refusing them, and `lost` is set.
  bool allow_loss = false;
  bool lost = false;
  codec::JsonbNormalizer jsonb;
  std::string text;  ///< scratch, like the two below
  std::string digits;
  std::string back;
};

/// Puts the binary form for `to` into `out`, replacing what was there. REQUIRES: conversion(from,
/// to) is not none.
using ConvertFunction = codec::Problem (*)(ConversionContext&, codec::Carrier from,
                                           codec::Carrier to, std::string_view value,
                                           std::string& out);
/// nullptr where there is none, or where from == to (nothing is to be done).
[[nodiscard]] ConvertFunction find_conversion(codec::Carrier from, codec::Carrier to) noexcept;

/// "UTC", "Z" or "+HH:MM" as seconds east; absent for every other text. Names of regions are not
/// read: their rules change.
[[nodiscard]] std::optional<std::int32_t> parse_zone(std::string_view zone) noexcept;

}  // namespace sluice::mapping
