#include "sluice/codec/convert.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>

#include "sluice/codec/ascii.h"
#include "sluice/codec/bits.h"
#include "sluice/codec/datetime.h"
#include "sluice/codec/float_text.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/network.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/utf8.h"
#include "sluice/codec/uuid.h"

namespace sluice::codec {
namespace {

constexpr char kJsonbVersion = '\1';
constexpr std::size_t kMacBytes = 6;
constexpr std::size_t kMac8Bytes = 8;

template <typename Unsigned>
Unsigned load(std::string_view binary, std::size_t at = 0) {
  return load_big_endian<Unsigned>(binary.data() + at);
}

template <typename Unsigned>
void append_big_endian(Unsigned value, std::string& out) {
  std::array<char, sizeof(Unsigned)> bytes;
  store_big_endian(bytes.data(), value);
  out.append(bytes.data(), bytes.size());
}

template <typename Integer>
void append_integer(Integer value, std::string& out) {
  std::array<char, 24> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

Interval load_interval(std::string_view binary) {
  return {static_cast<std::int64_t>(load<std::uint64_t>(binary)),
          static_cast<std::int32_t>(load<std::uint32_t>(binary, 8)),
          static_cast<std::int32_t>(load<std::uint32_t>(binary, 12))};
}

TimeWithZone load_timetz(std::string_view binary) {
  return {static_cast<std::int64_t>(load<std::uint64_t>(binary)),
          static_cast<std::int32_t>(load<std::uint32_t>(binary, 8))};
}

/// The carriers whose binary form is a number of fixed size. REQUIRES: well formed.
void print_number(Carrier carrier, std::string_view binary, std::string& out) {
  switch (carrier) {
    case Carrier::boolean:
      out += binary[0] != 0 ? 't' : 'f';
      return;
    case Carrier::int2:
      append_integer(static_cast<std::int16_t>(load<std::uint16_t>(binary)), out);
      return;
    case Carrier::int4:
      append_integer(static_cast<std::int32_t>(load<std::uint32_t>(binary)), out);
      return;
    case Carrier::int8:
      append_integer(static_cast<std::int64_t>(load<std::uint64_t>(binary)), out);
      return;
    case Carrier::oid:
      append_integer(load<std::uint32_t>(binary), out);
      return;
    case Carrier::float4:
      append_float4(std::bit_cast<float>(load<std::uint32_t>(binary)), out);
      return;
    default:
      append_float8(std::bit_cast<double>(load<std::uint64_t>(binary)), out);
      return;
  }
}

/// REQUIRES: well formed.
void print_datetime(Carrier carrier, std::string_view binary, std::string& out) {
  switch (carrier) {
    case Carrier::date:
      append_date(static_cast<std::int32_t>(load<std::uint32_t>(binary)), out);
      return;
    case Carrier::time:
      append_time(static_cast<std::int64_t>(load<std::uint64_t>(binary)), out);
      return;
    case Carrier::timetz:
      append_timetz(load_timetz(binary), out);
      return;
    case Carrier::interval:
      append_interval(load_interval(binary), out);
      return;
    case Carrier::timestamp:
      append_timestamp(static_cast<std::int64_t>(load<std::uint64_t>(binary)), out);
      return;
    default:
      append_timestamptz(static_cast<std::int64_t>(load<std::uint64_t>(binary)), out);
      return;
  }
}

bool is_jsonb(std::string_view binary) { return !binary.empty() && binary[0] == kJsonbVersion; }

bool is_timetz(std::string_view binary) {
  constexpr std::int32_t kOffsetLimit = 16 * 3600;
  const TimeWithZone time = load_timetz(binary);
  return is_time_in_range(time.microseconds) && time.seconds_west > -kOffsetLimit &&
         time.seconds_west < kOffsetLimit;
}

/// What the right number of bytes leaves open.
bool is_value_in_range(Carrier carrier, std::string_view binary) {
  switch (carrier) {
    case Carrier::boolean:
      return binary[0] == 0 || binary[0] == 1;
    case Carrier::date:
      return is_date_in_range(static_cast<std::int32_t>(load<std::uint32_t>(binary)));
    case Carrier::time:
      return is_time_in_range(static_cast<std::int64_t>(load<std::uint64_t>(binary)));
    case Carrier::timetz:
      return is_timetz(binary);
    case Carrier::timestamp:
    case Carrier::timestamptz:
      return is_timestamp_in_range(static_cast<std::int64_t>(load<std::uint64_t>(binary)));
    default:
      return true;
  }
}

Problem store_bool(std::string_view text, std::string& out) {
  std::string lower(text.substr(0, 6));  // one more than the longest: "falsely" is not "false"
  for (char& c : lower) c = ascii_lower(c);
  constexpr std::array<std::string_view, 6> kTrue = {"t", "true", "1", "y", "yes", "on"};
  constexpr std::array<std::string_view, 6> kFalse = {"f", "false", "0", "n", "no", "off"};
  const bool yes = std::find(kTrue.begin(), kTrue.end(), lower) != kTrue.end();
  const bool no = std::find(kFalse.begin(), kFalse.end(), lower) != kFalse.end();
  if (!yes && !no) return Problem::not_a_bool;
  out += yes ? '\1' : '\0';
  return Problem::none;
}

template <typename Integer, typename Unsigned>
Problem store_integer(std::string_view text, std::string& out) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  Integer value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    // An oid knows no sign: from_chars stops at it, though the text is a number.
    return Problem::not_a_number;
  }
  if (error != std::errc{}) return Problem::out_of_range;
  append_big_endian(static_cast<Unsigned>(value), out);
  return Problem::none;
}

template <typename Float, typename Unsigned>
Problem store_float(Problem (*parse)(std::string_view, Float&), std::string_view text,
                    std::string& out) {
  Float value = 0;
  const Problem problem = parse(text, value);
  if (problem == Problem::none) append_big_endian(std::bit_cast<Unsigned>(value), out);
  return problem;
}

/// date and the 64-bit times.
template <typename Integer, typename Unsigned>
Problem store_time(Problem (*parse)(std::string_view, Integer&), std::string_view text,
                   std::string& out) {
  Integer value = 0;
  const Problem problem = parse(text, value);
  if (problem == Problem::none) append_big_endian(static_cast<Unsigned>(value), out);
  return problem;
}

Problem store_timetz(std::string_view text, std::string& out) {
  TimeWithZone time;
  const Problem problem = parse_timetz(text, time);
  if (problem != Problem::none) return problem;
  append_big_endian(static_cast<std::uint64_t>(time.microseconds), out);
  append_big_endian(static_cast<std::uint32_t>(time.seconds_west), out);
  return Problem::none;
}

Problem store_interval(std::string_view text, std::string& out) {
  Interval interval;
  const Problem problem = parse_interval(text, interval);
  if (problem != Problem::none) return problem;
  append_big_endian(static_cast<std::uint64_t>(interval.microseconds), out);
  append_big_endian(static_cast<std::uint32_t>(interval.days), out);
  append_big_endian(static_cast<std::uint32_t>(interval.months), out);
  return Problem::none;
}

Problem store_text(std::string_view text, std::string& out) {
  const Problem problem = check_text(text);
  if (problem == Problem::none) out += text;
  return problem;
}

Problem store_json(std::string_view text, std::string& out) {
  const Problem problem = check_json(text);
  if (problem == Problem::none) out += text;
  return problem;
}

Problem store_jsonb(std::string_view text, std::string& out) {
  JsonbNormalizer normalizer;
  const Problem problem = normalizer.normalize(text);
  if (problem != Problem::none) return problem;
  out += kJsonbVersion;
  out += normalizer.text();
  return Problem::none;
}

Problem store_bytea(std::string_view text, std::string& out) {
  if (!text.starts_with("\\x") || !append_from_hex(text.substr(2), out)) return Problem::not_binary;
  return Problem::none;
}

/// Carriers of dates, times and spans of time.
Problem parse_moment(Carrier carrier, std::string_view text, std::string& out) {
  switch (carrier) {
    case Carrier::date:
      return store_time<std::int32_t, std::uint32_t>(parse_date, text, out);
    case Carrier::time:
      return store_time<std::int64_t, std::uint64_t>(parse_time, text, out);
    case Carrier::timetz:
      return store_timetz(text, out);
    case Carrier::timestamp:
      return store_time<std::int64_t, std::uint64_t>(parse_timestamp, text, out);
    case Carrier::timestamptz:
      return store_time<std::int64_t, std::uint64_t>(parse_timestamptz, text, out);
    case Carrier::interval:
      return store_interval(text, out);
    default:
      return Problem::out_of_range;
  }
}

/// Carriers of network addresses.
Problem parse_address(Carrier carrier, std::string_view text, std::string& out) {
  switch (carrier) {
    case Carrier::inet:
      return inet_from_text(text, false, out);
    case Carrier::cidr:
      return inet_from_text(text, true, out);
    case Carrier::macaddr:
      return macaddr_from_text(text, kMacBytes, out);
    case Carrier::macaddr8:
      return macaddr_from_text(text, kMac8Bytes, out);
    default:
      return Problem::out_of_range;
  }
}

Problem parse(Carrier carrier, std::string_view text, std::string& out) {
  switch (carrier) {
    case Carrier::boolean:
      return store_bool(text, out);
    case Carrier::int2:
      return store_integer<std::int16_t, std::uint16_t>(text, out);
    case Carrier::int4:
      return store_integer<std::int32_t, std::uint32_t>(text, out);
    case Carrier::int8:
      return store_integer<std::int64_t, std::uint64_t>(text, out);
    case Carrier::float4:
      return store_float<float, std::uint32_t>(parse_float4, text, out);
    case Carrier::float8:
      return store_float<double, std::uint64_t>(parse_float8, text, out);
    case Carrier::numeric:
      return numeric_from_text(text, out);
    case Carrier::text:
      return store_text(text, out);
    case Carrier::bytea:
      return store_bytea(text, out);
    case Carrier::date:
    case Carrier::time:
    case Carrier::timetz:
    case Carrier::timestamp:
    case Carrier::timestamptz:
    case Carrier::interval:
      return parse_moment(carrier, text, out);
    case Carrier::uuid:
      return uuid_from_text(text, out);
    case Carrier::json:
      return store_json(text, out);
    case Carrier::jsonb:
      return store_jsonb(text, out);
    case Carrier::varbit:
      return bits_from_text(text, out);
    case Carrier::oid:
      return store_integer<std::uint32_t, std::uint32_t>(text, out);
    case Carrier::inet:
    case Carrier::cidr:
    case Carrier::macaddr:
    case Carrier::macaddr8:
      return parse_address(carrier, text, out);
  }
  return Problem::out_of_range;
}

}  // namespace

