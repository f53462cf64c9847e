// From the client's forms into the row form; columns.cc says which function is whose.

#include "db/mysql/encoders.h"

#include <algorithm>
#include <string_view>

#include "sluice/codec/bits.h"
#include "sluice/codec/datetime.h"
#include "sluice/codec/float_text.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/network.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/utf8.h"
#include "sluice/codec/uuid.h"

#include "db/mysql/clock_text.h"
#include "db/mysql/errors.h"
#include "db/mysql/integer_encoders.h"

namespace sluice::db::mysql {
namespace {

using codec::Carrier;
using codec::Problem;
using codec::RowBuffer;

/// False: the buffer has only the beginning of the value.
bool is_whole(const Slot& slot) noexcept { return slot.length <= slot.capacity; }

/// REQUIRES: is_whole(slot).
std::string_view short_text(const Slot& slot) noexcept { return {slot.buffer.get(), slot.length}; }

/// Fetches a value that is longer than the slot's buffer.
void fetch_long(const Slot& slot, char* to) {
  MYSQL_BIND bind{};
  unsigned long length = 0;
  bind.buffer_type = MYSQL_TYPE_STRING;
  bind.buffer = to;
  bind.buffer_length = slot.length;
  bind.length = &length;
  if (mysql_stmt_fetch_column(slot.statement, &bind, slot.number, 0) != 0) {
    throw_error(slot.statement, slot.handle, "fetching a long value");
  }
}

/// Puts the bytes as they are. The view of them is valid until the next change of `rows`.
std::string_view put_text(const Slot& slot, RowBuffer& rows) {
  char* const to = rows.begin_field(slot.length);
  if (is_whole(slot)) {
    std::copy_n(slot.buffer.get(), slot.length, to);
  } else {
    fetch_long(slot, to);
  }
  rows.end_field(slot.length);
  return {to, slot.length};
}

/// Puts what the server would print, for a value that the carrier cannot hold.
Problem put_clock_text(Slot& slot, ClockForm form, Problem problem, RowBuffer& rows) {
  slot.scratch.clear();
  append_clock_text(slot.value.time, form, slot.fraction_digits, slot.scratch);
  rows.put_bytes(slot.scratch);
  return problem;
}

codec::CivilDate date_of(const MYSQL_TIME& time) noexcept {
  return {static_cast<int>(time.year), static_cast<int>(time.month), static_cast<int>(time.day)};
}

codec::ClockTime clock_of(const MYSQL_TIME& time) noexcept {
  return {static_cast<int>(time.hour), static_cast<int>(time.minute), static_cast<int>(time.second),
          static_cast<int>(time.second_part)};
}

std::int64_t hours_of(const MYSQL_TIME& time) noexcept {
  return std::int64_t{time.day} * 24 + time.hour;
}

/// Whether it is an amount that a TIME can be. The protocol has room for far more than a number of
/// microseconds.
bool is_mysql_time(const MYSQL_TIME& time) noexcept {
  constexpr int kMaxHours = 838;
  return hours_of(time) <= kMaxHours && time.minute < 60 && time.second < 60 &&
         time.second_part < codec::kMicrosPerSecond;
}

/// REQUIRES: is_mysql_time(time).
std::int64_t microseconds_of(const MYSQL_TIME& time) noexcept {
  const std::int64_t hours = hours_of(time);
  const std::int64_t seconds = (hours * 60 + time.minute) * 60 + time.second;
  const std::int64_t amount =
      seconds * codec::kMicrosPerSecond + static_cast<std::int64_t>(time.second_part);
  return time.neg != 0 ? -amount : amount;
}

/// Puts a value that is not what its type promises.
Problem put_unreadable(const Slot& slot, RowBuffer& rows, Problem problem) {
  put_text(slot, rows);
  return problem;
}

bool is_bits(const Slot& slot) noexcept {
  return is_whole(slot) && codec::is_mysql_bits(short_text(slot), slot.bits);
}

Problem encode_bits(Slot& slot, RowBuffer& rows) {
  if (!is_bits(slot)) return put_unreadable(slot, rows, Problem::not_a_bit_string);
  return codec::put_mysql_bits(rows, short_text(slot), slot.bits);
}

/// REQUIRES: is_bits(slot).
std::uint64_t number_of_bits(const Slot& slot) noexcept {
  std::uint64_t value = 0;
  for (const char byte : short_text(slot)) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

template <Carrier carrier>
Problem encode_bits_as_integer(Slot& slot, RowBuffer& rows) {
  if (!is_bits(slot)) return put_unreadable(slot, rows, Problem::not_a_bit_string);
  return put_integer<carrier>(number_of_bits(slot), rows);
}

Problem encode_bits_as_text(Slot& slot, RowBuffer& rows) {
  if (!is_bits(slot)) return put_unreadable(slot, rows, Problem::not_a_bit_string);
  const std::uint64_t value = number_of_bits(slot);
  slot.scratch.clear();
  for (int bit = slot.bits - 1; bit >= 0; --bit) {
    slot.scratch += ((value >> bit) & 1U) != 0 ? '1' : '0';
  }
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

/// A text that the codec parses. What is longer than the slot's buffer is never a value.
template <typename Parse>
Problem encode_parsed(Slot& slot, RowBuffer& rows, Parse parse, Problem otherwise) {
  slot.scratch.clear();
  if (!is_whole(slot) || parse(short_text(slot), slot.scratch) != Problem::none) {
    return put_unreadable(slot, rows, otherwise);
  }
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

}  // namespace

Problem encode_decimal(Slot& slot, RowBuffer& rows) {
  if (!is_whole(slot)) return put_unreadable(slot, rows, Problem::not_a_number);
  const Problem problem = codec::put_numeric(rows, short_text(slot));
  return problem == Problem::none ? problem : put_unreadable(slot, rows, problem);
}

Problem encode_float4(Slot& slot, RowBuffer& rows) {
  rows.put_float4(slot.value.f4);
  return Problem::none;
}

Problem encode_float4_as_float8(Slot& slot, RowBuffer& rows) {
  rows.put_float8(static_cast<double>(slot.value.f4));
  return Problem::none;
}

Problem encode_float8(Slot& slot, RowBuffer& rows) {
  rows.put_float8(slot.value.f8);
  return Problem::none;
}

Problem encode_float4_as_text(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  codec::append_float4(slot.value.f4, slot.scratch);
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

Problem encode_float8_as_text(Slot& slot, RowBuffer& rows) {
  slot.scratch.clear();
  codec::append_float8(slot.value.f8, slot.scratch);
  rows.put_bytes(slot.scratch);
  return Problem::none;
}

Encode bit_encoder(Carrier carrier) noexcept {
  switch (carrier) {
    case Carrier::varbit:
      return encode_bits;
    case Carrier::text:
      return encode_bits_as_text;
    case Carrier::boolean:
      return encode_bits_as_integer<Carrier::boolean>;
    case Carrier::int2:
      return encode_bits_as_integer<Carrier::int2>;
    case Carrier::int4:
      return encode_bits_as_integer<Carrier::int4>;
    case Carrier::int8:
      return encode_bits_as_integer<Carrier::int8>;
    case Carrier::numeric:
      return encode_bits_as_integer<Carrier::numeric>;
    default:
      return nullptr;
  }
}

Problem encode_date(Slot& slot, RowBuffer& rows) {
  std::int32_t days = 0;
  const Problem problem = codec::date_from_fields(date_of(slot.value.time), days);
  if (problem != Problem::none) return put_clock_text(slot, ClockForm::date, problem, rows);
  rows.put_int32(days);
  return problem;
}

Problem encode_datetime(Slot& slot, RowBuffer& rows) {
  std::int64_t microseconds = 0;
  const MYSQL_TIME& time = slot.value.time;
  const Problem problem = codec::timestamp_from_fields(date_of(time), clock_of(time), microseconds);
  if (problem != Problem::none) return put_clock_text(slot, ClockForm::datetime, problem, rows);
  rows.put_int64(microseconds);
  return problem;
}

Problem encode_time(Slot& slot, RowBuffer& rows) {
  const MYSQL_TIME& time = slot.value.time;
  if (!is_mysql_time(time) || !codec::is_time_in_range(microseconds_of(time))) {
    return put_clock_text(slot, ClockForm::time, Problem::out_of_range, rows);
  }
  rows.put_int64(microseconds_of(time));
  return Problem::none;
}

Problem encode_time_as_interval(Slot& slot, RowBuffer& rows) {
  if (!is_mysql_time(slot.value.time)) {
    return put_clock_text(slot, ClockForm::time, Problem::out_of_range, rows);
  }
  rows.put_interval(microseconds_of(slot.value.time), 0, 0);
  return Problem::none;
}

Problem encode_text(Slot& slot, RowBuffer& rows) { return codec::check_text(put_text(slot, rows)); }

Problem encode_bytes(Slot& slot, RowBuffer& rows) {
  put_text(slot, rows);
  return Problem::none;
}

Problem encode_json(Slot& slot, RowBuffer& rows) { return codec::check_json(put_text(slot, rows)); }

Problem encode_enum(Slot& slot, RowBuffer& rows) {
  const std::string_view text = put_text(slot, rows);
  const bool is_zero =
      text.empty() && (slot.enum_is_zero == nullptr || slot.enum_is_zero->value.number != 0);
  return is_zero ? Problem::ambiguous_enum : codec::check_text(text);
}

Problem encode_uuid_text(Slot& slot, RowBuffer& rows) {
  return encode_parsed(slot, rows, codec::uuid_from_text, Problem::not_a_uuid);
}

Problem encode_uuid_bytes(Slot& slot, RowBuffer& rows) {
  put_text(slot, rows);
  return slot.length == codec::kUuidBytes ? Problem::none : Problem::not_a_uuid;
}

Problem encode_inet(Slot& slot, RowBuffer& rows) {
  const auto parse = [](std::string_view text, std::string& out) {
    return codec::inet_from_text(text, false, out);
  };
  return encode_parsed(slot, rows, parse, Problem::not_a_network);
}

}  // namespace sluice::db::mysql
