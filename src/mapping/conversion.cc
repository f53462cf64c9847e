#include "sluice/mapping/conversion.h"

#include "sluice/codec/convert.h"
#include "sluice/codec/datetime.h"
#include "sluice/codec/uuid.h"
#include "sluice/model/error.h"

#include "mapping/binary.h"
#include "mapping/convert_number.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

namespace {

constexpr char kJsonbVersion = '\1';

Problem any_to_text(ConversionContext&, Carrier from, Carrier, std::string_view value,
                    std::string& out) {
  out.clear();
  if (!codec::to_text(from, value, out)) {
    throw model::Error(model::ErrorKind::data, "a field's bytes are not of its carrier's form");
  }
  return Problem::none;
}

Problem text_to_any(ConversionContext&, Carrier, Carrier to, std::string_view value,
                    std::string& out) {
  out.clear();
  return codec::from_text(to, value, out).problem;
}

Problem text_to_json(ConversionContext&, Carrier, Carrier, std::string_view value,
                     std::string& out) {
  const Problem problem = codec::check_json(value);
  if (problem == Problem::none) out.assign(value);
  return problem;
}

/// From json or text.
Problem text_to_jsonb(ConversionContext& context, Carrier, Carrier, std::string_view value,
                      std::string& out) {
  const Problem problem = context.jsonb.normalize(value);
  const bool last_key_wins = problem == Problem::duplicate_json_key && context.allow_loss;
  if (problem != Problem::none && !last_key_wins) return problem;
  if (last_key_wins) context.lost = true;
  out.assign(1, kJsonbVersion);
  out.append(context.jsonb.text());
  return Problem::none;
}

Problem date_to_timestamp(ConversionContext& context, Carrier, Carrier to, std::string_view value,
                          std::string& out) {
  const std::int32_t days = load_int32(value);
  std::int64_t micros = 0;
  if (days == codec::kDateInfinity) {
    micros = codec::kTimestampInfinity;
  } else if (days == codec::kDateMinusInfinity) {
    micros = codec::kTimestampMinusInfinity;
  } else if (days >= codec::kEndTimestamp / codec::kMicrosPerDay) {
    return Problem::out_of_range;
  } else {
    micros = days * codec::kMicrosPerDay;
    if (to == Carrier::timestamptz) micros -= context.zone_seconds_east * codec::kMicrosPerSecond;
  }
  if (!codec::is_timestamp_in_range(micros)) return Problem::out_of_range;
  assign(static_cast<std::uint64_t>(micros), out);
  return Problem::none;
}

/// Only midnight is a date.
Problem timestamp_to_date(ConversionContext&, Carrier, Carrier, std::string_view value,
                          std::string& out) {
  const std::int64_t micros = load_int64(value);
  std::int32_t days = 0;
  if (micros == codec::kTimestampInfinity) {
    days = codec::kDateInfinity;
  } else if (micros == codec::kTimestampMinusInfinity) {
    days = codec::kDateMinusInfinity;
  } else if (micros % codec::kMicrosPerDay != 0) {
    return Problem::not_exact;
  } else {
    days = static_cast<std::int32_t>(micros / codec::kMicrosPerDay);
  }
  assign(static_cast<std::uint32_t>(days), out);
  return Problem::none;
}

/// timestamp <-> timestamptz by the rule's time zone.
Problem change_zone(ConversionContext& context, Carrier, Carrier to, std::string_view value,
                    std::string& out) {
  std::int64_t micros = load_int64(value);
  const bool finite =
      micros != codec::kTimestampInfinity && micros != codec::kTimestampMinusInfinity;
  if (finite) {
    const std::int64_t east = context.zone_seconds_east * codec::kMicrosPerSecond;
    micros += to == Carrier::timestamptz ? -east : east;
    const bool in_range = micros >= codec::kMinTimestamp && micros < codec::kEndTimestamp;
    if (!in_range) return Problem::out_of_range;
  }
  assign(static_cast<std::uint64_t>(micros), out);
  return Problem::none;
}

Problem time_to_interval(ConversionContext&, Carrier, Carrier, std::string_view value,
                         std::string& out) {
  require_bytes(value, 8);
  out.assign(value);
  out.append(8, '\0');
  return Problem::none;
}

Problem interval_to_time(ConversionContext&, Carrier, Carrier, std::string_view value,
                         std::string& out) {
  require_bytes(value, 16);
  const bool only_time = value.substr(8) == std::string_view("\0\0\0\0\0\0\0\0", 8);
  if (!only_time || !codec::is_time_in_range(load_int64(value.substr(0, 8)))) {
    return Problem::out_of_range;
  }
  out.assign(value.substr(0, 8));
  return Problem::none;
}

Problem bytes_to_uuid(ConversionContext&, Carrier, Carrier, std::string_view value,
                      std::string& out) {
  if (value.size() != codec::kUuidBytes) return Problem::not_a_uuid;
  out.assign(value);
  return Problem::none;
}

/// Where the binary forms are the same.
Problem same_bytes(ConversionContext&, Carrier, Carrier, std::string_view value, std::string& out) {
  out.assign(value);
  return Problem::none;
}

Problem jsonb_to_json(ConversionContext&, Carrier, Carrier, std::string_view value,
                      std::string& out) {
  out.assign(value.empty() ? value : value.substr(1));
  return Problem::none;
}

struct Entry {
  Conversion conversion = Conversion::none;
  ConvertFunction function = nullptr;
};

/// Values that the smaller of two integers always holds.
constexpr bool widens(Carrier from, Carrier to) {
  const auto rank = [](Carrier c) {
    return c == Carrier::int2 ? 1 : c == Carrier::int4 ? 2 : c == Carrier::oid ? 3 : 4;
  };
  return rank(from) < rank(to) && !(to == Carrier::oid);
}

Entry from_integer(Carrier from, Carrier to) {
  if (is_integer(to)) {
    return {widens(from, to) ? Conversion::always : Conversion::checked, integer_to_integer};
  }
  if (to == Carrier::numeric) return {Conversion::always, integer_to_numeric};
  if (to == Carrier::boolean) return {Conversion::checked, integer_to_boolean};
  if (is_float(to)) {
    const bool always = from == Carrier::int2 || (to == Carrier::float8 && from != Carrier::int8);
    return {always ? Conversion::always : Conversion::checked, integer_to_float};
  }
  return {};
}

Entry from_other_number(Carrier from, Carrier to) {
  if (from == Carrier::boolean) {
    if (is_integer(to)) return {Conversion::always, boolean_to_integer};
    return {};
  }
  if (from == Carrier::numeric) {
    if (is_integer(to)) return {Conversion::checked, numeric_to_integer};
    if (is_float(to)) return {Conversion::checked, numeric_to_float};
    return {};
  }
  if (is_float(to)) {
    return {from == Carrier::float4 ? Conversion::always : Conversion::checked, float_to_float};
  }
  if (is_integer(to)) return {Conversion::checked, float_to_integer};
  if (to == Carrier::numeric) return {Conversion::checked, float_to_numeric};
  return {};
}

Entry from_time(Carrier from, Carrier to) {
  if (from == Carrier::date && to == Carrier::timestamp)
    return {Conversion::checked, date_to_timestamp};
  if (from == Carrier::date && to == Carrier::timestamptz)
    return {Conversion::needs_zone, date_to_timestamp};
  if (from == Carrier::timestamp && to == Carrier::date)
    return {Conversion::checked, timestamp_to_date};
  if (from == Carrier::timestamp && to == Carrier::timestamptz)
    return {Conversion::needs_zone, change_zone};
  if (from == Carrier::timestamptz && to == Carrier::timestamp)
    return {Conversion::needs_zone, change_zone};
  if (from == Carrier::time && to == Carrier::interval)
    return {Conversion::always, time_to_interval};
  if (from == Carrier::interval && to == Carrier::time)
    return {Conversion::checked, interval_to_time};
  return {};
}

Entry from_text_or_json(Carrier from, Carrier to) {
  if (to == Carrier::jsonb) return {Conversion::checked, text_to_jsonb};
  if (from == Carrier::json) return {};
  if (to == Carrier::json) return {Conversion::checked, text_to_json};
  if (is_float(to)) return {Conversion::checked, text_to_float};
  return {Conversion::checked, text_to_any};
}

Entry from_bytes(Carrier from, Carrier to) {
  if (from == Carrier::bytea && to == Carrier::uuid) return {Conversion::checked, bytes_to_uuid};
  if (from == Carrier::uuid && to == Carrier::bytea) return {Conversion::always, same_bytes};
  if (from == Carrier::varbit && to == Carrier::boolean)
    return {Conversion::checked, bits_to_boolean};
  if (from == Carrier::varbit && is_integer(to)) return {Conversion::checked, bits_to_integer};
  if (from == Carrier::jsonb && to == Carrier::json) return {Conversion::always, jsonb_to_json};
  return {};
}

Entry find_entry(Carrier from, Carrier to) {
  if (from == to) return {Conversion::always, nullptr};
  if (to == Carrier::text) return {Conversion::always, any_to_text};
  switch (from) {
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::oid:
      return from_integer(from, to);
    case Carrier::boolean:
    case Carrier::numeric:
    case Carrier::float4:
    case Carrier::float8:
      return from_other_number(from, to);
    case Carrier::date:
    case Carrier::time:
    case Carrier::timestamp:
    case Carrier::timestamptz:
    case Carrier::interval:
      return from_time(from, to);
    case Carrier::text:
    case Carrier::json:
      return from_text_or_json(from, to);
    default:
      return from_bytes(from, to);
  }
}

}  // namespace

Conversion conversion(Carrier from, Carrier to) noexcept { return find_entry(from, to).conversion; }

ConvertFunction find_conversion(Carrier from, Carrier to) noexcept {
  return find_entry(from, to).function;
}

std::optional<std::int32_t> parse_zone(std::string_view zone) noexcept {
  if (zone == "UTC" || zone == "Z") return 0;
  const auto digit = [&](std::size_t at) { return zone[at] - '0'; };
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  for (const std::size_t at : {1U, 2U, 4U, 5U}) {
    if (digit(at) < 0 || digit(at) > 9) return std::nullopt;
  }
  const int hours = digit(1) * 10 + digit(2);
  const int minutes = digit(4) * 10 + digit(5);
  // PostgreSQL's own limit of an offset is below 16 hours.
  if (hours > 15 || minutes > 59) return std::nullopt;
  const int seconds = hours * 3600 + minutes * 60;
  return zone[0] == '-' ? -seconds : seconds;
}

}  // namespace sluice::mapping