bool to_text(Carrier carrier, std::string_view binary, std::string& out) {
  const int fixed = carrier_fixed_bytes(carrier);
  if (fixed != 0 && binary.size() != static_cast<std::size_t>(fixed)) return false;
  switch (carrier) {
    case Carrier::text:
    case Carrier::json:
      out += binary;
      return true;
    case Carrier::jsonb:
      if (!is_jsonb(binary)) return false;
      out += binary.substr(1);
      return true;
    case Carrier::bytea:
      out += "\\x";
      append_hex(binary, out);
      return true;
    case Carrier::numeric:
      return numeric_to_text(binary, out);
    case Carrier::uuid:
      return uuid_to_text(binary, out);
    case Carrier::varbit:
      return bits_to_text(binary, out);
    case Carrier::inet:
      return inet_to_text(binary, false, out);
    case Carrier::cidr:
      return inet_to_text(binary, true, out);
    case Carrier::macaddr:
      return macaddr_to_text(binary, kMacBytes, out);
    case Carrier::macaddr8:
      return macaddr_to_text(binary, kMac8Bytes, out);
    case Carrier::boolean:
    case Carrier::int2:
    case Carrier::int4:
    case Carrier::int8:
    case Carrier::oid:
    case Carrier::float4:
    case Carrier::float8:
      print_number(carrier, binary, out);
      return true;
    default:
      if (!is_value_in_range(carrier, binary)) return false;
      print_datetime(carrier, binary, out);
      return true;
  }
}

ParseResult from_text(Carrier carrier, std::string_view text, std::string& out) {
  return {parse(carrier, text, out)};
}

bool is_well_formed(Carrier carrier, std::string_view binary) {
  switch (carrier) {
    case Carrier::text:
      return check_text(binary) == Problem::none;
    case Carrier::json:
      return check_json(binary) == Problem::none;
    case Carrier::jsonb:
      return is_jsonb(binary) && check_json(binary.substr(1)) == Problem::none;
    case Carrier::bytea:
      return true;
    case Carrier::numeric:
      return is_numeric(binary);
    default:
      break;
  }
  const int fixed = carrier_fixed_bytes(carrier);
  if (fixed != 0) {
    return binary.size() == static_cast<std::size_t>(fixed) && is_value_in_range(carrier, binary);
  }
  std::string ignored;
  return to_text(carrier, binary, ignored);
}

}  // namespace sluice::codec
